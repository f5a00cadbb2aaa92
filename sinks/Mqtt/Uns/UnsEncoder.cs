using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Mqtt;

namespace HyperIngest.Sinks.Mqtt.Uns;

/// <summary>Makes a message of a reading, in a buffer that the next one uses again: 0 B a reading once its series was met.</summary>
internal sealed class UnsEncoder(SeriesCatalog catalog, SeriesTopics topics, MqttUnsOptions options)
{
    // Enough for all but long texts and names.
    private const int UsualBytes = 2048;

    private readonly SeriesCatalog _catalog = catalog;
    private readonly SeriesTopics _topics = topics;
    private readonly MqttPayload _payload = options.Payload;
    private readonly MqttQos _qos = options.Qos;
    private readonly bool _retain = options.Retain;
    private readonly JsonRecordWriter _records = new(catalog);
    private readonly SampleWriter _samples = new(catalog);
    private byte[] _buffer = new byte[UsualBytes];

    /// <summary>The message of a reading; false when it can be none, and <see cref="WhyNot"/> says why. It stands until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEncode(in Reading reading, out MqttOutgoing message)
    {
        ReadOnlySpan<byte> topic = _topics.Of(reading.SeriesId);
        if (topic.IsEmpty || (!TryWrite(reading, _buffer, out int written) && !TryWriteLong(reading, out written)))
        {
            message = default;
            return false;
        }
        message = new MqttOutgoing { Topic = topic, Payload = _buffer.AsSpan(0, written), Qos = _qos, Retain = _retain };
        return true;
    }

    /// <summary>Whether the payload has no way to say that the reading is bad.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsUnsayable(in Reading reading) => _payload == MqttPayload.Plain && StatusCodes.IsBad(reading.Status);

    /// <summary>Why a reading can be no message.</summary>
    public string WhyNot(in Reading reading) => Writable.WhyNot(_catalog, reading) ?? _topics.WhyNot(reading.SeriesId);

    private bool TryWrite(in Reading reading, Span<byte> destination, out int written) => _payload switch
    {
        MqttPayload.Json => _records.TryWrite(reading, destination, out written),
        MqttPayload.Compact => _samples.TryWriteSample(reading, destination, out written),
        _ => _samples.TryWriteValue(reading, destination, out written),
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteLong(in Reading reading, out int written)
    {
        written = 0;
        int needed = _payload == MqttPayload.Json ? _records.MaxBytes(reading) : _samples.MaxBytes(reading);
        if (needed <= _buffer.Length) return false;
        _buffer = new byte[needed];
        return TryWrite(reading, _buffer, out written);
    }
}
