using System.Diagnostics;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.Tests.Unit.LoadGen;

/// <summary>The parent's side of the conversation, with a shell in the child's place; <see cref="SimulatorTests"/> has the child's side.</summary>
public sealed class SimulatorProcessTests
{
    private const string ReadyLine = """{"ready":true,"host":"127.0.0.1","base_port":12000,"port_count":2,"devices":2,"tags":16,"pid":1}""";
    private const string StatsLine = """{"requests":7,"readings":70,"exceptions":0,"faulted":0,"malformed":0,"connections":1,"cpu_seconds":0.5,"rss_mb":64.5}""";

    [Fact]
    public async Task Child_is_asked_and_stopped()
    {
        await using SimulatorProcess child = await SimulatorProcess.StartAsync(
            Shell($"echo '{ReadyLine}'; read a; test \"$a\" = stats && echo '{StatsLine}'; read a; test \"$a\" = 'stop /some/file' && echo '{StatsLine}'"));
        Assert.Equal((12000, 2), (child.Ready.BasePort, child.Ready.PortCount));
        SimulatorStats stats = await child.StatsAsync();
        Assert.Equal((7, 70, 0.5, 64.5), (stats.Requests, stats.Readings, stats.CpuSeconds, stats.RssMb));
        Assert.Equal(7, (await child.StopAsync("/some/file")).Requests);
    }

    [Theory]
    [InlineData("exit 3", "ended without an answer")]
    [InlineData("echo hello", "hello")]
    [InlineData("""echo '{"error":"no such plant"}'""", "no such plant")]
    public async Task Child_that_is_no_simulator_is_told_of(string script, string message)
    {
        InvalidOperationException wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => SimulatorProcess.StartAsync(Shell(script)));
        Assert.Contains(message, wrong.Message);
    }

    [Fact]
    public async Task Child_that_says_nothing_is_given_up_and_ended()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SimulatorProcess.StartAsync(Shell("read a"), patience.Token));
    }

    private static ProcessStartInfo Shell(string script) => new("sh", ["-c", script]);
}
