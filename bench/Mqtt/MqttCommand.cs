using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Report;
using HyperIngest.Mqtt;

namespace HyperIngest.Bench.Mqtt;

/// <summary><c>mqtt</c>: the product as a subscriber beside a bare one in C, at the same broker, with the same publishers, in turn.</summary>
internal static class MqttCommand
{
    /// <summary>The first argument that leads here.</summary>
    public const string Verb = "mqtt";

    // The product must never be the bottleneck; a shared machine's rounds differ by a few percent.
    private const double LeastShare = 0.95;

    // Some tenths of a second of what mosquitto gives out: it always has something to give.
    private const long MostAhead = 20_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <summary>Runs what the arguments behind the verb ask for; the exit code: 0 kept, 1 the product was slower, 2 wrong usage, 3 failed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        Option<int> seconds = new("--seconds") { Description = "Seconds of a round. Default: 5.", HelpName = "N", DefaultValueFactory = _ => 5 };
        Option<int> rounds = new("--rounds") { Description = "Rounds of each, in turn. Default: 5.", HelpName = "N", DefaultValueFactory = _ => 5 };
        RootCommand command = new(
            $"{Verb}: messages a second that the product (decoded, journalled, acknowledged once durable) and a bare subscriber on libmosquitto get from the same mosquitto and the same publishers, in turn, "
            + "at QoS 0 and 1; medians. Exit code 1 when the product gets less than 0.95 of it.")
        {
            seconds, rounds,
        };
        command.SetAction((parsed, _) => MeasureAsync(TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(seconds))), Math.Max(1, parsed.GetValue(rounds))));
        ParseResult result = command.Parse(arguments);
        foreach (var wrong in result.Errors) await Console.Error.WriteLineAsync($"{Verb}: {wrong.Message}").ConfigureAwait(false);
        if (result.Errors.Count > 0) return 2;
        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is InvalidOperationException or IOException)
        {
            await Console.Error.WriteLineAsync($"{Verb}: {failed.Message}").ConfigureAwait(false);
            return 3;
        }
    }

    private static async Task<int> MeasureAsync(TimeSpan time, int rounds)
    {
        MachineInfo machine = MachineInfo.Read();
        CultureInfo format = CultureInfo.InvariantCulture;
        await Console.Out.WriteLineAsync($"{machine.Cpu}, {machine.Cores} cores, {machine.Os}, {machine.Dotnet}; mosquitto, publishers and subscriber on it; {rounds} rounds of {time.TotalSeconds:0} s each, in turn\n").ConfigureAwait(false);
        using BenchFolder folder = new(null);
        string bare = await LibmosquittoSubscriber.CompileAsync(folder.Path).ConfigureAwait(false);
        await using PrivateMosquitto broker = await PrivateMosquitto.StartAsync().ConfigureAwait(false);
        bool kept = true;
        foreach (MqttQos qos in (MqttQos[])[MqttQos.AtMostOnce, MqttQos.AtLeastOnce])
        {
            // Simulated devices publish a JSON message a reading, as fast as they may.
            MqttPublishOptions publish = new() { Interval = TimeSpan.Zero, Qos = qos };
            PlantOptions plant = DemoPlant.CreateMqtt(new MqttClientOptions { Host = PrivateMosquitto.Host, Port = broker.Port }, publish, devices: 100, tags: 50);
            string plantPath = folder.In("plant.yaml");
            PlantFile.Write(plant, plantPath);
            List<double> own = [], other = [];
            for (int round = 0; round < rounds; round++)
            {
                other.Add(await RateAsync(() => LibmosquittoSubscriber.StartAsync(bare, broker.Port, $"{plant.Name}/#", (int)qos), plantPath, time).ConfigureAwait(false));
                own.Add(await RateAsync(() => ProductSubscriber.StartAsync(broker.Port, $"{plant.Name}/{{device}}/{{tag}}", qos), plantPath, time).ConfigureAwait(false));
            }
            double ratio = Median(own) / Median(other);
            kept &= ratio >= LeastShare;
            await Console.Out.WriteLineAsync(string.Create(format,
                $"QoS {(int)qos}: product {Median(own):N0} messages/s, bare libmosquitto {Median(other):N0}, ratio {ratio:0.00} (at least {LeastShare:0.00}); rounds {string.Join(", ", own.Zip(other, (a, b) => string.Create(format, $"{a / b:0.00}")))}")).ConfigureAwait(false);
        }
        return kept ? 0 : 1;
    }

    private static async Task<double> RateAsync(Func<Task<ISubscriber>> start, string plantPath, TimeSpan time)
    {
        await using ISubscriber subscriber = await start().ConfigureAwait(false);
        // Beside this program: the build puts the host's files there.
        ProcessStartInfo publishers = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "hyperingest.dll"), "sim", plantPath, "--control"]);
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(publishers).ConfigureAwait(false);
        await simulator.BeginPublishingAsync().ConfigureAwait(false);
        await using PublishHold hold = PublishHold.Of(simulator, () => subscriber.Messages, MostAhead);
        await Task.Delay(WarmUp).ConfigureAwait(false);
        long before = subscriber.Messages, began = Stopwatch.GetTimestamp();
        await Task.Delay(time).ConfigureAwait(false);
        return (subscriber.Messages - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
