using HyperIngest.Host;
using HyperIngest.Host.Commands.Chaos;

namespace HyperIngest.Tests.Unit.Host;

public sealed class ChaosScheduleTests
{
    private static readonly FaultKind[] Kinds =
    [
        new("at-once", TimeSpan.Zero, TimeSpan.Zero),
        new("short", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)),
        new("long", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)),
    ];

    [Fact]
    public void The_same_seed_draws_the_same_schedule_and_another_seed_another()
    {
        IReadOnlyList<ScheduledFault> first = ChaosSchedule.Draw(4711, TimeSpan.FromMinutes(10), Kinds);
        Assert.Equal(first, ChaosSchedule.Draw(4711, TimeSpan.FromMinutes(10), Kinds));
        Assert.NotEqual(first, ChaosSchedule.Draw(4712, TimeSpan.FromMinutes(10), Kinds));
    }

    [Fact]
    public void A_longer_run_begins_as_a_shorter_one_of_the_same_seed()
    {
        IReadOnlyList<ScheduledFault> shorter = ChaosSchedule.Draw(1, TimeSpan.FromMinutes(1), Kinds);
        Assert.Equal(shorter, ChaosSchedule.Draw(1, TimeSpan.FromMinutes(5), Kinds).Take(shorter.Count));
    }

    [Fact]
    public void Every_round_has_every_kind_once()
    {
        ScheduledFault[] faults = [.. ChaosSchedule.Draw(3, TimeSpan.FromMinutes(20), Kinds)];
        ScheduledFault[][] rounds = [.. faults.Chunk(Kinds.Length).Where(r => r.Length == Kinds.Length)];
        Assert.True(rounds.Length > 10);
        Assert.All(rounds, r => Assert.Equal(Kinds.Select(k => k.Name).Order(), r.Select(f => f.Kind).Order()));
        Assert.True(rounds.Select(r => string.Join(' ', r.Select(f => f.Kind))).Distinct().Count() > 1, "every round is in the same order");
    }

    [Fact]
    public void Faults_come_in_order_within_the_run_and_last_as_their_kind_allows()
    {
        TimeSpan length = TimeSpan.FromMinutes(30);
        IReadOnlyList<ScheduledFault> faults = ChaosSchedule.Draw(5, length, Kinds);
        Assert.Equal(faults.Select(f => f.At).Order(), faults.Select(f => f.At));
        Assert.All(faults, f => Assert.InRange(f.At, TimeSpan.FromSeconds(1), length));
        Assert.All(faults, f =>
        {
            FaultKind kind = Kinds.Single(k => k.Name == f.Kind);
            Assert.InRange(f.Lasts, kind.Shortest, kind.Longest);
        });
    }

    [Theory]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "soon")]
    [InlineData("--seed", "-1")]
    [InlineData("--sink", "postgers")]
    public async Task Wrong_usage_is_2_and_starts_nothing(params string[] arguments) => Assert.Equal(ExitCode.Usage, (await CommandLineTests.RunAsync(["chaos", .. arguments])).Code);

    [Fact]
    public async Task A_sink_that_does_not_exist_is_named_with_the_nearest()
    {
        var (_, _, error) = await CommandLineTests.RunAsync("chaos", "--sink", "postgers");
        Assert.Contains("found 'postgers'; did you mean 'postgres'?", error, StringComparison.Ordinal);
    }
}
