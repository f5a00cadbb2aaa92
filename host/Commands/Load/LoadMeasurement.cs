using System.Diagnostics;
using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Host.Commands.Load;

/// <summary>
/// The measured time of a run that is warm: from a moment ahead, so that everything stands when it comes, to the end of the profile or to Ctrl-C; then what is still under way, and the
/// drain.
/// </summary>
internal sealed class LoadMeasurement(LoadPlan plan, SimulatorProcess simulator, Pipeline pipeline, ModbusSource source, ProfilePace pace, LoadProgress progress)
{
    // Time to replan every device and to hand over the faults.
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(500);

    // A poll begun at the last moment meets its deadline after the response timeout, and the wheel's ticks.
    private static readonly TimeSpan Tail = new ModbusPollOptions().ResponseTimeout + TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);

    private readonly List<LoadSample> _samples = [];

    // The clock of both the schedule and the samples.
    private PollScheduler Clock => source.Scheduler;

    private double Second => (Clock.Now - pace.Begins) / (double)TimeSpan.TicksPerSecond;

    /// <summary>Runs it.</summary>
    /// <exception cref="OperationCanceledException">Stopped before it began.</exception>
    public async Task<LoadMeasured> RunAsync(CancellationToken stop)
    {
        double planned = plan.Profile.Curve.Seconds;
        progress.Phase($"measure: {planned:0.###} s");
        using ProcessMeter meter = new();
        LoadFaults faults = new(simulator, plan.Profile.Faults);
        long from = Clock.Now + Lead.Ticks;
        pace.Begin(from);
        Clock.Replan();
        await faults.BeginAsync(new TimeSpan(from - Clock.Now), stop);
        PollTally tally = new(from, IPollPace.Never);
        Clock.Measure(tally);
        DateTime started = new(Clock.UtcOf(from), DateTimeKind.Utc);
        MeasuredWindow[] windows = Measure(started.Ticks);
        await Task.Delay(new TimeSpan(Math.Max(0, from - Clock.Now)), stop);

        SimulatorStats before = await simulator.StatsAsync(stop);
        using ShortLooks looks = new(pipeline, () => Second);
        LoadSampler sampler = new(new SampledParts { Pipeline = pipeline, Source = source, Tally = tally, Windows = windows, Curve = plan.Profile.Curve, Looks = looks }, before);
        meter.Begin();
        bool interrupted = await SampleAsync(sampler, faults, planned, stop);
        meter.End();
        looks.End();
        pace.End(Clock.Now);
        double seconds = (pace.Ends - from) / (double)TimeSpan.TicksPerSecond;
        SimulatorStats after = await simulator.StatsAsync(CancellationToken.None);

        progress.Phase("drain");
        await FinishPollsAsync(tally);
        await faults.LookAsync(seconds, CancellationToken.None);
        await faults.EndAsync(CancellationToken.None);
        DrainReport drain = await pipeline.DrainAsync(DrainLimit, CancellationToken.None);
        LatencyHistogram latency = new();
        foreach (MeasuredWindow window in windows) latency.Add(window.Latency);
        return new LoadMeasured
        {
            Started = started,
            Seconds = seconds,
            Interrupted = interrupted,
            Offered = OfferedOf(tally),
            Delivered = windows.Sum(w => w.Readings),
            Latency = latency,
            Samples = _samples,
            Faults = faults.Marks(seconds),
            Pauses = looks.Pauses,
            Use = meter.Use,
            Simulator = SimulatorReport.Between(before, after, seconds),
            Drain = drain,
            Journalled = pipeline.Shards.Sum(s => s.Readings),
        };
    }

    // Gateway times are due times here: a reading is of the measured time when its poll was due in it, and none is due after.
    private MeasuredWindow[] Measure(long fromUtcTicks)
    {
        Lane[] lanes = [.. pipeline.Lanes];
        MeasuredWindow[] windows = [.. Enumerable.Range(0, Math.Max(1, lanes.Length)).Select(_ => new MeasuredWindow(fromUtcTicks, long.MaxValue))];
        if (lanes.Length == 0) pipeline.Measure(windows[0]);
        for (int i = 0; i < lanes.Length; i++) lanes[i].Measure(windows[i]);
        return windows;
    }

    // True when somebody stopped it.
    private async Task<bool> SampleAsync(LoadSampler sampler, LoadFaults faults, double planned, CancellationToken stop)
    {
        for (int step = 1; ; step++)
        {
            double until = Math.Min(step * plan.SecondsPerSample, planned);
            double left = until - Second;
            // A timer may ring a moment early.
            while (Second < until && !stop.IsCancellationRequested && !pipeline.Failure.IsFaulted)
            {
                await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((until - Second) * 1000))), stop), pipeline.Failure);
            }
            if (pipeline.Failure.IsFaulted) await pipeline.Failure;
            double at = Second;
            // A step cut short is too short to have a rate.
            if (stop.IsCancellationRequested && left > plan.SecondsPerSample / 2) return true;
            SimulatorStats stats = await simulator.StatsAsync(CancellationToken.None);
            await faults.LookAsync(at, CancellationToken.None);
            LoadSample sample = sampler.Take(at, stats);
            _samples.Add(sample);
            progress.Sample(sample);
            if (until >= planned) return false;
            if (stop.IsCancellationRequested) return true;
        }
    }

    // What was begun is answered or meets its deadline; a connection that is gone keeps some of it for good.
    private static async Task FinishPollsAsync(PollTally tally)
    {
        long begun = Stopwatch.GetTimestamp();
        while (tally.AnsweredReadings < tally.BegunReadings && Stopwatch.GetElapsedTime(begun) < Tail) await Task.Delay(Look);
    }

    // By the schedule alone, whatever took place of it: what is not known to have been begun was not offered.
    private OfferedReport OfferedOf(PollTally tally)
    {
        long scheduled = plan.Plant.Devices.Sum(d => pace.PollsOf(d.Name) * d.Template.Tags.Count);
        return new OfferedReport(scheduled, tally.BegunReadings, Math.Max(0, scheduled - tally.BegunReadings), Math.Max(0, tally.BegunReadings - tally.AnsweredReadings));
    }
}
