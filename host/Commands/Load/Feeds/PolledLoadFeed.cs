using System.Diagnostics;
using HyperIngest.Core;
using HyperIngest.Core.Polling;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load.Feeds;

/// <summary>The product polls the devices by the profile's rates: the schedule is its poller's, and what is late or left out there is the product's own.</summary>
internal abstract class PolledLoadFeed(LoadPlan plan) : ILoadFeed
{
    // The wheel's ticks, and a busy machine's.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly ProfilePace _pace = new(plan.Profile.Curve, plan.Plant.TagCount, LoadProfile.WarmUpRateOf(plan.Profile.Curve));
    private PolledSource? _source;
    private PollTally? _tally;

    /// <inheritdoc/>
    public abstract string Route { get; }

    /// <inheritdoc/>
    public long FaultCount => _source!.Faults();

    /// <inheritdoc/>
    public double Second => (Clock.Now - _pace.Begins) / (double)TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public OfferedReport Offered
    {
        get
        {
            // By the schedule alone, whatever took place of it: what is not known to have been begun was not offered.
            long scheduled = plan.Plant.Devices.Sum(d => _pace.PollsOf(d.Name) * d.Template.Tags.Count), begun = _tally!.BegunReadings;
            return new OfferedReport(scheduled, begun, Math.Max(0, scheduled - begun), Math.Max(0, begun - _tally.AnsweredReadings));
        }
    }

    /// <summary>How long a poll that was begun may wait for an answer before it has failed.</summary>
    protected abstract TimeSpan ResponseTimeout { get; }

    /// <summary>The run.</summary>
    protected LoadPlan Plan => plan;

    private PollScheduler Clock => _source!.Clock;

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, SimulatorReady simulator)
    {
        _source = AddSource(pipeline, simulator);
        Clock.PaceBy(_pace);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => _source!.ReadyAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<DateTime> BeginAsync(TimeSpan lead, CancellationToken cancellationToken)
    {
        long from = Clock.Now + lead.Ticks;
        _pace.Begin(from);
        Clock.Replan();
        _tally = new PollTally(from, IPollPace.Never);
        Clock.Measure(_tally);
        return Task.FromResult(new DateTime(Clock.UtcOf(from), DateTimeKind.Utc));
    }

    /// <inheritdoc/>
    public long OfferedSoFar(SimulatorStats simulator) => _tally!.BegunReadings;

    /// <inheritdoc/>
    public Task<double> EndAsync()
    {
        _pace.End(Clock.Now);
        return Task.FromResult((_pace.Ends - _pace.Begins) / (double)TimeSpan.TicksPerSecond);
    }

    // What was begun is answered or meets its deadline; a connection that is gone keeps some of it for good, and that is no reason to wait longer.
    /// <inheritdoc/>
    public async Task<bool> FinishAsync(TimeSpan limit)
    {
        long begun = Stopwatch.GetTimestamp();
        while (_tally!.AnsweredReadings < _tally.BegunReadings && Stopwatch.GetElapsedTime(begun) < ResponseTimeout + Grace) await Task.Delay(Look);
        return true;
    }

    /// <summary>Makes the source, whose readings carry the time they were due, and adds it to a pipeline that is not started and whose it is from there on.</summary>
    protected abstract PolledSource AddSource(Pipeline pipeline, SimulatorReady simulator);
}
