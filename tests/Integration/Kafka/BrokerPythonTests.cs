using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>The stand-in broker against kafka-python, which shares no code with librdkafka.</summary>
public sealed class BrokerPythonTests : IAsyncLifetime
{
    private readonly StandInBroker _broker = StandInBroker.Start();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Kafka_python_produces_consumes_and_commits_in_a_group()
    {
        string said = await BrokerPeer.RunPythonAsync("broker_kafka_python.py", _broker.BootstrapServers, "py", "1000");
        Assert.Equal("created 3\nread 1000 of 1000\nread again 0\nearliest 0 latest 1000\ndeleted\n", said);
        Assert.Equal(0, _broker.Counts.Malformed);
        Assert.Equal(0, _broker.Counts.Unsupported);
        Assert.Empty(_broker.Partitions("py"));
    }
}
