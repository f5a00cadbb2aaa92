using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Sparkplug;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Mqtt.Sparkplug;

/// <summary>
/// The edge node's life on its connections: will and bdSeq, subscriptions, births, sequence numbers, rebirth, death. Used by one caller at a time; whoever has the lane's gate.
/// </summary>
internal sealed class EdgeNode
{
    // How soon the send buffer is looked at again: it says nothing when it has room. A loopback empties 1 MiB in about this.
    private static readonly TimeSpan BufferPause = TimeSpan.FromMilliseconds(1);

    // A retained STATE comes right behind the subscription's acknowledgement, if there is one.
    private static readonly TimeSpan HostPatience = TimeSpan.FromSeconds(1);

    private readonly Link _link;
    private readonly MqttEdgeNodeOptions _options;
    private readonly TimeSpan _stallTime;
    private readonly MqttLaneMetrics _metrics;
    private readonly ILogger _logger;
    private readonly string _sink;
    private readonly int _shard;
    private readonly string _node;
    private readonly byte[] _birthTopic;
    private readonly byte[] _deathTopic;
    private readonly Action _attention;
    private EdgeCommands? _commands;
    private byte _bdSeq;
    private byte _seq;
    private bool _waitsForHost;

    public EdgeNode(Link link, SeriesCatalog catalog, MqttSinkOptions options, string node, MqttLaneMetrics metrics, int shard, Action attention, ILogger logger)
    {
        _link = link;
        _options = options.Sparkplug;
        _stallTime = options.Limits.StallTime;
        _metrics = metrics;
        _logger = logger;
        _sink = options.Name;
        _shard = shard;
        _node = node;
        _attention = attention;
        byte[] group8 = Encoding.UTF8.GetBytes(_options.Group), node8 = Encoding.UTF8.GetBytes(node);
        _birthTopic = SparkplugTopic.Compose(SparkplugMessageType.NodeBirth, group8, node8);
        _deathTopic = SparkplugTopic.Compose(SparkplugMessageType.NodeDeath, group8, node8);
        Devices = new EdgeDevices(catalog, _options.Group, node);
        Payloads = new EdgePayloads(catalog, new LastValues());
        // Nothing is kept over a restart: seconds make it unlikely that a will that the broker still holds of the process before has the number of this one's birth.
        _bdSeq = (byte)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    }

    /// <summary>Its devices.</summary>
    public EdgeDevices Devices { get; }

    /// <summary>Makes its payloads.</summary>
    public EdgePayloads Payloads { get; }

    /// <summary>Whether NBIRTH was sent on the connection that stands.</summary>
    public bool IsBorn { get; private set; }

    /// <summary>Ticks: readings that the gateway had before are historical. A rebirth that a host asks for does not move it: nothing was held back.</summary>
    public long BornAt { get; private set; }

    /// <summary>Counts connections that were lost: what was given to one of them before is to be given again.</summary>
    public int Losses { get; private set; }

    /// <summary>Nothing stands in the way of data: connected, the host is there, born, and no rebirth is asked for.</summary>
    public bool IsReady => IsBorn && _link.IsUp && _commands is { IsHostReady: true, IsRebirthAsked: false };

