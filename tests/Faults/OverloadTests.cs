using System.Diagnostics;
using System.Globalization;
using HyperIngest.LoadGen;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Tests.EndToEnd;
using Xunit.Abstractions;

namespace HyperIngest.Tests.Faults;

/// <summary>A node at its full rate while its sinks are dead: the journal takes what they cannot, and memory does not grow.</summary>
[Collection(NodeCollection.Name)]
public sealed class OverloadTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const long MostResidentKiB = 512 * 1024;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(60);

    // The journal of the outage goes to the sink after it: some 40 million rows, on a machine that may be doing other things.
    private static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(10);

    // In this process, and so no part of what is measured.
    private readonly StandInBroker _broker = StandInBroker.Start(new StandInBrokerOptions { DefaultPartitions = 4 });
    private PrivatePostgres _server = null!;

    public async Task InitializeAsync() => _server = await PrivatePostgres.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Sinks_dead_for_a_minute_at_600_000_readings_a_second_cost_no_memory_and_no_reading()
    {
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions
        {
            Sink = "",
            Connection = _server.ConnectionString,
            // The format that takes the least of the broker's memory, which keeps all of it.
            Kafka = ", format: columnar",
            Brokers = _broker.BootstrapServers,
            Devices = 1000,
            Tags = 600,
            Interval = "1s",
            // A device that is slow to answer on a busy machine has answered all the same: an answer that nobody waits for any more counts as lost.
            DeviceKeys = ", timeout: 30s, requests: { max_in_flight: 16 }",
            Segment = "64MiB",
            Drain = "10m",
        });
        using (NodeUnderTest node = await rig.RunAsync())
        {
            ReadinessWatch readiness = ReadinessWatch.Of(node);
            await node.UntilAsync(
                async () => (await node.StatusAsync()).GetProperty("lanes").EnumerateArray().All(l => l.GetProperty("delivered").GetInt64() > 0), "every lane delivers");
            await _server.KillAsync();
            await _broker.StopListeningAsync();
            long before = await node.ReadingsAsync();
            long began = Stopwatch.GetTimestamp();
            Dictionary<string, (double Lag, double Failures)> seen = [];
            foreach (string sink in rig.Sinks) seen[sink] = await SeenAsync(node, sink);
            // The row is a minute: there is nothing else to wait for.
            await Task.Delay(Outage);
            double rate = (await node.ReadingsAsync() - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;

            (long resident, long peak) = MemoryOf(node.Pid);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{rate:N0} readings/s for {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s with both sinks dead: resident {resident / 1024.0:F0} MiB, at most {peak / 1024.0:F0} MiB since the start"));
            Assert.InRange(peak, 1, MostResidentKiB);
            foreach (string sink in rig.Sinks)
            {
                (double lag, double failures) = await SeenAsync(node, sink);
                Assert.True(lag > seen[sink].Lag, $"the lag of {sink} is seen");
                Assert.True(failures > seen[sink].Failures, $"the failures of {sink} are seen");
            }
            Assert.Equal(0, await node.MetricAsync("hyperingest_journal_dropped_readings_total"));
            await readiness.AssertAlwaysReadyAsync();

            // The devices are let go, and the sinks get what they have missed.
            await _server.RestartAsync();
            _broker.StartListening();
            await node.DrainAsync(LongestDrain);
            Assert.Contains("all journalled: True, all delivered: True", node.Log, StringComparison.Ordinal);
        }
        await rig.AssertNothingLostAsync(await rig.ServedAsync());
    }

    private static async Task<(double Lag, double Failures)> SeenAsync(NodeUnderTest node, string sink)
    {
        string label = $"sink=\"{sink}\"";
        return (await node.MetricAsync("hyperingest_delivery_lag_bytes", label),
            await node.MetricAsync("hyperingest_delivery_retries_total", label) + await node.MetricAsync("hyperingest_delivery_reopens_total", label));
    }

    // VmRSS and VmHWM of /proc/PID/status, in KiB; see proc_pid_status(5).
    private static (long Resident, long Peak) MemoryOf(int pid)
    {
        string[] lines = File.ReadAllLines($"/proc/{pid}/status");
        long Field(string name) => long.Parse(lines.Single(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return (Field("VmRSS:"), Field("VmHWM:"));
    }
}
