using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>The Kafka source while brokers misbehave: librdkafka's own test brokers, two of them.</summary>
public sealed class SourceFaultTests : IDisposable
{
    private readonly TestBroker _brokers = new(2);
    private readonly SourceRecords _records;
    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-kafka-").FullName;

    public SourceFaultTests()
    {
        _brokers.CreateTopic("t", 2);
        _records = new SourceRecords(_brokers.Brokers);
    }

    public void Dispose()
    {
        _records.Dispose();
        _brokers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Journal => Path.Combine(_folder, "journal");

    private async Task TakesEverythingThrough(Func<SourceNode, Task> fault)
    {
        _records.Count("t", 2, 0, 2000);
        SourceNode node = await SourceNode.StartAsync(SourceNode.Options(_brokers.Brokers, "t"), Journal);
        await Eventually.IsTrue(() => node.Count("records") == 2000, "the first records are taken");
        await fault(node);
        _records.Count("t", 2, 2000, 4000);
        await Eventually.IsTrue(() => node.Count("records") >= 4000, "the rest is taken");
        await node.StopAsync();
        Assert.Equal(Enumerable.Range(0, 4000).Select(n => (long)n), SourceNode.Numbers(Journal));
    }

    [Fact]
    public Task Brokers_that_go_down_and_come_back_cost_nothing() => TakesEverythingThrough(async node =>
    {
        _brokers.Stop(1);
        _brokers.Stop(2);
        await Eventually.IsTrue(() => node.Source.Devices[0].LastFault is not null, "the fault shows in the status");
        _brokers.Start(1);
        _brokers.Start(2);
        await Eventually.IsTrue(() => node.Source.Devices[0].LastFault is null, "the fault is over");
    });

    [Fact]
    public Task A_leader_that_moves_costs_nothing() => TakesEverythingThrough(_ =>
    {
        for (int p = 0; p < 2; p++)
        {
            _brokers.MoveLeader("t", p, 1);
            _brokers.MoveLeader("t", p, 2);
        }
        return Task.CompletedTask;
    });

    [Fact]
    public Task A_coordinator_that_moves_costs_nothing() => TakesEverythingThrough(_ =>
    {
        _brokers.MoveGroupCoordinator("g", 1);
        _brokers.MoveGroupCoordinator("g", 2);
        return Task.CompletedTask;
    });

    [Fact]
    public Task Fetches_that_fail_cost_nothing() => TakesEverythingThrough(_ =>
    {
        // NOT_LEADER_FOR_PARTITION, REQUEST_TIMED_OUT, UNKNOWN_SERVER_ERROR
        _brokers.FailNext((short)KafkaApi.Fetch, 6, 7, -1, 6);
        return Task.CompletedTask;
    });
}
