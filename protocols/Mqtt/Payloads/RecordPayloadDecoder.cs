using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Makes readings of this product's own records. They keep the gateway time they were recorded with; a JSON record without one has the time its message came.</summary>
internal sealed class RecordPayloadDecoder : IPayloadDecoder
{
    private readonly RecordFormat? _configured;
    private readonly SeriesRegistrar _registrar;
    private readonly RecordReader _reader;
    private readonly DecodedReadings _decoded = new();
    private int _newSeries;

    public RecordPayloadDecoder(RecordFormat? configured, SeriesRegistrar registrar)
    {
        _configured = configured;
        _registrar = registrar;
        _reader = new RecordReader(registrar.Catalog, new RecordReaderLimits
        {
            MaxNewSeries = registrar.MaxNewSeries,
            MaxNameBytes = Math.Min(registrar.MaxNameBytes, SeriesCatalog.MaxNameLength),
        });
    }

    public string? Decode(in MqttMessage message, long nowTicks, ref KnownTopic topic, MessageReadings into)
    {
        RecordFormat format = _configured ?? RecordFormat.Json;
        if (_configured is null && !RecordFormats.TryDetect(message.Payload, out format)) return "it begins like none of the formats json, protobuf and columnar";
        RecordStatus status = _reader.TryRead(format, message.Payload, nowTicks, _decoded);
        if (_reader.NewSeries != _newSeries)
        {
            _registrar.Count(_reader.NewSeries - _newSeries);
            _newSeries = _reader.NewSeries;
        }
        if (!status.IsComplete) return status.ToString();
        into.Begin(_decoded.Device);
        into.TextsRefused += _decoded.TextsRefused;
        foreach (ref readonly Reading reading in _decoded.Readings)
        {
            if (reading.SourceTime == 0 && reading.GatewayTime != nowTicks) into.AddRecorded(reading);
            else into.Add(reading);
        }
        return null;
    }
}
