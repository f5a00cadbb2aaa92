using System.Text;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Unit.LoadGen.Mqtt;

/// <summary>A metric, copied out of its payload.</summary>
internal sealed record ReadMetric(string Name, ulong Alias, ulong Time, SparkplugDataType Type, bool IsNull, ulong Bits, SparkplugValueField Field);

/// <summary>A payload, copied out.</summary>
internal sealed record ReadPayload(ulong Time, ulong? Seq, IReadOnlyList<ReadMetric> Metrics)
{
    public static ReadPayload Of(ReadOnlySpan<byte> bytes)
    {
        Assert.True(SparkplugPayload.TryParse(bytes, out SparkplugPayload payload), payload.Reason);
        List<ReadMetric> metrics = [];
        foreach (ref readonly SparkplugMetric m in payload.Metrics)
        {
            metrics.Add(new ReadMetric(Encoding.UTF8.GetString(m.Name), m.Alias, m.Timestamp, m.DataType, m.IsNull, m.ValueBits, m.ValueField));
        }
        return new ReadPayload(payload.Timestamp, payload.HasSeq ? payload.Seq : null, metrics);
    }
}

/// <summary>Reads verifiable sequences back from values as they came over the wire.</summary>
internal static class SequenceReadback
{
    /// <summary>Which number of its sequence a Sparkplug value is.</summary>
    public static ulong NumberOf(string device, PlantTag tag, ulong bits)
    {
        int width = SequenceType.WidthOf(tag.Type);
        ulong value = tag.Type switch
        {
            ModbusType.Float32 => (ulong)BitConverter.UInt32BitsToSingle((uint)bits),
            ModbusType.Float64 => (ulong)BitConverter.UInt64BitsToDouble(bits),
            _ => bits & (ulong.MaxValue >> (64 - width)),
        };
        return VerifiableSequence.Recover(SeriesKey.Of(device, tag.Name), value, width);
    }

    /// <summary>Which number of its sequence a JSON number is.</summary>
    public static ulong NumberOf(string device, PlantTag tag, decimal number)
    {
        int width = SequenceType.WidthOf(tag.Type);
        ulong value = number < 0 ? (ulong)(long)number : (ulong)number;
        return VerifiableSequence.Recover(SeriesKey.Of(device, tag.Name), value & (ulong.MaxValue >> (64 - width)), width);
    }
}
