using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Commands.Load.Feeds;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>
/// The measured time of a run that is warm: from a moment ahead, so that everything stands when it comes, to the end of the profile or to Ctrl-C; then what is still under way, and the
/// drain.
/// </summary>
internal sealed class LoadMeasurement(LoadPlan plan, SimulatorProcess simulator, Pipeline pipeline, ILoadFeed feed, LoadProgress progress)
{
    // Time to replan every device and to hand over the faults.
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);

    private readonly List<LoadSample> _samples = [];

    private TimeSpan UntilBegin => TimeSpan.FromSeconds(Math.Max(0, -feed.Second));

    /// <summary>Runs it.</summary>
    /// <exception cref="OperationCanceledException">Stopped before it began.</exception>
    public async Task<LoadMeasured> RunAsync(CancellationToken stop)
    {
        double planned = plan.Profile.Curve.Seconds;
        progress.Phase($"measure: {planned:0.###} s");
        using ProcessMeter meter = new();
        LoadFaults faults = new(simulator, plan.Profile.Faults);
        DateTime started = await feed.BeginAsync(Lead, stop);
        await faults.BeginAsync(UntilBegin, stop);
        MeasuredWindow[] windows = Measure(started.Ticks);
        await Task.Delay(UntilBegin, stop);

        SimulatorStats before = await simulator.StatsAsync(stop);
        using ShortLooks looks = new(pipeline, () => feed.Second);
        LoadSampler sampler = new(new SampledParts { Pipeline = pipeline, Feed = feed, Windows = windows, Curve = plan.Profile.Curve, Looks = looks }, before);
        meter.Begin();
        bool interrupted = await SampleAsync(sampler, faults, planned, stop);
        meter.End();
        looks.End();
        double seconds = await feed.EndAsync();
        SimulatorStats after = await simulator.StatsAsync(CancellationToken.None);

        progress.Phase("drain");
        await faults.LookAsync(seconds, CancellationToken.None);
        await faults.EndAsync(CancellationToken.None);
        bool finished = await feed.FinishAsync(DrainLimit);
        DrainReport drain = await pipeline.DrainAsync(DrainLimit, CancellationToken.None);
        drain = drain with { AllJournalled = drain.AllJournalled && finished };
        LatencyHistogram latency = new();
        foreach (MeasuredWindow window in windows) latency.Add(window.Latency);
        return new LoadMeasured
        {
            Started = started,
            Seconds = seconds,
            Interrupted = interrupted,
            Offered = feed.Offered,
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

    // Gateway times are due times here: a reading is of the measured time when it was due in it, and none is due after.
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
            double left = until - feed.Second;
            // A timer may ring a moment early.
            while (feed.Second < until && !stop.IsCancellationRequested && !pipeline.Failure.IsFaulted)
            {
                await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((until - feed.Second) * 1000))), stop), pipeline.Failure);
            }
            if (pipeline.Failure.IsFaulted) await pipeline.Failure;
            double at = feed.Second;
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
}
