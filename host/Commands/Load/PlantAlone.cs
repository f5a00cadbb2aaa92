using System.Diagnostics;
using System.Globalization;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.Host.Commands.Load.Feeds;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>
/// <c>sink: none</c>: the plant and its faults for the profile's time, and no product. Whatever collector asks Modbus devices or OPC UA servers sets the pace, so that there is nothing due here and no latency:
/// the report says what they were asked for. Devices that publish do it by the profile's rates, and the report says what they published.
/// </summary>
internal sealed class PlantAlone(LoadPlan plan, MqttBroker? broker, string folder, LoadProgress progress)
{
    /// <summary>Runs it.</summary>
    /// <exception cref="OperationCanceledException">Stopped before it began.</exception>
    public async Task<LoadResult> RunAsync(CancellationToken stop)
    {
        await using SimulatorProcess simulator = await LoadRunner.StartSimulatorAsync(plan.PlantFileIn(folder), stop);
        SimulatorReady ready = simulator.Ready;
        string where = plan.Profile.Source switch
        {
            LoadSource.Mqtt => $"that publish to {broker!.Client.Address}",
            LoadSource.OpcUa => At(ready.Host, ready.UaBasePort!.Value, ready.UaPortCount!.Value),
            _ => At(ready.Host, ready.BasePort, ready.PortCount),
        };
        progress.Phase(string.Create(CultureInfo.InvariantCulture, $"plant: {ready.Devices:N0} devices with {ready.Tags:N0} tags {where}, for {plan.Profile.Curve.Seconds:0.###} s"));
        if (broker is not null) await simulator.BeginPublishingAsync(plan.PublishPace, stop);
        LoadFaults faults = new(simulator, plan.Profile.Faults);
        await faults.BeginAsync(TimeSpan.Zero, stop);
        if (broker is not null) await simulator.BeginCurveAsync(TimeSpan.Zero, stop);
        long began = Stopwatch.GetTimestamp();
        DateTime started = DateTime.UtcNow;
        SimulatorStats first = await simulator.StatsAsync(stop), last = first;
        List<LoadSample> samples = [];
        double planned = plan.Profile.Curve.Seconds, at = 0;
        double Now() => Stopwatch.GetElapsedTime(began).TotalSeconds;
        for (int step = 1; at < planned && !stop.IsCancellationRequested; step++)
        {
            double until = Math.Min(step * plan.SecondsPerSample, planned);
            // A timer may ring a moment early.
            while (Now() < until && !stop.IsCancellationRequested) await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((until - Now()) * 1000))), stop));
            double now = Now();
            SimulatorStats stats = await simulator.StatsAsync(CancellationToken.None);
            await faults.LookAsync(now, CancellationToken.None);
            samples.Add(SampleOf(now, now - at, last, stats));
            progress.Sample(samples[^1]);
            (at, last) = (now, stats);
        }
        await faults.EndAsync(CancellationToken.None);
        if (broker is not null)
        {
            await simulator.PausePublishingAsync(CancellationToken.None);
            // All that was due counts, what is published late too.
            (last, _) = await MqttLoadFeed.DrainAsync(simulator, progress);
        }
        await simulator.StopAsync(Path.Combine(folder, "served.bin"), CancellationToken.None);
        return new LoadResult(RunOf(started, at, first, last, samples, faults), [], at < planned);
    }

    private static string At(string host, int basePort, int ports) => string.Create(CultureInfo.InvariantCulture, $"at {host}, ports {basePort} to {basePort + ports - 1}");

    // By the profile's rates, where they drive something.
    private double DueBetween(double from, double to) => broker is null ? 0 : Math.Round((plan.Profile.Curve.ReadingsUpTo(to) - plan.Profile.Curve.ReadingsUpTo(from)) / (to - from), 1);

    private LoadSample SampleOf(double at, double seconds, SimulatorStats before, SimulatorStats now)
    {
        double asked = Math.Round((now.Readings - before.Readings) / seconds, 1);
        return new LoadSample
        {
            At = Math.Round(at, 3),
            ScheduledPerS = DueBetween(at - seconds, at),
            OfferedPerS = asked,
            DeliveredPerS = asked,
            CpuCores = 0,
            SimulatorCpuCores = Math.Round((now.CpuSeconds - before.CpuSeconds) / seconds, 3),
            RssMb = 0,
            GcPauseMs = 0,
            RingFill = 0,
            JournalBytes = 0,
            LaneReadings = 0,
            Faults = now.Faulted - before.Faulted,
        };
    }

    private LoadRun RunOf(DateTime started, double seconds, SimulatorStats first, SimulatorStats last, List<LoadSample> samples, LoadFaults faults)
    {
        SimulatorCurveStats? curve = last.Mqtt?.Curve;
        long readings = curve?.Published ?? last.Readings - first.Readings, requests = last.Requests - first.Requests;
        LoadReport report = new()
        {
            Route = broker is null
                ? string.Create(CultureInfo.InvariantCulture, $"{(plan.Profile.Source == LoadSource.OpcUa ? "opcua servers" : "modbus devices")} alone, asked for {requests / seconds:N0} requests/s")
                : string.Create(CultureInfo.InvariantCulture, $"{MqttLoadFeed.RouteOf(plan.Plant, broker)}, publishers alone, {requests / seconds:N0} messages/s"),
            Seconds = Math.Round(seconds, 3),
            OfferedPerS = Math.Round(readings / seconds),
            Readings = readings,
            ReadingsPerS = Math.Round(readings / seconds, 1),
            Lost = 0,
            Duplicated = 0,
            Reordered = 0,
            Altered = 0,
            LatencyMs = new LatencyReport(0, 0, 0, 0),
            AllocatedBytesPerReading = 0,
            Gc = new GcReport(0, 0, 0),
            CpuCores = 0,
            RssMb = 0,
            Machine = MachineInfo.Read(),
            Simulator = SimulatorReport.Between(first, last, seconds),
            // Of all thresholds this alone can be seen from here.
            Promises = plan.Profile.Thresholds.MinRate is { } rate ? [PromiseReport.AtLeast(broker is null ? "readings/s asked for" : "readings/s published", rate, Math.Round(readings / seconds, 1))] : [],
        };
        return new LoadRun
        {
            Name = plan.Profile.Name,
            Command = plan.Command,
            ProgramVersion = ProgramVersion.Text,
            Started = started,
            ProfileText = plan.ProfileText,
            PlantText = plan.PlantText,
            Report = report,
            Offered = curve is null ? new OfferedReport(0, readings, 0, 0) : new OfferedReport(curve.Due, curve.Published, Math.Max(0, curve.Due - curve.Published), curve.Refused),
            Samples = samples,
            Stages = LoadRunOf.StagesUpTo(plan, seconds),
            Faults = faults.Marks(seconds),
            Latency = [],
            LatencyError = 0,
            Pauses = [],
        };
    }
}
