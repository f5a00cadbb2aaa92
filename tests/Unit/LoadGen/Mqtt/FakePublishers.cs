using System.Text;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Unit.LoadGen.Mqtt;

/// <summary>A message as it went out.</summary>
internal sealed record SentMessage(string Topic, byte[] Payload, MqttQos Qos, bool IsDuplicate, ushort PacketId)
{
    public string Text => Encoding.UTF8.GetString(Payload);
}

/// <summary>A plant's publishers without sockets and threads: a test says when it is, what fits and what the broker has.</summary>
internal sealed class FakePublishers : IDisposable
{
    private readonly FaultBoard _faults;
    private readonly SimulatedDevice[] _devices;

    public FakePublishers(PlantOptions options)
    {
        Plant = new Plant(options);
        _devices = [.. Plant.Devices.Select(d => new SimulatedDevice(d.Name, d.Template, 1, Time) { ClockSkew = d.ClockSkew })];
        Publishing = new MqttPublishing(Plant, _devices, Time, (_, format, events) =>
        {
            FakeSession session = new(format, events);
            Sessions.Add(session);
            return session;
        });
        _faults = new FaultBoard(Plant, Time, _devices, new HyperIngest.Protocols.Modbus.ModbusServerUnit?[_devices.Length], [], new FaultActions(_ => { }, Publishing, servers: null));
        foreach ((FaultSpec spec, IReadOnlyList<int> devices) in Plant.Faults) _faults.Inject(spec, devices);
        _faults.Begin();
    }

    public SteppedTime Time { get; } = new();

    public Plant Plant { get; }

    public MqttPublishing Publishing { get; }

    public List<FakeSession> Sessions { get; } = [];

    public IReadOnlyList<SentMessage> Sent => [.. Sessions.SelectMany(s => s.Sent)];

    public SimulatedDevice Device(int index) => _devices[index];

    public void Inject(FaultSpec spec) => _faults.Inject(spec, Plant.Matching(spec.Devices));

    public void Dispose() => _faults.Dispose();

    /// <summary>All connect and send their births, which are forgotten; then publishes are due.</summary>
    public void Begin()
    {
        foreach (FakeSession session in Sessions) session.Open();
        Pump();
        foreach (FakeSession session in Sessions) session.Sent.Clear();
        Publishing.Begin();
    }

    /// <summary>A pass of every node, as long as there is more to do at once.</summary>
    public void Pump()
    {
        foreach (PublishNode node in Publishing.Nodes)
        {
            for (int pass = 0; pass < 1000 && node.Pump(Publishing.Clock.Now) <= Publishing.Clock.Now; pass++)
            {
                // The node says when it has done what it can.
            }
        }
    }

    /// <summary>Time goes on by so many steps of 10 ms, a pass at each.</summary>
    public void Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(10));
            Pump();
        }
    }
}

/// <summary>A session whose connection is a list.</summary>
internal sealed class FakeSession(INodeFormat format, PublishEvents events) : IPublishSession, IPublishOutbox
{
    private ushort _lastId;

    public List<SentMessage> Sent { get; } = [];

    /// <summary>So many more messages fit.</summary>
    public int Room { get; set; } = int.MaxValue;

    public MqttWill? Will { get; private set; }

    public int Cuts { get; private set; }

    public bool IsOpen { get; private set; }

    public string? Fault => null;

    public int Unsent { get; set; }

    public void Start()
    {
        // The test opens it.
    }

    public void Open()
    {
        Will = format.Will(DateTime.UnixEpoch.Ticks);
        IsOpen = true;
        events.Add(new PublishEvent(PublishEventKind.Opened, this));
    }

    public void Cut()
    {
        Cuts++;
        Close();
    }

    public void Close()
    {
        IsOpen = false;
        events.Add(new PublishEvent(PublishEventKind.Closed));
    }

    public void Settle(ushort packetId, MqttReasonCode reason = MqttReasonCode.Success) => events.Add(new PublishEvent(PublishEventKind.Settled, null, packetId, reason));

    public void Command(string topic, byte[] payload)
    {
        if (format.IsRebirthWish(new MqttMessage { Topic = Encoding.UTF8.GetBytes(topic), Payload = payload })) events.Add(new PublishEvent(PublishEventKind.RebirthWanted));
    }

    public bool IsReady(IPublishOutbox outbox) => IsOpen;

    public Task<bool> ConfirmAsync(CancellationToken cancellationToken) => Task.FromResult(IsOpen);

    public Task StopAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public bool TryPublish(in MqttOutgoing message, out ushort packetId)
    {
        packetId = 0;
        if (Room == 0) return false;
        Room--;
        if (message.Qos != MqttQos.AtMostOnce) packetId = ++_lastId;
        Sent.Add(new SentMessage(Encoding.UTF8.GetString(message.Topic), message.Payload.ToArray(), message.Qos, message.IsDuplicate, packetId));
        return true;
    }

    public void Flush()
    {
        // There is nothing to send it to.
    }
}