    /// <summary>Does what is to be done before data may go: connects, waits for nobody, is born, is born again. Accepted when data may go, else why not.</summary>
    public async Task<DeliveryOutcome> ReadyAsync(CancellationToken cancellationToken)
    {
        if (_link.IsLost)
        {
            MqttEnd end = await _link.DropAsync().ConfigureAwait(false);
            Buried();
            if (!end.MayPass) return MqttSinkErrors.OutcomeOf(end);
        }
        if (IsBorn && !_commands!.IsHostReady)
        {
            // Edge nodes go when their primary host goes (5.7): with a death, and to wait on a new connection, which has a new bdSeq.
            await DieAsync(cancellationToken).ConfigureAwait(false);
        }
        if (!_link.IsUp)
        {
            DeliveryOutcome opened = await OpenAsync(cancellationToken).ConfigureAwait(false);
            if (opened.Verdict != DeliveryVerdict.Accepted) return opened;
        }
        if (!_commands!.IsHostReady)
        {
            if (!_waitsForHost) MqttSinkEvents.HostOffline(_logger, _sink, _shard, _options.PrimaryHost!);
            _waitsForHost = true;
            return DeliveryOutcome.Retry($"the primary host {_options.PrimaryHost} is not online at {_link.Address}");
        }
        if (_waitsForHost) MqttSinkEvents.HostOnline(_logger, _sink, _shard, _options.PrimaryHost!);
        _waitsForHost = false;
        bool isAsked = _commands.TakeRebirth();
        if (IsBorn && !isAsked) return DeliveryOutcome.Accepted;
        if (isAsked)
        {
            _metrics.Rebirths.Add();
            MqttSinkEvents.RebirthAsked(_logger, _sink, _shard, _options.Group, _node);
        }
        return await BeBornAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a DBIRTH.</summary>
    public async Task<DeliveryOutcome> BearAsync(EdgeDevice device, CancellationToken cancellationToken)
    {
        Devices.Learn();
        Payloads.DeviceBirth(device, _seq, DateTime.UtcNow);
        DeliveryOutcome sent = await SendAsync(device.BirthTopic, cancellationToken).ConfigureAwait(false);
        if (sent.Verdict != DeliveryVerdict.Accepted) return sent;
        device.LastBorn = device.Series[^1];
        _metrics.Births.Add();
        return sent;
    }

    /// <summary>The sequence number of the next message.</summary>
    public byte Seq => _seq;

    /// <summary>Puts the payload made last among what is to be sent, with QoS 0, as Sparkplug has it; waits while there is no room. The next message's sequence number is one more.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<DeliveryOutcome> SendAsync(byte[] topic, CancellationToken cancellationToken)
    {
        long began = 0;
        while (true)
        {
            if (!_link.IsUp) return Gone();
            if (topic.Length + Payloads.Payload.Length + 16L > _link.Connection.Accepted.MaximumPacketBytes)
            {
                return DeliveryOutcome.Stop(
                    $"the message on {Encoding.UTF8.GetString(topic)} has {Payloads.Payload.Length} bytes, and {_link.Address} takes {_link.Connection.Accepted.MaximumPacketBytes} at most: let it take more");
            }
            if (TrySend(topic)) return DeliveryOutcome.Accepted;
            _link.Connection.Flush();
            if (began == 0) began = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(began) >= _stallTime) return Stalled();
            cancellationToken.ThrowIfCancellationRequested();
            await _link.Pulse.WaitAsync(BufferPause).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the operating system has all that was sent.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<DeliveryOutcome> DrainAsync(CancellationToken cancellationToken)
    {
        long movedAt = Stopwatch.GetTimestamp();
        for (int before = int.MaxValue; ;)
        {
            if (!_link.IsUp) return Gone();
            _link.Connection.Flush();
            int unsent = _link.Connection.Unsent;
            // The connection is looked at once more: what it let go of when it died is not unsent either.
            if (unsent == 0) return _link.IsUp ? DeliveryOutcome.Accepted : Gone();
            if (unsent < before) movedAt = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(movedAt) >= _stallTime) return Stalled();
            before = unsent;
            cancellationToken.ThrowIfCancellationRequested();
            await _link.Pulse.WaitAsync(BufferPause).ConfigureAwait(false);
        }
    }

    /// <summary>Whether all that was sent so far is with the operating system.</summary>
    public bool IsDrained => _link.IsUp && _link.Connection.Unsent == 0;

    /// <summary>Says that it goes, and disconnects in order: the will is then not published, and needs not be.</summary>
    public async Task DieAsync(CancellationToken cancellationToken)
    {
        if (IsBorn && _link.IsUp)
        {
            byte[] death = EdgePayloads.Death(_bdSeq, DateTime.UtcNow);
            long began = Stopwatch.GetTimestamp();
            while (_link.IsUp && !_link.Connection.TryPublish(new MqttOutgoing { Topic = _deathTopic, Payload = death }, out _))
            {
                // A broker that takes nothing publishes the will, when it finds the connection closed.
                if (Stopwatch.GetElapsedTime(began) >= _stallTime || cancellationToken.IsCancellationRequested) break;
                await _link.Pulse.WaitAsync(BufferPause).ConfigureAwait(false);
            }
        }
        await _link.CloseAsync(inOrder: true).ConfigureAwait(false);
        Buried();
    }

    private async Task<DeliveryOutcome> OpenAsync(CancellationToken cancellationToken)
    {
        _bdSeq++;
        EdgeCommands commands = new(_options.Group, _node, _options.PrimaryHost, _attention, Unreadable);
        MqttWill will = new(Encoding.UTF8.GetString(_deathTopic), EdgePayloads.Death(_bdSeq, DateTime.UtcNow), MqttQos.AtLeastOnce);
        DeliveryOutcome opened = await _link.OpenAsync(will, commands.Take, cancellationToken).ConfigureAwait(false);
        if (opened.Verdict != DeliveryVerdict.Accepted) return opened;
        _commands = commands;
        try
        {
            IReadOnlyList<MqttReasonCode> granted = await _link.Connection.SubscribeAsync(commands.Subscriptions, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < granted.Count; i++)
            {
                if (granted[i] < MqttReasonCode.UnspecifiedError) continue;
                string filter = commands.Subscriptions[i].Filter;
                MqttSinkEvents.SubscriptionRefused(_logger, _sink, _shard, filter, MqttSinkErrors.TextOf(granted[i]));
                // Without NCMD there is an edge node that cannot be asked for a rebirth; without STATE there would be none at all.
                if (i > 0)
                {
                    await _link.CloseAsync(inOrder: true).ConfigureAwait(false);
                    return DeliveryOutcome.Stop($"{_link.Address} refused the subscription to {filter} ({granted[i]}), without which the primary host is not seen: allow the sink's user to read it");
                }
            }
            long asked = Stopwatch.GetTimestamp();
            while (!commands.IsHostHeard && _link.IsUp && Stopwatch.GetElapsedTime(asked) < HostPatience)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await _link.Pulse.WaitAsync(HostPatience).ConfigureAwait(false);
            }
            return DeliveryOutcome.Accepted;
        }
        catch (MqttException lost)
        {
            await _link.CloseAsync(inOrder: false).ConfigureAwait(false);
            return MqttSinkErrors.OutcomeOf(lost.End);
        }
    }

