namespace HyperIngest.Sparkplug;

/// <summary>
/// A Sparkplug B payload as it stands in a message's bytes (Sparkplug 3.0, 6.4.5); good as long as those are. <see cref="TryParse"/> goes through every field of every metric, so that
/// enumerating them afterwards cannot fail half-way.
/// </summary>
public ref struct SparkplugPayload
{
    private ReadOnlySpan<byte> _bytes;
    private int _firstMetric;

    /// <summary>When it was sent, ms since 1970-01-01 UTC; 0 when it says none.</summary>
    public ulong Timestamp { get; private set; }

    /// <summary>Its sequence number, 0 to 255 if the sender keeps to the specification; 0 when it has none.</summary>
    public ulong Seq { get; private set; }

    /// <summary>Whether it says when it was sent.</summary>
    public bool HasTimestamp { get; private set; }

    /// <summary>Whether it has a sequence number.</summary>
    public bool HasSeq { get; private set; }

    /// <summary>Metrics in it.</summary>
    public int MetricCount { get; private set; }

    /// <summary>The schema's name, UTF-8, not validated; mostly empty.</summary>
    public ReadOnlySpan<byte> Uuid { get; private set; }

    /// <summary>The body; mostly empty.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Why it could not be parsed; none when it could.</summary>
    public SparkplugFault Fault { get; private set; }

    /// <summary>Where <see cref="Fault"/> is, in bytes from the start.</summary>
    public int FaultAt { get; private set; }

    /// <summary>The metrics.</summary>
    public readonly SparkplugMetrics Metrics => new(_bytes, _firstMetric);

    /// <summary>Why it could not be parsed, in words fit for a dead letter.</summary>
    public readonly string Reason => SparkplugFaults.Describe(Fault, FaultAt);

    /// <summary>Parses a payload.</summary>
    /// <param name="bytes">The message's payload, whatever it is.</param>
    /// <param name="payload">The payload; when it is malformed it has no metrics and says what is wrong.</param>
    /// <returns>False when it is malformed.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SparkplugPayload payload)
    {
        SparkplugPayload parsed = default;
        bool isSound = parsed.TryRead(bytes);
        payload = parsed;
        return isSound;
    }

    private bool TryRead(ReadOnlySpan<byte> bytes)
    {
        FieldReader fields = new(bytes);
        SparkplugMetric metric = default;
        while (!fields.AtEnd)
        {
            int at = fields.Position;
            if (!fields.TryKey(out uint key)) return Failed(fields.Fault, fields.Position);
            if (key == SparkplugFields.PayloadMetric)
            {
                if (!fields.TryCounted(out ReadOnlySpan<byte> metricBytes)) return Failed(fields.Fault, fields.Position);
                FieldReader inMetric = new(metricBytes);
                if (!metric.TryRead(ref inMetric)) return Failed(inMetric.Fault, fields.Position - metricBytes.Length + inMetric.Position);
                if (MetricCount++ == 0) _firstMetric = at;
            }
            else if (!TryOther(ref fields, key))
            {
                return Failed(fields.Fault, fields.Position);
            }
        }
        _bytes = bytes;
        // Without a metric there is nothing to go through.
        if (MetricCount == 0) _firstMetric = bytes.Length;
        return true;
    }

    private bool TryOther(scoped ref FieldReader fields, uint key)
    {
        ulong varint;
        ReadOnlySpan<byte> counted;
        switch (key)
        {
            case SparkplugFields.PayloadTimestamp:
                if (!fields.TryVarint(out varint)) return false;
                Timestamp = varint;
                HasTimestamp = true;
                return true;
            case SparkplugFields.PayloadSeq:
                if (!fields.TryVarint(out varint)) return false;
                Seq = varint;
                HasSeq = true;
                return true;
            case SparkplugFields.PayloadUuid:
                if (!fields.TryCounted(out counted)) return false;
                Uuid = counted;
                return true;
            case SparkplugFields.PayloadBody:
                if (!fields.TryCounted(out counted)) return false;
                Body = counted;
                return true;
            default:
                return fields.TrySkip(key, SparkplugFields.LastOfPayload);
        }
    }

    private bool Failed(SparkplugFault fault, int at)
    {
        this = default;
        Fault = fault;
        FaultAt = at;
        return false;
    }
}
