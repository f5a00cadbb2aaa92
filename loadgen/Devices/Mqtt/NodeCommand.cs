namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>What an edge node understands of a command (NCMD): the wish to have its births again, and nothing else.</summary>
internal static class NodeCommand
{
    // Keys of sparkplug_b.proto, see SparkplugEdgeNode.
    private const ulong PayloadMetric = (2 << 3) | 2;
    private const ulong MetricName = (1 << 3) | 2;
    private const ulong MetricBoolean = (14 << 3) | 0;

    /// <summary>The metric that asks for births (Sparkplug 3.0, 6.4.20).</summary>
    public static ReadOnlySpan<byte> Rebirth => "Node Control/Rebirth"u8;

    /// <summary>Whether a payload has <c>Node Control/Rebirth</c> = true; bytes that are no payload have nothing.</summary>
    public static bool WantsRebirth(ReadOnlySpan<byte> payload)
    {
        while (TryField(ref payload, out ulong key, out _, out ReadOnlySpan<byte> metric))
        {
            if (key != PayloadMetric) continue;
            bool isRebirth = false, isTrue = false;
            while (TryField(ref metric, out ulong metricKey, out ulong number, out ReadOnlySpan<byte> bytes))
            {
                if (metricKey == MetricName) isRebirth = bytes.SequenceEqual(Rebirth);
                if (metricKey == MetricBoolean) isTrue = number != 0;
            }
            if (isRebirth && isTrue) return true;
        }
        return false;
    }

    // The next field; false at the end, and where the bytes are none.
    private static bool TryField(ref ReadOnlySpan<byte> left, out ulong key, out ulong number, out ReadOnlySpan<byte> bytes)
    {
        number = 0;
        bytes = default;
        if (!TryVarint(ref left, out key)) return false;
        int fixedBytes = (key & 7) switch { 1 => 8, 5 => 4, _ => 0 };
        switch (key & 7)
        {
            case 0:
                return TryVarint(ref left, out number);
            case 1 or 5:
                if (left.Length < fixedBytes) return false;
                left = left[fixedBytes..];
                return true;
            case 2:
                if (!TryVarint(ref left, out ulong length) || length > (ulong)left.Length) return false;
                bytes = left[..(int)length];
                left = left[(int)length..];
                return true;
            default:
                return false;
        }
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> left, out ulong value)
    {
        value = 0;
        for (int i = 0; i < left.Length && i < 10; i++)
        {
            value |= (ulong)(left[i] & 0x7F) << (7 * i);
            if (left[i] >= 0x80) continue;
            left = left[(i + 1)..];
            return true;
        }
        return false;
    }
}
