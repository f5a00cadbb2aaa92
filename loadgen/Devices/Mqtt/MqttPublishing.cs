using System.Diagnostics;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>Makes a node's session.</summary>
internal delegate IPublishSession PublishSessionFactory(PlantNode node, INodeFormat format, PublishEvents events);

/// <summary>All publishers of a simulator: thousands of nodes, each with a connection of its own, on a few threads.</summary>
internal sealed class MqttPublishing : IAsyncDisposable
{
    // So many may be connecting at once: a broker's backlog of connections not accepted yet is 100 mostly, and what comes beyond it waits a second.
    private const int MostConnecting = 64;

    // The longest sleep: news of a connection come over a queue that is looked at in between.
    private const long LongestSleep = 5 * TimeSpan.TicksPerMillisecond;

    private readonly PublishClock _clock;
    private readonly PublishNode[] _nodes;
    private readonly int[] _nodeOfDevice;
    private readonly Worker[] _workers;
    private readonly CurveTally _curve;
    private int _started;
    private volatile bool _stopping;

    /// <summary>The publishers of a plant, not yet connected.</summary>
    /// <param name="plant">The plant; it has nodes.</param>
    /// <param name="devices">All its devices.</param>
    /// <param name="clock">The clock of due times.</param>
    /// <param name="sessions">Makes sessions; null for real ones with the plant's broker.</param>
    /// <param name="logger">Where connections say what changes; null for nowhere.</param>
    public MqttPublishing(Plant plant, SimulatedDevice[] devices, TimeProvider clock, PublishSessionFactory? sessions = null, ILogger? logger = null)
    {
        _clock = new PublishClock(clock);
        _curve = new CurveTally(plant);
        _nodes = new PublishNode[plant.Nodes.Count];
        _nodeOfDevice = new int[devices.Length];
        Array.Fill(_nodeOfDevice, -1);
        // An encoder and its socket writes take a thread to some millions of readings a second; a larger machine is there to be used by larger plants.
        _workers = new Worker[Math.Clamp(Environment.ProcessorCount / 4, 1, Math.Min(4, _nodes.Length))];
        for (int w = 0; w < _workers.Length; w++) _workers[w] = new Worker();
        MqttClientOptions broker = plant.Options.Broker ?? throw new ArgumentException($"Plant {plant.Options.Name} has no broker.", nameof(plant));
        sessions ??= (node, format, events) => new MqttPublishSession(node.Name, OptionsOf(broker, plant, node), format, events, clock, logger ?? NullLogger.Instance);
        for (int n = 0; n < _nodes.Length; n++)
        {
            PlantNode node = plant.Nodes[n];
            SimulatedDevice[] own = devices[node.FirstDevice..(node.FirstDevice + node.DeviceCount)];
            string[] names = [.. own.Select(d => d.Name)];
            INodeFormat format = node.Options.Format == MqttPublishFormat.Sparkplug
                ? new SparkplugEdgeNode(node.Options.Group ?? plant.Options.Name, node, names, own[0].Template)
                : new JsonPublisher(plant.Options.Name, node, names, own[0].Template);
            PublishEvents events = new();
            Worker worker = _workers[n % _workers.Length];
            _nodes[n] = new PublishNode(node, _clock, format, own, events, sessions(node, format, events), worker.Scratch);
            worker.Nodes.Add(_nodes[n]);
            Array.Fill(_nodeOfDevice, n, node.FirstDevice, node.DeviceCount);
        }
    }

    /// <summary>The clock.</summary>
    public PublishClock Clock => _clock;

    /// <summary>The nodes, in the plant's order.</summary>
    public IReadOnlyList<PublishNode> Nodes => _nodes;

    /// <summary>From due to begun, of every publish.</summary>
    public LatencyHistogram Lateness => _clock.Lateness;

    /// <summary>What became of the pace's measured time; null while none has begun.</summary>
    public SimulatorCurveStats? Curve
    {
        get
        {
            if (_clock.Schedule?.Pace is not ProfilePace pace || pace.Begins == IPollPace.Never) return null;
            MqttPublishCounts counts = Counts;
            return new SimulatorCurveStats(_curve.DueOf(pace), counts.Measured, counts.MeasuredRefused, (pace.Ends - pace.Begins) / (double)TimeSpan.TicksPerSecond);
        }
    }

