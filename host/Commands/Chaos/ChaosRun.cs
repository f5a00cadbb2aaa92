using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using HyperIngest.Host.Commands.Chaos.Faults;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>One chaos run from start to verdict: a simulated plant, the node and the sinks' servers as child processes, a schedule of faults, and the verifier over every store.</summary>
internal sealed class ChaosRun(ChaosOptions options, string folder, ChaosProgress progress)
{
    // How often the node is looked at between faults; also how exactly a fault keeps its time.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<string> _problems = [];
    private readonly ConcurrentQueue<FaultDone> _done = [];
    private long _began;

    private string PlantPath => Path.Combine(folder, "plant.yaml");

    private string SitePath => Path.Combine(folder, "site.yaml");

    private string ServedPath => Path.Combine(folder, "served.bin");

    private string JournalPath => Path.Combine(folder, "journal");

    /// <summary>Faults that do not belong to a sink.</summary>
    public static IReadOnlyList<IChaosFault> CommonFaults { get; } = [new KillNode(), new StopNode(), new MisbehavingDevices()];

    /// <summary>Runs it. Cancelled, it begins no more faults, mends those under way, and verifies what was done so far.</summary>
    /// <exception cref="InvalidOperationException">A part did not start; the message says which and what to do.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the node ran: there is nothing to verify.</exception>
    public async Task<ChaosReport> RunAsync(CancellationToken stop)
    {
        PlantFile.Write(ChaosPlant.Options, PlantPath);
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(OwnSession.Of(OwnProgram.With("sim", PlantPath, "--control")), stop);
        progress.Line($"simulator: {simulator.Ready.Devices:N0} devices with {simulator.Ready.Tags:N0} tags");
        List<IChaosSink> sinks = [];
        try
        {
            foreach (string name in options.Sinks)
            {
                IChaosSink sink = await ChaosSinks.StartAsync(name, stop);
                sinks.Add(sink);
                progress.Line($"{name}: {sink.Description}");
            }
            ChaosPlant.WriteSite(SitePath, JournalPath, simulator.Ready.BasePort, sinks);
            Dictionary<string, string> environment = new(sinks.SelectMany(s => s.Environment), StringComparer.Ordinal);
            await using ChaosNode node = new(SitePath, environment, Path.Combine(folder, "node.log"));
            using ChaosStage stage = new(node, simulator, new Plant(ChaosPlant.Options));
            stop.ThrowIfCancellationRequested();
            await StartAsync(node);

            double seconds = await HappenAsync(stage, sinks, stop);
            await FinishAsync(stage, simulator);
            return new ChaosReport
            {
                Seed = options.Seed,
                Seconds = Math.Round(seconds, 1),
                Faults = [.. _done],
                Kills = stage.Kills.Count,
                Sinks = [.. sinks.Select(s => $"{s.Name}: {s.Description}")],
                Stores = await VerifyAsync(stage.Kills, sinks, environment),
                Problems = [.. _problems],
            };
        }
        finally
        {
            foreach (IChaosSink sink in sinks) await sink.DisposeAsync();
        }
    }

    private async Task StartAsync(ChaosNode node)
    {
        try
        {
            TimeSpan start = await node.StartAsync();
            progress.Line(string.Create(CultureInfo.InvariantCulture, $"node: ready after {start.TotalSeconds:F1} s; seed {options.Seed}, {options.Length.TotalMinutes:0.##} minutes"));
        }
        catch (ChaosException failed)
        {
            throw new InvalidOperationException($"chaos: {failed.Message}: {Path.Combine(folder, "node.log")}", failed);
        }
    }

