using HyperIngest.Core;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>Looks at what comes and goes between two samples, twenty times a second: collections, and how full the rings were at most.</summary>
internal sealed class ShortLooks : IDisposable
{
    // Several collections within one look are one pause, with the time of all of them.
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    // A soak's collections, and not its memory: of more than these the longest are kept.
    private const int MostPauses = 10_000;

    private readonly Pipeline _pipeline;
    private readonly Func<double> _seconds;
    private readonly PriorityQueue<GcPause, double> _pauses = new();
    private readonly Lock _looking = new();
    private readonly Timer _timer;
    private long _collections = Collections();
    private TimeSpan _paused = GC.GetTotalPauseDuration();
    private double _ringFill;
    private bool _ended;

    /// <summary>Begins to look.</summary>
    /// <param name="pipeline">Whose rings.</param>
    /// <param name="seconds">Seconds since the begin of the measured time.</param>
    public ShortLooks(Pipeline pipeline, Func<double> seconds)
    {
        _pipeline = pipeline;
        _seconds = seconds;
        _timer = new Timer(_ => Look(), null, Every, Every);
    }

    /// <summary>The pauses so far, in order.</summary>
    public IReadOnlyList<GcPause> Pauses
    {
        get
        {
            lock (_looking) return [.. _pauses.UnorderedItems.Select(p => p.Element).OrderBy(p => p.At)];
        }
    }

    /// <summary>How full the fullest ring was since the last call, 0 to 1.</summary>
    public double TakeRingFill()
    {
        Look();
        lock (_looking)
        {
            double fill = _ringFill;
            _ringFill = 0;
            return fill;
        }
    }

    /// <summary>The measured time is over.</summary>
    public void End()
    {
        Look();
        lock (_looking) _ended = true;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private static long Collections() => GC.CollectionCount(0);

    private void Look()
    {
        lock (_looking)
        {
            if (_ended) return;
            foreach (Core.Sharding.Shard shard in _pipeline.Shards) _ringFill = Math.Max(_ringFill, shard.RingUsed / (double)shard.RingCapacity);
            long collections = Collections();
            if (collections == _collections) return;
            _collections = collections;
            TimeSpan paused = GC.GetTotalPauseDuration();
            double ms = Math.Round((paused - _paused).TotalMilliseconds, 3);
            _paused = paused;
            _pauses.Enqueue(new GcPause(Math.Round(_seconds(), 3), ms, GC.GetGCMemoryInfo(GCKind.Any).Generation), ms);
            if (_pauses.Count > MostPauses) _pauses.Dequeue();
        }
    }
}