    /// <summary>What all have counted.</summary>
    public MqttPublishCounts Counts
    {
        get
        {
            MqttPublishCounts sum = default;
            foreach (PublishNode node in _nodes) sum += node.Counts;
            return sum;
        }
    }

    /// <summary>Begins to connect; nothing is due before <see cref="Begin"/>.</summary>
    public void Start()
    {
        foreach (Worker worker in _workers)
        {
            worker.Thread = new Thread(() => Run(worker)) { IsBackground = true, Name = "mqtt publishers" };
            worker.Thread.Start();
        }
    }

    /// <summary>Waits until every node is connected and has sent its births.</summary>
    /// <exception cref="TimeoutException">Not all are in time; the message says what is wrong with one of them.</exception>
    public async Task WaitReadyAsync(TimeSpan limit, CancellationToken cancellationToken = default)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            PublishNode? missing = Array.Find(_nodes, n => !n.IsReady);
            if (missing is null) return;
            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                throw new TimeoutException($"{_nodes.Count(n => n.IsReady):N0} of {_nodes.Length:N0} nodes are connected after {limit.TotalSeconds:0} s; {missing.Name}: {missing.Session.Fault ?? "is still connecting"}");
            }
            await Task.Delay(5, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Has every node send its births again, and waits until all have: a subscriber that came after the first ones knows no alias, and would ask for them by the first data, which it loses.
    /// </summary>
    /// <exception cref="TimeoutException">Not all are in time; the message says what is wrong with one of them.</exception>
    public async Task AnnounceAsync(TimeSpan limit, CancellationToken cancellationToken = default)
    {
        foreach (PublishNode node in _nodes) node.Announce();
        Func<bool> heard = AfterPasses();
        while (!heard()) await Task.Delay(5, cancellationToken).ConfigureAwait(false);
        await WaitReadyAsync(limit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Publishes are due from now on.</summary>
    /// <param name="pace">Maps the schedule's own time to <see cref="Clock"/>; null for the plant's own intervals.</param>
    public void Begin(IPollPace? pace = null)
    {
        _clock.MeasuredFrom = IPollPace.Never;
        _clock.Schedule = new PublishSchedule(_clock.Now, pace);
    }

    /// <summary>Publishes are due from now on, as fast as the broker takes them, whatever the plant's intervals are.</summary>
    public void BeginAtMost()
    {
        _clock.MeasuredFrom = IPollPace.Never;
        _clock.Schedule = new PublishSchedule(_clock.Now, null, IsAlways: true);
    }

    /// <summary>The measured time of the pace in force begins at the first whole millisecond of UTC from clock ticks <paramref name="at"/> on, in a moment to come.</summary>
    public void BeginCurve(ProfilePace pace, long at)
    {
        // Sparkplug has times in whole milliseconds: a due time after the begin must not be told as one before it.
        long into = _clock.UtcOf(at) % TimeSpan.TicksPerMillisecond;
        if (into > 0) at += TimeSpan.TicksPerMillisecond - into;
        _clock.MeasuredFrom = at;
        pace.Begin(at);
    }

    /// <summary>Nothing is due from now on; what was due before is still published.</summary>
    public void Pause()
    {
        if (_clock.Schedule is { } schedule) schedule.Until = Math.Min(schedule.Until, _clock.Now);
    }

    /// <summary>
    /// Pauses, and waits until all that was due has been published and the broker has it: acknowledged at QoS 1, and taken at QoS 0. The served counts are exact from then on.
    /// </summary>
    /// <exception cref="TimeoutException">It has not all of it in time; the message says of whom.</exception>
    public async Task DrainAsync(TimeSpan limit, CancellationToken cancellationToken = default)
    {
        Pause();
        long began = Stopwatch.GetTimestamp();
        Func<bool> heard = AfterPasses();
        while (!heard() || Array.Exists(_nodes, n => !n.IsIdle))
        {
            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                PublishNode? busy = Array.Find(_nodes, n => !n.IsIdle);
                throw new TimeoutException($"{_nodes.Count(n => !n.IsIdle):N0} of {_nodes.Length:N0} nodes still have messages for the broker after {limit.TotalSeconds:0} s, {busy?.Name} {busy?.Counts.Unsettled ?? 0:N0} that it did not acknowledge; {busy?.Session.Fault ?? "it is connected"}");
            }
            await Task.Delay(5, cancellationToken).ConfigureAwait(false);
        }
        bool[] confirmed = await Task.WhenAll(_nodes.Where(n => n.IsReady).Select(n => n.Session.ConfirmAsync(cancellationToken))).ConfigureAwait(false);
        if (Array.Exists(confirmed, c => !c)) throw new TimeoutException($"{confirmed.Count(c => !c):N0} of {_nodes.Length:N0} nodes lost their connection while they were draining");
    }

    /// <summary>Has the connection of a device's node cut, if it has one.</summary>
    public void Cut(int device)
    {
        if (_nodeOfDevice[device] >= 0) _nodes[_nodeOfDevice[device]].Cut();
    }

    /// <summary>Publishes no more and disconnects all nodes, with their deaths.</summary>
    public async Task StopAsync()
    {
        if (_stopping) return;
        _stopping = true;
        foreach (Worker worker in _workers)
        {
            worker.Wake.Set();
            worker.Thread?.Join();
        }
        foreach (PublishNode node in _nodes) node.PublishDeath();
        await Task.WhenAll(_nodes.Select(n => n.Session.StopAsync())).ConfigureAwait(false);
        foreach (PublishNode node in _nodes) await node.Session.DisposeAsync().ConfigureAwait(false);
        foreach (Worker worker in _workers) worker.Wake.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>Starts sessions, a few at a time; the first worker's.</summary>
    internal void StartSessions()
    {
        if (_started == _nodes.Length) return;
        int connecting = 0;
        for (int n = 0; n < _started && connecting < MostConnecting; n++)
        {
            if (!_nodes[n].IsReady && _nodes[n].Counts.Opened == 0 && _nodes[n].Session.Fault is null) connecting++;
        }
        while (_started < _nodes.Length && connecting++ < MostConnecting) _nodes[_started++].Session.Start();
    }

    // What a worker says of its nodes was so in its last pass: two more, so that one of them began after now.
    private Func<bool> AfterPasses()
    {
        long[] passes = [.. _workers.Select(w => w.Passes + 2)];
        return () => !_workers.Where((w, i) => w.Passes < passes[i]).Any();
    }

    private void Run(Worker worker)
    {
        while (!_stopping)
        {
            if (ReferenceEquals(worker, _workers[0])) StartSessions();
            long next = long.MaxValue;
            foreach (PublishNode node in worker.Nodes) next = Math.Min(next, node.Pump(_clock.Now));
            worker.Passes++;
            long sleep = Math.Min(next - _clock.Now, LongestSleep);
            // Up to a whole millisecond, which is what the wait counts in: less would be none.
            if (sleep > 0) worker.Wake.Wait((int)((sleep + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond));
        }
    }

    private static MqttClientOptions OptionsOf(MqttClientOptions broker, Plant plant, PlantNode node)
    {
        string prefix = broker.ClientId.Length > 0 ? broker.ClientId : plant.Options.Name;
        // A node's name begins with the plant's, unless it is a device's.
        return broker with { ClientId = node.Name.StartsWith(prefix, StringComparison.Ordinal) ? node.Name : $"{prefix}-{node.Name}", SessionExpiry = TimeSpan.Zero };
    }

    private sealed class Worker
    {
        // Written by the worker's thread, read by whoever drains.
        private long _passes;

        public List<PublishNode> Nodes { get; } = [];

        public PublishScratch Scratch { get; } = new();

        // Spin count 0: the wait goes straight to sleep.
        public ManualResetEventSlim Wake { get; } = new(false, spinCount: 0);

        public Thread? Thread { get; set; }

        public long Passes
        {
            get => Volatile.Read(ref _passes);
            set => Volatile.Write(ref _passes, value);
        }
    }
}
