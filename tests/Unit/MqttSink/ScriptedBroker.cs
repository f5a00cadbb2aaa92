using System.Text;
using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt;

namespace HyperIngest.Tests.Unit.MqttSink;

/// <summary>A broker of one client whose answers a test decides. What is answered is answered at the next flush, on the flusher's thread.</summary>
internal sealed class ScriptedBroker
{
    private readonly Lock _lock = new();
    private readonly List<Published> _published = [];

    /// <summary>A message that came; the bytes are the test's own.</summary>
    internal sealed record Published(int Connection, string Topic, byte[] Payload, MqttQos Qos, bool Retain)
    {
        public string Text => Encoding.UTF8.GetString(Payload);
    }

    /// <summary>What the next connections are told.</summary>
    public MqttAccepted Accepted { get; set; } = new() { SessionPresent = false, ClientId = "x" };

    /// <summary>Why the next connections are refused; null to let them in.</summary>
    public MqttEnd? Refusal { get; set; }

    /// <summary>The answer to each message of QoS 1; null leaves it without one.</summary>
    public Func<Published, MqttReasonCode?> Answer { get; set; } = static _ => MqttReasonCode.Success;

    /// <summary>Whether messages are kept for the test to look at; not where allocations are counted.</summary>
    public bool Keeps { get; init; } = true;

    /// <summary>The send buffer's bytes that the operating system has not taken after a flush.</summary>
    public int Stuck { get; set; }

    /// <summary>Answers while the message is being published, and gives away the lowest identifier that is free: each comes back at once.</summary>
    public bool AnswersAtOnce { get; set; }

    /// <summary>Says what is retained when something is subscribed to.</summary>
    public Action<ScriptedConnection>? Subscribed { get; set; }

    public List<MqttWill?> Wills { get; } = [];

    public List<MqttClientOptions> Options { get; } = [];

    public List<string> Filters { get; } = [];

    public List<string> Disconnected { get; } = [];

    public ScriptedConnection? Current { get; private set; }

    public Published[] Messages
    {
        get
        {
            lock (_lock) return [.. _published];
        }
    }

    public Task<IBrokerConnection> ConnectAsync(MqttClientOptions options, IMqttReceiver receiver, MqttWill? will, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Options.Add(options);
            if (Refusal is { } refusal) throw new MqttException(refusal);
            Wills.Add(will);
            Current = new ScriptedConnection(this, receiver, Wills.Count);
            return Task.FromResult<IBrokerConnection>(Current);
        }
    }

    private void Take(Published message)
    {
        lock (_lock) _published.Add(message);
    }

    /// <summary>One connection.</summary>
    internal sealed class ScriptedConnection(ScriptedBroker broker, IMqttReceiver receiver, int number) : IBrokerConnection
    {
        private readonly Queue<(ushort Id, MqttReasonCode Reason)> _answers = new();
        private readonly HashSet<ushort> _inFlight = new(70_000);
        private readonly Lock _reading = new();
        private ushort _lastId;
        private bool _ended;

        public MqttAccepted Accepted { get; } = broker.Accepted;

        public int Unsent { get; private set; }

        public int MostInFlight { get; private set; }

        public bool TryPublish(in MqttOutgoing message, out ushort packetId)
        {
            packetId = 0;
            if (_ended || (message.Qos != MqttQos.AtMostOnce && _inFlight.Count >= Accepted.ReceiveMaximum)) return false;
            if (message.Qos != MqttQos.AtMostOnce)
            {
                if (broker.AnswersAtOnce) _lastId = 0;
                do packetId = ++_lastId;
                while (packetId == 0 || _inFlight.Contains(packetId));
                _inFlight.Add(packetId);
                MostInFlight = Math.Max(MostInFlight, _inFlight.Count);
            }
            Unsent += message.Payload.Length;
            MqttReasonCode? answer = MqttReasonCode.Success;
            if (broker.Keeps)
            {
                Published published = new(number, Encoding.UTF8.GetString(message.Topic), message.Payload.ToArray(), message.Qos, message.Retain);
                broker.Take(published);
                if (packetId != 0) answer = broker.Answer(published);
            }
            if (packetId != 0 && answer is { } reason) _answers.Enqueue((packetId, reason));
            if (broker.AnswersAtOnce) Flush();
            return true;
        }

        public void Flush()
        {
            Unsent = broker.Stuck;
            lock (_reading)
            {
                bool any = false;
                while (!_ended && _answers.TryDequeue(out (ushort Id, MqttReasonCode Reason) answer))
                {
                    _inFlight.Remove(answer.Id);
                    receiver.Settled(answer.Id, answer.Reason);
                    any = true;
                }
                if (any) receiver.Paused();
            }
        }

        public Task<IReadOnlyList<MqttReasonCode>> SubscribeAsync(IReadOnlyList<MqttSubscription> subscriptions, CancellationToken cancellationToken)
        {
            broker.Filters.AddRange(subscriptions.Select(s => s.Filter));
            broker.Subscribed?.Invoke(this);
            return Task.FromResult<IReadOnlyList<MqttReasonCode>>([.. subscriptions.Select(static s => (MqttReasonCode)s.Qos)]);
        }

        /// <summary>The broker passes a message on.</summary>
        public void Say(string topic, byte[] payload)
        {
            lock (_reading)
            {
                Assert.True(receiver.TryReceive(new MqttMessage { Topic = Encoding.UTF8.GetBytes(topic), Payload = payload }));
                receiver.Paused();
            }
        }

        /// <summary>The connection ends.</summary>
        public void End(MqttReasonCode reason = MqttReasonCode.UnspecifiedError, bool byServer = false)
        {
            lock (_reading)
            {
                if (_ended) return;
                _ended = true;
                receiver.Closed(null!, new MqttEnd(reason, $"ended: {reason}", byServer));
            }
        }

        public Task DisconnectAsync()
        {
            broker.Disconnected.Add($"connection {number}");
            End(MqttReasonCode.Success);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            End();
            return ValueTask.CompletedTask;
        }
    }
}
