using System.Buffers;
using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Sparkplug;

namespace HyperIngest.Sinks.Mqtt.Sparkplug;

/// <summary>
/// Makes the payloads of an edge node (Sparkplug 3.0, 6.4), each in the buffer of the one before: 0 B a metric. A metric's alias is its series' number; its time is in ms, as Sparkplug has it.
/// </summary>
internal sealed class EdgePayloads(SeriesCatalog catalog, LastValues last)
{
    /// <summary>The metric by which hosts ask for a rebirth (6.4.20).</summary>
    public static ReadOnlySpan<byte> RebirthName => "Node Control/Rebirth"u8;

    private static ReadOnlySpan<byte> BirthDeathName => "bdSeq"u8;

    private static ReadOnlySpan<byte> QualityKey => "Quality"u8;

    // The only values that the property may have (6.4.14): bad, good, stale.
    private const uint BadQuality = 0;
    private const uint StaleQuality = 500;

    private static readonly byte[] BadProperties = PropertiesOf(BadQuality);
    private static readonly byte[] StaleProperties = PropertiesOf(StaleQuality);

    private readonly SeriesCatalog _catalog = catalog;
    private readonly LastValues _last = last;
    private readonly ArrayBufferWriter<byte> _payload = new(64 << 10);
    private readonly ArrayBufferWriter<byte> _properties = new(64);
    private byte[] _text = new byte[256];
    private byte[] _name = new byte[256];

    /// <summary>The payload made last.</summary>
    public ReadOnlySpan<byte> Payload => _payload.WrittenSpan;

    /// <summary>The payload of NDEATH, which is also the will's.</summary>
    public static byte[] Death(byte bdSeq, DateTime now)
    {
        ArrayBufferWriter<byte> payload = new(64);
        SparkplugPayloadWriter writer = new(payload);
        writer.Timestamp(Milliseconds(now.Ticks));
        writer.Long(new SparkplugMetricHeader { Name = BirthDeathName, DataType = SparkplugDataType.Int64 }, bdSeq);
        writer.Flush();
        return payload.WrittenSpan.ToArray();
    }

    /// <summary>NBIRTH: its sequence number is always 0.</summary>
    public void NodeBirth(byte bdSeq, DateTime now)
    {
        ulong time = Milliseconds(now.Ticks);
        SparkplugPayloadWriter writer = Begin(time);
        writer.Long(new SparkplugMetricHeader { Name = BirthDeathName, Timestamp = time, DataType = SparkplugDataType.Int64 }, bdSeq);
        writer.Boolean(new SparkplugMetricHeader { Name = RebirthName, Timestamp = time, DataType = SparkplugDataType.Boolean }, false);
        writer.Seq(0);
        writer.Flush();
    }

    /// <summary>DBIRTH: all series of the device with name, type, unit and last value; those that had none yet are null.</summary>
    public void DeviceBirth(EdgeDevice device, byte seq, DateTime now)
    {
        ulong time = Milliseconds(now.Ticks);
        SparkplugPayloadWriter writer = Begin(time);
        foreach (int series in device.Series)
        {
            SeriesDefinition definition = _catalog[series];
            bool isKnown = _last.TryGet(series, out Reading reading);
            SparkplugMetricHeader header = new()
            {
                Name = Utf8(definition.Tag, ref _name),
                Alias = (uint)series,
                Timestamp = isKnown ? Milliseconds(reading.Time) : time,
                DataType = TypeOf(definition.Kind),
                PropertyBytes = BirthProperties(definition.Unit, isKnown ? reading.Status : StatusCodes.Good),
            };
            if (isKnown) Value(ref writer, header, reading, definition.Kind);
            else writer.Null(header);
        }
        writer.Seq(seq);
        writer.Flush();
    }

    /// <summary>DDATA of the first of the readings, as many as fit; how many those are, and how many of them are historical.</summary>
    /// <param name="readings">Readings of one device, born series all.</param>
    /// <param name="seq">The message's sequence number.</param>
    /// <param name="now">When it is sent.</param>
    /// <param name="bornAt">Ticks; what the gateway had before is historical.</param>
    /// <param name="maxBytes">No metric is begun beyond it.</param>
    public (int Metrics, int Historical) DeviceData(ReadOnlySpan<Reading> readings, byte seq, DateTime now, long bornAt, int maxBytes)
    {
        SparkplugPayloadWriter writer = Begin(Milliseconds(now.Ticks));
        int historical = 0, taken = 0;
        while (taken < readings.Length && writer.Written < maxBytes)
        {
            ref readonly Reading reading = ref readings[taken++];
            bool isHistorical = reading.GatewayTime < bornAt;
            if (isHistorical) historical++;
            SparkplugMetricHeader header = new()
            {
                Alias = (uint)reading.SeriesId,
                Timestamp = Milliseconds(reading.Time),
                IsHistorical = isHistorical,
                PropertyBytes = StatusCodes.IsGood(reading.Status) ? default : QualityOf(reading.Status),
            };
            Value(ref writer, header, reading, _catalog.KindOf(reading.SeriesId));
            _last.Keep(reading);
        }
        writer.Seq(seq);
        writer.Flush();
        return (taken, historical);
    }

    private SparkplugPayloadWriter Begin(ulong time)
    {
        _payload.ResetWrittenCount();
        SparkplugPayloadWriter writer = new(_payload);
        writer.Timestamp(time);
        return writer;
    }

    // What is bad has no value that anybody should use: it is null.
    private void Value(scoped ref SparkplugPayloadWriter writer, scoped in SparkplugMetricHeader header, in Reading reading, ValueKind kind)
    {
        if (StatusCodes.IsBad(reading.Status))
        {
            writer.Null(header);
            return;
        }
        switch (kind)
        {
            case ValueKind.Float64: writer.Double(header, reading.Float64); break;
            case ValueKind.Bool: writer.Boolean(header, reading.ValueBits != 0); break;
            case ValueKind.Text: writer.String(header, Utf8(_catalog.Texts[reading.ValueBits], ref _text)); break;
            default: writer.Long(header, (ulong)reading.ValueBits); break;
        }
    }

    private static SparkplugDataType TypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Float64 => SparkplugDataType.Double,
        ValueKind.Int64 => SparkplugDataType.Int64,
        ValueKind.UInt64 => SparkplugDataType.UInt64,
        ValueKind.Bool => SparkplugDataType.Boolean,
        _ => SparkplugDataType.String,
    };

    private static byte[] QualityOf(uint status) => StatusCodes.IsBad(status) ? BadProperties : StaleProperties;

    private ReadOnlySpan<byte> BirthProperties(string unit, uint status)
    {
        _properties.ResetWrittenCount();
        SparkplugPropertyWriter writer = new(_properties);
        if (unit.Length > 0) writer.String("engUnit"u8, Encoding.UTF8.GetBytes(unit));
        if (!StatusCodes.IsGood(status)) writer.Int(QualityKey, SparkplugDataType.Int32, StatusCodes.IsBad(status) ? BadQuality : StaleQuality);
        return _properties.WrittenSpan;
    }

    private static byte[] PropertiesOf(uint quality)
    {
        ArrayBufferWriter<byte> properties = new(32);
        new SparkplugPropertyWriter(properties).Int(QualityKey, SparkplugDataType.Int32, quality);
        return properties.WrittenSpan.ToArray();
    }

    private static ReadOnlySpan<byte> Utf8(string text, ref byte[] buffer)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (buffer.Length < most) buffer = new byte[most];
        return buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
    }

    // Times before 1970 cannot be said.
    private static ulong Milliseconds(long ticks) => (ulong)(Math.Max(0, ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond);
}
