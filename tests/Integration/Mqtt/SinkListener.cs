using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>A metric as protobuf's own reader finds it, by the field numbers of the public schema; no code of the product's.</summary>
internal sealed record HeardMetric(string Name, ulong? Alias, uint Type, bool IsHistorical, bool IsNull, ulong Bits);

/// <summary>A message that a subscriber heard.</summary>
internal sealed record Heard(string Topic, byte[] Payload, bool IsRetained)
{
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>The message's type in a Sparkplug topic.</summary>
    public string Type => Topic.Split('/')[2];

    /// <summary>A Sparkplug payload's sequence number and metrics.</summary>
    public (ulong? Seq, List<HeardMetric> Metrics) Decode()
    {
        CodedInputStream input = new(Payload);
        ulong? seq = null;
        List<HeardMetric> metrics = [];
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 2: metrics.Add(Metric(input.ReadBytes())); break;
                case 3: seq = input.ReadUInt64(); break;
                default: input.SkipLastField(); break;
            }
        }
        return (seq, metrics);
    }

    private static HeardMetric Metric(ByteString bytes)
    {
        CodedInputStream input = bytes.CreateCodedInput();
        string name = "";
        ulong? alias = null;
        ulong bits = 0;
        uint type = 0;
        bool historical = false, isNull = false;
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: name = input.ReadString(); break;
                case 2: alias = input.ReadUInt64(); break;
                case 4: type = input.ReadUInt32(); break;
                case 5: historical = input.ReadBool(); break;
                case 7: isNull = input.ReadBool(); break;
                case 11: bits = input.ReadUInt64(); break;
                case 13: bits = BitConverter.DoubleToUInt64Bits(input.ReadDouble()); break;
                case 14: bits = input.ReadBool() ? 1UL : 0; break;
                default: input.SkipLastField(); break;
            }
        }
        return new HeardMetric(name, alias, type, historical, isNull, bits);
    }
}

/// <summary>A subscriber that keeps what it hears, over the broker's restarts too.</summary>
internal sealed class SinkListener : IMqttReceiver, IAsyncDisposable
{
    private readonly MqttSession _session;
    private readonly List<(ushort, MqttQos)> _unacknowledged = [];
    private MqttConnection? _connection;

    private SinkListener(MqttClientOptions options, string filter) =>
        _session = new MqttSession("listener", options, [new MqttSubscription(filter, MqttQos.AtLeastOnce)], this, null, NullLogger.Instance);

    public ConcurrentQueue<Heard> Heard { get; } = new();

    public MqttConnection Connection => _session.Connection!;

    public static async Task<SinkListener> StartAsync(MosquittoBroker broker, string filter = "#", MqttTlsOptions? tls = null)
    {
        SinkListener listener = new(broker.Options with { ClientId = $"listener-{Guid.NewGuid():N}", SessionExpiry = TimeSpan.FromHours(1), Tls = tls }, filter);
        listener._session.Start();
        await Eventually.IsTrue(() => listener._session.Connection is not null, "the listener has subscribed");
        return listener;
    }

    public void Publish(string topic, byte[] payload, bool retain = false)
    {
        Assert.True(Connection.TryPublish(new MqttOutgoing { Topic = Encoding.UTF8.GetBytes(topic), Payload = payload, Qos = MqttQos.AtLeastOnce, Retain = retain }, out _));
        Connection.Flush();
    }

    public void Opened(MqttConnection connection)
    {
        _connection = connection;
        _unacknowledged.Clear();
    }

    public bool TryReceive(in MqttMessage message)
    {
        Heard.Enqueue(new Heard(Encoding.UTF8.GetString(message.Topic), message.Payload.ToArray(), message.IsRetained));
        if (message.Qos != MqttQos.AtMostOnce) _unacknowledged.Add((message.PacketId, message.Qos));
        return true;
    }

    public void Paused()
    {
        if (_unacknowledged.Count > 0) _connection!.Acknowledge([.. _unacknowledged]);
        _unacknowledged.Clear();
    }

    public void Released(ushort packetId)
    {
    }

    public void Settled(ushort packetId, MqttReasonCode reason)
    {
    }

    public void Closed(MqttConnection connection, MqttEnd end)
    {
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
