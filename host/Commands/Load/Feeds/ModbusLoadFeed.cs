using System.Diagnostics;
using HyperIngest.Core;
using HyperIngest.Core.Polling;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;
using HyperIngest.Protocols.Modbus;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Load.Feeds;

/// <summary>The product polls the devices by the profile's rates: the schedule is its poller's, and what is late or left out there is the product's own.</summary>
internal sealed class ModbusLoadFeed(LoadPlan plan, ILoggerFactory loggers) : ILoadFeed
{
    // A poll begun at the last moment meets its deadline after the response timeout, and the wheel's ticks.
    private static readonly TimeSpan Tail = new ModbusPollOptions().ResponseTimeout + TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly ProfilePace _pace = new(plan.Profile.Curve, plan.Plant.TagCount, LoadProfile.WarmUpRateOf(plan.Profile.Curve));
    private PollScheduler? _clock;
    private PollTally? _tally;
    private Func<long> _faults = () => 0;

    /// <inheritdoc/>
    public string Route => "modbus";

    /// <inheritdoc/>
    public double Second => (Clock.Now - _pace.Begins) / (double)TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public long FaultCount => _faults();

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

    // The clock of both the schedule and the samples.
    private PollScheduler Clock => _clock!;

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, SimulatorReady simulator)
    {
        // The pipeline's from here on.
        ModbusSource source = new(
            "plant",
            plan.Plant.ClientOptions(
                simulator.Host,
                simulator.BasePort,
                new ModbusPollOptions { Interval = ProfilePace.Interval, Timestamp = ModbusTimestamp.Due },
                new ModbusRequestOptions { MaxInFlight = DemoPoller.MaxInFlight }),
            pipeline.Catalog, pipeline.Intake, pipeline.Metrics, loggers);
        _clock = source.Scheduler;
        _clock.PaceBy(_pace);
        _faults = () => source.FaultCount;
        pipeline.AddSource(source);
    }

    // The pipeline has started its poller.
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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
        while (_tally!.AnsweredReadings < _tally.BegunReadings && Stopwatch.GetElapsedTime(begun) < Tail) await Task.Delay(Look);
        return true;
    }
}