    private async Task<DeliveryOutcome> BeBornAsync(CancellationToken cancellationToken)
    {
        DateTime now = DateTime.UtcNow;
        Devices.Bury();
        bool isFirst = !IsBorn;
        IsBorn = false;
        Payloads.NodeBirth(_bdSeq, now);
        _seq = 0;
        DeliveryOutcome sent = await SendAsync(_birthTopic, cancellationToken).ConfigureAwait(false);
        if (sent.Verdict != DeliveryVerdict.Accepted) return sent;
        _metrics.Births.Add();
        foreach (EdgeDevice device in Devices.Met)
        {
            sent = await BearAsync(device, cancellationToken).ConfigureAwait(false);
            if (sent.Verdict != DeliveryVerdict.Accepted) return sent;
        }
        _link.Connection.Flush();
        IsBorn = true;
        if (isFirst) BornAt = now.Ticks;
        MqttSinkEvents.Born(_logger, _sink, _shard, _options.Group, _node, _bdSeq, Devices.Met.Count);
        return DeliveryOutcome.Accepted;
    }

    private bool TrySend(byte[] topic)
    {
        ReadOnlySpan<byte> payload = Payloads.Payload;
        if (!_link.Connection.TryPublish(new MqttOutgoing { Topic = topic, Payload = payload }, out _)) return false;
        unchecked
        {
            _seq++;
        }
        _metrics.Messages.Add();
        _metrics.Bytes.Add(payload.Length);
        return true;
    }

    private void Buried()
    {
        IsBorn = false;
        Losses++;
        Devices.Bury();
    }

    private DeliveryOutcome Gone() => _link.IsLost ? MqttSinkErrors.OutcomeOf(_link.Receiver.End!) : DeliveryOutcome.Retry($"no connection to {_link.Address}");

    private DeliveryOutcome Stalled()
    {
        _metrics.Stalls.Add();
        return DeliveryOutcome.Retry($"{_link.Address} has taken nothing for {_stallTime.TotalSeconds:0.#} s");
    }

    private void Unreadable(string topic, string reason)
    {
        _metrics.Unreadable.Add();
        MqttSinkEvents.CommandUnreadable(_logger, _sink, _shard, topic, reason);
    }
}
