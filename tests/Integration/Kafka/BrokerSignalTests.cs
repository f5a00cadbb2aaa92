using System.Runtime.InteropServices;
using HyperIngest.Core.Delivery;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Sinks.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Signals of this process, a child's end or a terminal's new size, and the threads of librdkafka's test broker.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class BrokerSignalTests
{
    [Fact]
    public async Task A_signal_that_meets_the_test_brokers_thread_does_not_end_the_cluster()
    {
        using TestBroker broker = new();
        using SinkRig rig = new(broker.Brokers);
        broker.CreateTopic(SinkRig.Topic, 1);
        await using KafkaSink sink = rig.Sink();
        await using ISinkLane lane = await sink.OpenLaneAsync(rig.Identity, default);
        // Its thread runs and has its name.
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(rig.Counting(0, 1000), default));
        // Without a handler it would be ignored, and interrupt nothing.
        using PosixSignalRegistration handled = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, signal => signal.Cancel = true);
        const int windowSize = 28;
        int[] threads = ThreadsOf("rdk:mock");
        Assert.NotEmpty(threads);
        foreach (int thread in threads) _ = KillThread(Environment.ProcessId, thread, windowSize);
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(rig.Counting(1000, 1000), default));
    }

    private static int[] ThreadsOf(string name) =>
        [.. Directory.EnumerateDirectories("/proc/self/task").Where(t => NameOf(t) == name).Select(t => int.Parse(Path.GetFileName(t), null))];

    // Null for one that has ended since.
    private static string? NameOf(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "tgkill")]
    private static partial int KillThread(int process, int thread, int signal);
}