    private async Task<double> HappenAsync(ChaosStage stage, List<IChaosSink> sinks, CancellationToken stop)
    {
        Dictionary<string, IChaosFault> kinds = CommonFaults.Concat(sinks.SelectMany(s => s.Faults)).ToDictionary(f => f.Kind.Name, StringComparer.Ordinal);
        Queue<ScheduledFault> schedule = new(ChaosSchedule.Draw(options.Seed, options.Length, [.. kinds.Values.Select(k => k.Kind)]));
        List<Task> happening = [];
        _began = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested && Elapsed < options.Length)
        {
            while (schedule.TryPeek(out ScheduledFault? next) && next.At <= Elapsed)
            {
                schedule.Dequeue();
                happening.Add(HappenAsync(kinds[next.Kind], stage, next, stop));
            }
            // A part that cannot be mended ends the run.
            if (happening.Find(h => h.IsFaulted) is { } broken) await broken;
            Check(await stage.Node.LookAsync());
            await Task.Delay(Look, CancellationToken.None);
        }
        double seconds = Elapsed.TotalSeconds;
        progress.Line(stop.IsCancellationRequested ? $"told to stop with {schedule.Count} faults to come: mending and verifying" : "the last fault has begun: mending and verifying");
        await Task.WhenAll(happening);
        return seconds;
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    private async Task HappenAsync(IChaosFault kind, ChaosStage stage, ScheduledFault fault, CancellationToken hurry)
    {
        TimeSpan began = Elapsed;
        string seen;
        bool asExpected = true;
        try
        {
            seen = await kind.HappenAsync(stage, fault, hurry);
        }
        catch (ChaosException unmet)
        {
            seen = unmet.Message;
            asExpected = false;
            _problems.Enqueue($"{fault.Kind} at {fault.At.TotalSeconds:F1} s: {seen}");
        }
        _done.Enqueue(new FaultDone(Math.Round(began.TotalSeconds, 1), Math.Round((Elapsed - began).TotalSeconds, 1), fault.Kind, seen, asExpected));
        progress.Line(string.Create(CultureInfo.InvariantCulture, $"{(asExpected ? "" : "NOT AS EXPECTED: ")}{fault.Kind} at {began.TotalSeconds:F1} s: {seen}"));
    }

    // Ready while readings are taken in and at no other time; a drain is said to be one.
    private void Check(NodeSnapshot? seen)
    {
        if (seen is null) return;
        bool stopped = !seen.AcceptsReadings || seen.NotReady.Contains("draining", StringComparison.Ordinal) || seen.NotReady.Contains("starting", StringComparison.Ordinal);
        if (seen.Ready == stopped) _problems.Enqueue($"at {Elapsed.TotalSeconds:F1} s the node was {seen} while its intake was {(stopped ? "stopped" : "open")}");
        progress.Now($"{Elapsed.TotalSeconds,6:0} s of {options.Length.TotalSeconds:0}: {seen}");
    }

    // Everything is mended by now; the sinks get what they lack, the node drains, and the devices say what they answered.
    private async Task FinishAsync(ChaosStage stage, SimulatorProcess simulator)
    {
        try
        {
            TimeSpan behind = await stage.UntilAsync(seen => seen.HasCaughtUp(), "all lanes have caught up");
            TimeSpan drain = await stage.Node.DrainAsync();
            progress.Line(string.Create(CultureInfo.InvariantCulture, $"node: caught up after {behind.TotalSeconds:F1} s, drained in {drain.TotalSeconds:F1} s"));
        }
        catch (ChaosException unmet)
        {
            // What the sinks lack is counted by the verifier all the same.
            _problems.Enqueue(unmet.Message);
        }
        await stage.Node.DisposeAsync();
        await simulator.StopAsync(ServedPath, CancellationToken.None);
    }

    private async Task<IReadOnlyList<StoreVerified>> VerifyAsync(List<DateTime> kills, List<IChaosSink> sinks, Dictionary<string, string> environment)
    {
        List<StoreVerified> stores = [new("journal", await VerifyAsync(kills, environment, "--journal", JournalPath))];
        foreach (IChaosSink sink in sinks)
        {
            VerifySummary found = await VerifyAsync(kills, environment, [.. sink.VerifyArguments(SitePath, folder)]);
            stores.Add(new StoreVerified(sink.Name, found));
            // A gap around a kill excuses what no journal had; it excuses no sink for lacking what the journal has.
            if (found.Received != stores[0].Found.Received) _problems.Enqueue($"{sink.Name} has {found.Received:N0} readings and the journal {stores[0].Found.Received:N0}");
        }
        return stores;
    }

    private Task<VerifySummary> VerifyAsync(List<DateTime> kills, Dictionary<string, string> environment, params string[] store)
    {
        string[] killed = [.. kills.SelectMany(k => (string[])["--killed", k.ToString("O", CultureInfo.InvariantCulture)])];
        ProcessStartInfo start = OwnProgram.With(["verify", PlantPath, "--served", ServedPath, "--json", .. store, .. killed]);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return VerifyChild.RunAsync(OwnSession.Of(start), CancellationToken.None);
    }
}
