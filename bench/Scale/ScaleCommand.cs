using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Bench.Scale;

/// <summary><c>scale</c>: what a node needs for 1,000, 10,000 and 100,000 devices polled every 10 s.</summary>
internal static class ScaleCommand
{
    /// <summary>The first argument that leads here.</summary>
    public const string Verb = "scale";

    // Poll schedule's promise: 99 of 100 polls begin within so long of their due time.
    private const double MostLatenessMs = 100;

    // The largest size may cost a device this much more than the one before; less is noise of a shared machine.
    private const double MostGrowth = 1.25;

    /// <summary>Runs what the arguments behind the verb ask for; the exit code: 0 kept, 1 polls were late, missing or dearer with size, 2 wrong usage, 3 failed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            return await DispatchAsync(arguments).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is InvalidOperationException or IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            await Console.Error.WriteLineAsync($"{Verb}: {failed.Message}").ConfigureAwait(false);
            return 3;
        }
    }

    private static async Task<int> DispatchAsync(string[] arguments)
    {
        if (arguments is [ScaleSimulators.Role, string number, string count, string units, string each])
        {
            await ScaleSimulators.RunAsync(Number(number), Number(count), Number(units), Number(each)).ConfigureAwait(false);
            return 0;
        }
        if (arguments is [ScaleNode.Role, string devices, string layout, string tags, string interval, string time, string folder])
        {
            await ScaleNode.RunAsync(Number(devices), Enum.Parse<ScaleLayout>(layout), Number(tags), TimeSpan.FromSeconds(Number(interval)), TimeSpan.FromSeconds(Number(time)), folder).ConfigureAwait(false);
            return 0;
        }
        Option<int[]> sizes = new("--devices") { Description = "Devices of a run; may be repeated. Default: 1000, 10000 and 100000.", HelpName = "N", DefaultValueFactory = _ => [1000, 10_000, 100_000] };
        Option<int> tagCount = new("--tags") { Description = "Tags a device. Default: 10, one request.", HelpName = "N", DefaultValueFactory = _ => 10 };
        Option<int> every = new("--interval") { Description = "Seconds from one poll of a device to the next. Default: 10.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
        Option<int> rounds = new("--rounds") { Description = "Intervals measured. Default: 3.", HelpName = "N", DefaultValueFactory = _ => 3 };
        foreach (Option<int> whole in (Option<int>[])[tagCount, every, rounds]) AtLeastOne(whole, r => [r.GetValueOrDefault<int>()]);
        AtLeastOne(sizes, r => r.GetValueOrDefault<int[]>() ?? []);
        RootCommand command = new(
            $"{Verb}: polls simulated devices into a journal, behind gateways of 247 units and with a socket each as far as the limit of open files allows, and says what a device costs at each size. "
            + "Exit code 1 when polls are late (p99 above 100 ms), missing, or a poll of the largest size costs over a quarter more than one of the size before.")
        {
            sizes, tagCount, every, rounds,
        };
        command.SetAction((parsed, _) => MeasureAsync(
            parsed.GetValue(sizes)!, parsed.GetValue(tagCount), TimeSpan.FromSeconds(parsed.GetValue(every)), parsed.GetValue(rounds)));
        ParseResult result = command.Parse(arguments);
        foreach (var wrong in result.Errors) await Console.Error.WriteLineAsync($"{Verb}: {wrong.Message}").ConfigureAwait(false);
        return result.Errors.Count > 0 ? 2 : await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
    }

    private static void AtLeastOne<T>(Option<T> option, Func<System.CommandLine.Parsing.OptionResult, int[]> values) => option.Validators.Add(result =>
    {
        if (result.Errors.Any()) return;
        foreach (int value in values(result))
        {
            if (value is < 1 or > 1_000_000) result.AddError($"{option.Name}: expected 1 to 1000000, found {value}");
        }
    });

    private static async Task<int> MeasureAsync(int[] sizes, int tags, TimeSpan interval, int rounds)
    {
        MachineInfo machine = MachineInfo.Read();
        await Console.Out.WriteLineAsync($"{machine.Cpu}, {machine.Cores} cores, {machine.MemoryMb:N0} MiB, {machine.Os}, {machine.Dotnet}; {tags} tags a device, a poll every {interval.TotalSeconds:0} s, {rounds} intervals measured\n").ConfigureAwait(false);
        await Console.Out.WriteLineAsync(ScaleText.Heading).ConfigureAwait(false);
        bool kept = true;
        List<string> sums = [];
        foreach (ScaleLayout layout in Enum.GetValues<ScaleLayout>())
        {
            ScalePoint? smaller = null, point = null;
            foreach (int size in sizes.Order())
            {
                int devices = layout == ScaleLayout.Sockets ? Math.Min(size, ScaleSimulators.MostSockets) : size;
                if (devices == point?.Devices) continue;
                if (devices < size) await Console.Out.WriteLineAsync($"({size:N0} sockets: this process may open {ScaleSimulators.FileLimit:N0} files; {devices:N0} instead)").ConfigureAwait(false);
                (smaller, point) = (point, await MeasureAsync(devices, layout, tags, interval, rounds).ConfigureAwait(false));
                await Console.Out.WriteLineAsync(ScaleText.Line(layout, point)).ConfigureAwait(false);
                // One poll of each device may fall on either side of the measured time.
                kept &= point.LatenessP99Ms <= MostLatenessMs && point.Skipped == 0 && point.Polls >= point.Due - (devices / rounds / 10);
            }
            if (smaller is not null && point!.CpuMicrosecondsPerPoll > MostGrowth * smaller.CpuMicrosecondsPerPoll) kept = false;
            sums.Add(ScaleText.Extrapolate(layout, point!, interval));
        }
        await Console.Out.WriteLineAsync().ConfigureAwait(false);
        foreach (string sum in sums) await Console.Out.WriteLineAsync(sum).ConfigureAwait(false);
        return kept ? 0 : 1;
    }

    private static async Task<ScalePoint> MeasureAsync(int devices, ScaleLayout layout, int tags, TimeSpan interval, int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("hyperingest-scale-").FullName;
        try
        {
            ProcessStartInfo start = new(
                "dotnet",
                [typeof(ScaleCommand).Assembly.Location, Verb, ScaleNode.Role, Text(devices), layout.ToString(), Text(tags), Text((int)interval.TotalSeconds), Text((int)(interval * rounds).TotalSeconds), Path.Combine(folder, "journal")])
            {
                RedirectStandardOutput = true,
            };
            using Process node = Process.Start(start) ?? throw new InvalidOperationException("The node's process did not start.");
            string output = await node.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
            await node.WaitForExitAsync().ConfigureAwait(false);
            return node.ExitCode == 0 && JsonSerializer.Deserialize<ScalePoint>(output) is { } point
                ? point
                : throw new InvalidOperationException($"The node with {devices:N0} devices ({layout}) ended with code {node.ExitCode}; its standard error says why.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
