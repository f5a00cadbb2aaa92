using System.Diagnostics;
using System.Text.Json;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;

namespace HyperIngest.Tests.Unit.LoadGen.Faults;

public sealed class FaultSpecJsonTests
{
    private static readonly FaultSpec Full = new()
    {
        Kind = FaultKind.Delay, Devices = "press-*", Chance = 0.125, Every = 3, After = 5_000_000_000, At = TimeSpan.FromSeconds(90), For = TimeSpan.FromMilliseconds(250),
        Repeat = TimeSpan.FromHours(1), Requests = 7, Pause = TimeSpan.FromMicroseconds(10), Jitter = TimeSpan.FromMinutes(1), ExceptionCode = 11,
    };

    [Fact]
    public void What_is_written_is_read_again()
    {
        Assert.Equal(
            """{"kind":"delay","devices":"press-*","chance":0.125,"every":3,"after":5000000000,"at":"90s","for":"250ms","repeat":"1h","requests":7,"pause":"10us","jitter":"1m","exception_code":11}""",
            FaultSpecJson.Write(Full));
        FaultSpec[] specs = [Full, new() { Kind = FaultKind.ClockSkew, Skew = TimeSpan.FromSeconds(-1.5) }, .. Enum.GetValues<FaultKind>().Where(k => k != FaultKind.ClockSkew).Select(k => new FaultSpec { Kind = k })];
        foreach (FaultSpec spec in specs)
        {
            Assert.True(FaultSpecJson.TryParse(FaultSpecJson.Write(spec), out FaultSpec? read, out _));
            Assert.Equal(spec, read);
        }
    }

