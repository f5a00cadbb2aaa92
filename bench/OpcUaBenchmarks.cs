using BenchmarkDotNet.Attributes;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Bench;

/// <summary>Responses of 6,000 doubles, a simulated server's every second, made into readings and back. A figure is the time for one value.</summary>
[MemoryDiagnoser]
public class OpcUaBenchmarks
{
    private const int Values = 6000;
    private const long Noon = 639_078_336_000_000_000;
    private static readonly UaResponseHeader Header = new(Noon, 1, 0);

    private readonly UaBuffer _publish = new();
    private readonly UaBuffer _read = new();
    private readonly UaBuffer _request = new();
    private readonly TextTable _texts = new();
    private readonly Reading[] _readings = new Reading[Values];
    private readonly ReadValueId[] _items = [.. Enumerable.Range(0, Values).Select(i => new ReadValueId(new UaNodeId($"Line{i / 100:D2}.Press.Value{i % 100:D2}", 2)))];
    private readonly UaRequestHeader _requestHeader = new(new UaNodeId(new byte[32], 1), Noon, 1, 5000);
    private readonly PreparedRead _prepared;

    public OpcUaBenchmarks() => _prepared = new PreparedRead(_items, TimestampsToReturn.Source);

    /// <summary>Whether values come with the server's time too, or with the source's alone.</summary>
    [Params(false, true)]
    public bool BothTimes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        PublishEncode();
        ReadEncode();
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public void PublishDecode()
    {
        PublishResponseReader response = new(UaMessages.OpenResponse(_publish.Written, UaEncodingIds.PublishResponse, "Publish"));
        NotificationReader notification = response.Notification;
        int count = 0;
        while (notification.Next(out uint handle, out UaDataValue value))
        {
            UaScalars.ToBits(value.Value, ValueKind.Float64, _texts, out long bits);
            _readings[handle] = new Reading((int)handle, value.Status, value.SourceTicks, Noon, bits);
            count++;
        }
        Check(count);
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public void ReadDecode()
    {
        ReadResponseReader values = new(UaMessages.OpenResponse(_read.Written, UaEncodingIds.ReadResponse, "Read"));
        int count = 0;
        while (values.Next(out UaDataValue value))
        {
            UaScalars.ToBits(value.Value, ValueKind.Float64, _texts, out long bits);
            _readings[count] = new Reading(count, value.Status, value.SourceTicks, Noon, bits);
            count++;
        }
        Check(count);
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public void PublishEncode()
    {
        _publish.Clear();
        UaWriter writer = new(_publish);
        PublishResponseWriter response = new(writer, Header, 1, [1], moreNotifications: false);
        NotificationWriter message = new(writer, 1, Noon);
        long serverTicks = BothTimes ? Noon + 1 : 0;
        for (int i = 0; i < Values; i++) message.Item((uint)i, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(i), 0, Noon, serverTicks);
        message.End();
        response.End([0]);
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public void ReadEncode()
    {
        _read.Clear();
        UaWriter writer = new(_read);
        ReadResponseWriter response = new(writer, Header, Values);
        long serverTicks = BothTimes ? Noon + 1 : 0;
        for (int i = 0; i < Values; i++) writer.DataValue(UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(i), 0, Noon, serverTicks);
        response.End();
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public void ReadRequestPrepared()
    {
        _request.Clear();
        _prepared.Write(new UaWriter(_request), _requestHeader);
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public void ReadRequestAnew()
    {
        _request.Clear();
        new UaWriter(_request).Message(new ReadRequest(_requestHeader, 0, TimestampsToReturn.Source, _items));
    }

    private void Check(int count)
    {
        if (count != Values || _readings[^1].Float64 != Values - 1 || _readings[^1].SourceTime != Noon) throw new InvalidOperationException($"{count} of {Values} values were decoded, the last is {_readings[^1]}.");
    }
}
