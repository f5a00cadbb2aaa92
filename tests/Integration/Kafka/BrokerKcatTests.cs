using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>The stand-in broker against kcat.</summary>
public sealed class BrokerKcatTests : IAsyncLifetime
{
    private readonly StandInBroker _broker = StandInBroker.Start();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task What_kcat_produces_it_consumes(string codec)
    {
        string[] lines = Lines(5_000);
        await Kcat(Text(lines), "-P", "-t", "lines", "-z", codec);
        Assert.Equal(lines, await ConsumeAsync("lines"));
        PartitionView partition = Assert.Single(_broker.Partitions("lines"));
        Assert.Equal(5_000, partition.HighWatermark);
        Assert.Equal(5_000, partition.CommittedRecords);

        // It sends them compressed only if the broker says that it takes them so.
        if (codec == "none") Assert.True(partition.Bytes > 100_000);
        else Assert.InRange(partition.Bytes, 1, 60_000);
    }

    [Fact]
    public async Task Metadata_names_the_broker_and_its_topics()
    {
        _broker.CreateTopic("plant.a", 3);
        string listed = await Kcat("", "-L");
        Assert.Contains("broker 1 at " + _broker.BootstrapServers, listed, StringComparison.Ordinal);
        Assert.Contains("topic \"plant.a\" with 3 partitions", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_headers_and_timestamps_come_back_as_they_were()
    {
        await Kcat("k1:v1\nk2:v2\n", "-P", "-t", "keyed", "-K", ":", "-H", "origin=plant");
        string read = await Kcat("", "-C", "-t", "keyed", "-e", "-q", "-f", "%o %k=%s %h\n");
        Assert.Equal("0 k1=v1 origin=plant\n1 k2=v2 origin=plant\n", read);
    }

    [Fact]
    public async Task Idempotent_and_transactional_production_lands_once()
    {
        string[] lines = Lines(5_000);
        await Kcat(Text(lines), "-P", "-t", "once", "-X", "enable.idempotence=true");
        Assert.Equal(lines, await ConsumeAsync("once"));
        await Kcat(Text(lines), "-P", "-t", "transactional", "-X", "transactional.id=kcat");
        Assert.Equal(lines, await ConsumeAsync("transactional"));
        Assert.Equal(0, _broker.OpenTransactions);
        Assert.Equal(5_000, _broker.CountRecords("transactional", KafkaIsolation.ReadCommitted));
    }

    [Fact]
    public async Task Consuming_may_begin_at_an_offset_and_at_a_time()
    {
        long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await Kcat(Text(Lines(10)), "-P", "-t", "times");
        await Kcat("late\n", "-P", "-t", "times", "-X", "linger.ms=0");
        string[] stamps = (await Kcat("", "-C", "-t", "times", "-e", "-q", "-f", "%T\n")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["late"], await ConsumeAsync("times", "-o", "10"));
        Assert.Equal(["late"], await ConsumeAsync("times", "-o", "s@" + stamps[10]));
        Assert.Equal(11, (await ConsumeAsync("times", "-o", "s@" + before)).Length);
    }

    [Fact]
    public async Task A_group_goes_on_where_it_stopped()
    {
        _broker.CreateTopic("grouped", 4);
        await Kcat(Text(Lines(1_000)), "-P", "-t", "grouped", "-X", "partitioner=random", "-X", "sticky.partitioning.linger.ms=0");
        string[] first = Read(await Kcat("", "-G", "readers", "grouped", "-c", "400", "-q", "-X", "auto.offset.reset=earliest"));
        string[] second = Read(await Kcat("", "-G", "readers", "grouped", "-e", "-q", "-X", "auto.offset.reset=earliest"));
        Assert.Equal(400, first.Length);
        Assert.Equal(Lines(1_000).Order(), first.Concat(second).Order());
    }

    private static string[] Lines(int count) => [.. Enumerable.Range(0, count).Select(i => $"reading {i:00000} of the plant")];

    private static string Text(string[] lines) => string.Join('\n', lines) + "\n";

    private static string[] Read(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<string[]> ConsumeAsync(string topic, params string[] more) => Read(await Kcat("", ["-C", "-t", topic, "-e", "-q", .. more]));

    private Task<string> Kcat(string input, params string[] arguments) => BrokerPeer.RunAsync(input, "kcat", ["-b", _broker.BootstrapServers, .. arguments]);
}