    [Theory]
    [InlineData("", "expected a JSON object")]
    [InlineData("[]", "expected a JSON object such as {\"kind\":\"drop\"}, found []")]
    [InlineData("{}", "kind: missing; expected one of drop, refuse, silence")]
    [InlineData("""{"kind":"explode"}""", "kind: expected one of drop, refuse, silence")]
    [InlineData("""{"kind":"drop","chanse":1}""", "chanse: unknown key; expected kind, devices, chance")]
    [InlineData("""{"kind":"drop","kind":"drop"}""", "kind: stands there twice")]
    [InlineData("""{"kind":"drop","chance":1.5}""", "chance: expected a number above 0 to 1, found 1.5")]
    [InlineData("""{"kind":"drop","chance":"1"}""", "chance: expected a number, found \"1\"")]
    [InlineData("""{"kind":"drop","every":0}""", "every: expected a whole number from 1 to 1000000, found 0")]
    [InlineData("""{"kind":"drop","every":1e12}""", "every: expected a whole number")]
    [InlineData("""{"kind":"drop","requests":0}""", "requests: expected a whole number from 1, found 0")]
    [InlineData("""{"kind":"drop","at":5}""", "at: expected a duration such as \"250ms\" or \"5s\", found 5")]
    [InlineData("""{"kind":"drop","at":"-5s"}""", "at: expected a duration, 0 to 365d, found -5s")]
    [InlineData("""{"kind":"drop","repeat":"5s"}""", "repeat: expected for beside it")]
    [InlineData("""{"kind":"drop","for":"5s","repeat":"5s"}""", "repeat: expected more than for (5s), found 5s")]
    [InlineData("""{"kind":"drop","jitter":"5s"}""", "jitter: is for kind delay")]
    [InlineData("""{"kind":"drop","skew":"5s"}""", "skew: is for kind clock-skew")]
    [InlineData("""{"kind":"delay","pause":"11m"}""", "pause: expected a duration, 0 to 10m, found 11m")]
    [InlineData("""{"kind":"exception","exception_code":256}""", "exception_code: expected a whole number from 1 to 255, found 256")]
    [InlineData("""{"kind":"clock-skew"}""", "skew: expected a duration, such as 5s or -5s")]
    [InlineData("""{"kind":"clock-skew","skew":"1s","chance":0.5}""", "kind: a clock is wrong for a time, not for a request")]
    [InlineData("""{"kind":"drop","devices":""}""", "devices: expected a name or pattern")]
    public void What_is_no_fault_is_told_what_was_expected(string json, string says)
    {
        Assert.False(FaultSpecJson.TryParse(json, out FaultSpec? spec, out IReadOnlyList<FaultProblem> problems));
        Assert.Null(spec);
        Assert.StartsWith(says, Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        Assert.False(FaultSpecJson.TryParse("""{"kind":"explode","at":1,"x":2}""", out _, out IReadOnlyList<FaultProblem> problems));
        Assert.Equal(["x", "kind", "at"], problems.Select(p => p.Key));
    }

    [Fact]
    public async Task The_control_lines_inject_list_and_clear()
    {
        await using Simulator simulator = new(TestPlants.Of(3, TestPlants.OneOfEach()));
        StringWriter output = new();
        string[] commands =
        [
            """inject {"kind": "drop", "devices": "dev-*", "requests": 2}""", "inject {\"kind\":\"drop\",\"devices\":\"x\"}", "inject {}", "inject drop", "faults", "clear fault-9", "clear fault-1", "faults", "stats",
        ];
        await SimulatorControl.RunAsync(simulator, new StringReader(string.Join('\n', commands)), output);
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("""{"id":"fault-1"}""", lines[1]);
        Assert.Contains("no device of plant plant matches", lines[2], StringComparison.Ordinal);
        Assert.Contains("kind: missing", lines[3], StringComparison.Ordinal);
        Assert.Contains("expected a JSON object", lines[4], StringComparison.Ordinal);
        Assert.Equal("""{"faults":[{"id":"fault-1","spec":{"kind":"drop","devices":"dev-*","requests":2},"devices":3,"hits":0,"state":"in-force"}]}""", lines[5]);
        Assert.Contains("there are fault-1", lines[6], StringComparison.Ordinal);
        Assert.Equal("""{"id":"fault-1"}""", lines[7]);
        Assert.Equal("""{"faults":[]}""", lines[8]);
        Assert.Contains("\"fault_hits\":{}", lines[9], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_parent_injects_lists_and_clears()
    {
        string ready = """{"ready":true,"host":"127.0.0.1","base_port":12000,"port_count":2,"devices":2,"tags":16,"pid":1}""";
        string faults = """{"faults":[{"id":"fault-1","spec":{"kind":"clock-skew","skew":"-5s"},"devices":3,"hits":8,"state":"waiting"}]}""";
        string script = $$"""
            echo '{{ready}}'
            read -r a; test "$a" = 'inject {"kind":"clock-skew","skew":"-5s"}' && echo '{"id":"fault-1"}'
            read -r a; test "$a" = faults && echo '{{faults}}'
            read -r a; test "$a" = 'clear fault-1' && echo '{"id":"fault-1"}'
            read -r a; echo '{"error":"clear: expected the id of a fault"}'
            """;
        await using SimulatorProcess child = await SimulatorProcess.StartAsync(new ProcessStartInfo("sh", ["-c", script]));
        FaultSpec spec = new() { Kind = FaultKind.ClockSkew, Skew = TimeSpan.FromSeconds(-5) };
        Assert.Equal("fault-1", await child.InjectAsync(spec));
        Assert.Equal(new FaultStatus("fault-1", spec, 3, 8, FaultState.Waiting), Assert.Single(await child.FaultsAsync()));
        await child.ClearAsync("fault-1");
        await Assert.ThrowsAsync<InvalidOperationException>(() => child.ClearAsync("fault-1"));
    }

    [Fact]
    public void Statuses_that_are_none_are_refused() =>
        Assert.Throws<JsonException>(() => FaultSpecJson.ReadStatuses(JsonDocument.Parse("""[{"id":"a","spec":{},"devices":1,"hits":1,"state":"waiting"}]""").RootElement));
}
