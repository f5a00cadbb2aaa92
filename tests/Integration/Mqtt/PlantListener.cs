using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Mqtt;
using HyperIngest.Tests.Unit.LoadGen.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>A message as it came.</summary>
internal sealed record HeardMessage(string Topic, byte[] Payload)
{
    public string[] Levels => Topic.Split('/');

    /// <summary>Sparkplug's message type.</summary>
    public string Type => Levels[2];

    /// <summary>Sparkplug's edge node.</summary>
    public string Node => Levels[3];

    /// <summary>Whether it is one of those that faults make up, which are neither JSON nor protobuf.</summary>
    public bool IsMadeUp => Payload.Length > 0 && Payload[0] == 0xFF;
}

/// <summary>Subscribes to all a plant publishes and keeps it.</summary>
internal sealed class PlantListener : IMqttReceiver, IAsyncDisposable
{
    private readonly ConcurrentQueue<HeardMessage> _messages = new();
    private readonly (ushort PacketId, MqttQos Qos)[] _one = new (ushort, MqttQos)[1];
    private MqttConnection? _connection;

    public IReadOnlyList<HeardMessage> Messages => [.. _messages];

    public static async Task<PlantListener> StartAsync(MqttClientOptions broker)
    {
        PlantListener listener = new();
        MqttConnection connection = await MqttConnection.ConnectAsync(broker with { ClientId = "listener" }, listener, null, NullLogger.Instance, CancellationToken.None);
        await connection.SubscribeAsync([new MqttSubscription("spBv1.0/demo/#", MqttQos.AtLeastOnce), new MqttSubscription("demo/#", MqttQos.AtLeastOnce)], CancellationToken.None);
        return listener;
    }

    public void Publish(string topic, byte[] payload)
    {
        Assert.True(_connection!.TryPublish(new MqttOutgoing { Topic = Encoding.UTF8.GetBytes(topic), Payload = payload }, out _));
        _connection.Flush();
    }

    /// <summary>By device and tag, which numbers of its sequence came, in the order they came.</summary>
    public Dictionary<(string Device, string Tag), List<ulong>> Numbers(Plant plant)
    {
        Dictionary<(string, string), List<ulong>> numbers = [];
        Dictionary<(string Node, ulong Alias), string> names = [];
        foreach (HeardMessage message in Messages)
        {
            if (message.IsMadeUp) continue;
            if (message.Topic.StartsWith("demo/", StringComparison.Ordinal))
            {
                using JsonDocument json = JsonDocument.Parse(message.Payload);
                (string device, string tag) = (message.Levels[1], message.Levels[2]);
                Add(device, tag, SequenceReadback.NumberOf(device, TagOf(plant, device, tag), json.RootElement.GetProperty("value").GetDecimal()));
            }
            else if (message.Type is "DBIRTH" or "DDATA")
            {
                string device = message.Levels[4];
                foreach (ReadMetric metric in ReadPayload.Of(message.Payload).Metrics)
                {
                    if (message.Type == "DBIRTH") names[(message.Node, metric.Alias)] = metric.Name;
                    else Add(device, names[(message.Node, metric.Alias)], SequenceReadback.NumberOf(device, TagOf(plant, device, names[(message.Node, metric.Alias)]), metric.Bits));
                }
            }
        }
        return numbers;

        void Add(string device, string tag, ulong number)
        {
            if (!numbers.TryGetValue((device, tag), out List<ulong>? of)) numbers.Add((device, tag), of = []);
            of.Add(number);
        }
    }

    /// <summary>Sparkplug's sequence numbers of a node, in the order they came; those of deaths, which have none, are not among them.</summary>
    public IReadOnlyList<ulong> Sequence(string node) =>
        [.. Messages.Where(m => m.Node == node && m.Type is ("NBIRTH" or "DBIRTH" or "DDATA") && !m.IsMadeUp).Select(m => ReadPayload.Of(m.Payload).Seq!.Value)];

    public void Opened(MqttConnection connection) => _connection = connection;

    public bool TryReceive(in MqttMessage message)
    {
        _messages.Enqueue(new HeardMessage(Encoding.UTF8.GetString(message.Topic), message.Payload.ToArray()));
        if (message.Qos == MqttQos.AtMostOnce) return true;
        _one[0] = (message.PacketId, message.Qos);
        _connection!.Acknowledge(_one);
        return true;
    }

    public void Paused()
    {
        // Each message is acknowledged when it comes.
    }

    public void Released(ushort packetId) => _connection!.Complete([packetId]);

    public void Settled(ushort packetId, MqttReasonCode reason)
    {
        // Commands are QoS 0.
    }

    public void Closed(MqttConnection connection, MqttEnd end)
    {
        // What came before stands; a test that misses something says so.
    }

    public async ValueTask DisposeAsync()
    {
        await _connection!.DisconnectAsync();
        await _connection.DisposeAsync();
    }

    private static PlantTag TagOf(Plant plant, string device, string tag)
    {
        PlantDevice found = plant.Devices[plant.IndexOf(device)];
        return found.Template.Tags.FirstOrDefault(t => t.Name == tag) ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{device} has no tag {tag}"));
    }
}
