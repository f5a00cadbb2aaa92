using System.Globalization;
using System.Text.Json;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Tests.EndToEnd;
using Xunit.Abstractions;

namespace HyperIngest.Tests.Faults;

/// <summary>What befalls a Kafka broker under load: each fault is counted, none stops intake, and when it is over who reads committed records has every answer once. The broker is the stand-in.</summary>
[Collection(NodeCollection.Name)]
public sealed class KafkaFaultTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const string Retries = "hyperingest_delivery_retries_total";
    private const string Stalls = "hyperingest_kafka_stalls_total";
    private const string ClientFaults = "hyperingest_kafka_client_faults_total";
    private const string OneLane = "shard=\"0\"";

    // Answers that must be taken in while a fault lasts: intake does not wait for the sink.
    private const int Meanwhile = 10_000;

    // Far more requests than any test makes: the fault lasts until the test ends it.
    private const int UntilEnded = int.MaxValue;

    private const int Partitions = 4;

    private readonly StandInBroker _broker = StandInBroker.Start(new StandInBrokerOptions { DefaultPartitions = Partitions });

    /// <summary>What a broker answers to whoever produces, for as long as it lasts.</summary>
    public enum Refusal
    {
        /// <summary>Each partition's leader has moved, and the one that takes its place says the same.</summary>
        NotLeader,

        /// <summary>Too few replicas are in sync.</summary>
        NotEnoughReplicas,

        /// <summary>The broker's own time for the request is over.</summary>
        RequestTimedOut,

        /// <summary>No error, but a late answer.</summary>
        Slow,
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Broker_stopped_and_started_loses_and_doubles_nothing(bool exactlyOnce)
    {
        await using FaultRig rig = await FaultRig.StartAsync(Into(exactlyOnce));
        using (FaultRun run = await rig.RunAsync())
        {
            for (int outage = 0; outage < 2; outage++)
            {
                await run.Node.UntilMoreAsync(Meanwhile);
                await run.Node.UntilCaughtUpAsync();
                double faults = await run.Node.MetricAsync(ClientFaults), retries = await run.Node.MetricAsync(Retries);
                await _broker.StopListeningAsync();
                await run.UntilCountedAsync(ClientFaults, faults);
                await run.UntilCountedAsync(Retries, retries);
                await run.Node.UntilAsync(
                    async () => (await run.Node.StatusAsync()).GetProperty("lanes").EnumerateArray().All(l =>
                        !l.GetProperty("healthy").GetBoolean() && l.GetProperty("last_error").GetString() is { Length: > 10 }),
                    "each lane waits and says why");
                await run.Node.UntilMoreAsync(Meanwhile);
                _broker.StartListening();
                await run.Node.UntilCaughtUpAsync();
                await run.Node.UntilAsync(async () => await run.Node.MetricAsync("hyperingest_kafka_broker_fault") == 0, "the clients report no fault any more");
            }
            await EndAsync(run);
        }
        await AssertOnceAsync(rig);
    }

    // A request has some kilobytes, an answer some 70 bytes: what was cut off before it had come is not there, what was carried out and not answered is.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connections_cut_in_mid_request_or_before_the_answer_lose_and_double_nothing(bool exactlyOnce)
    {
        KafkaApi[] requests = exactlyOnce ? [KafkaApi.Produce, KafkaApi.AddPartitionsToTxn, KafkaApi.AddOffsetsToTxn, KafkaApi.TxnOffsetCommit, KafkaApi.EndTxn] : [KafkaApi.Produce];
        Random random = new(20260131);
        await using FaultRig rig = await FaultRig.StartAsync(Into(exactlyOnce));
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilCaughtUpAsync();
            for (int cut = 0; cut < 20; cut++)
            {
                double faults = await run.Node.MetricAsync(ClientFaults);
                KafkaApi request = requests[cut / 2 % requests.Length];
                BrokerFault fault = cut % 2 == 0 ? _broker.Faults.CutRequest(request, random.Next(16)) : _broker.Faults.CutResponse(request, random.Next(16));
                await run.Node.UntilAsync(() => Task.FromResult(fault.Hits > 0), $"a connection is cut in {request}");
                // A producer of plain deliveries has this one connection. Of the two of a transactional one the other stands, and the library says nothing of what it repairs by itself.
                if (!exactlyOnce) await run.UntilCountedAsync(ClientFaults, faults);
            }
            for (int drop = 0; drop < 5; drop++)
            {
                long accepted = _broker.Counts.Accepted;
                _broker.DropConnections();
                await run.Node.UntilAsync(() => Task.FromResult(_broker.Counts.Accepted > accepted), "the node connects again");
                await run.Node.UntilMoreAsync(random.Next(5_000));
            }
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
        }
        await AssertOnceAsync(rig);
    }

    [Theory]
    [InlineData(Refusal.NotLeader, false)]
    [InlineData(Refusal.NotLeader, true)]
    [InlineData(Refusal.NotEnoughReplicas, false)]
    [InlineData(Refusal.NotEnoughReplicas, true)]
    [InlineData(Refusal.RequestTimedOut, false)]
    [InlineData(Refusal.Slow, false)]
    [InlineData(Refusal.Slow, true)]
    public async Task A_broker_that_refuses_or_is_slow_for_a_while_is_waited_for(Refusal refusal, bool exactlyOnce)
    {
        await using FaultRig rig = await FaultRig.StartAsync(Into(exactlyOnce));
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilMoreAsync(Meanwhile);
            await run.Node.UntilCaughtUpAsync();
            // Over before anybody is told: the library tries again by itself.
            BrokerFault[] passing = Refuse(refusal, 1);
            await run.Node.UntilAsync(() => Task.FromResult(passing.All(f => f.Hits > 0)), "requests meet it");
            await run.Node.UntilCaughtUpAsync();

            double stalls = await run.Node.MetricAsync(Stalls, OneLane), retries = await run.Node.MetricAsync(Retries, OneLane);
            BrokerFault[] lasting = Refuse(refusal, UntilEnded);
            await run.UntilCountedAsync(Stalls, stalls, OneLane);
            await run.UntilCountedAsync(Retries, retries, OneLane);
            await run.Node.UntilMoreAsync(Meanwhile);
            Assert.True(await run.Node.MetricAsync("hyperingest_delivery_lag_bytes") > 0, "the lag is seen");
            foreach (BrokerFault fault in lasting) fault.End();
            await run.Node.UntilCaughtUpAsync();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lasting.Sum(f => f.Hits)} requests met {refusal}"));
            await EndAsync(run);
        }
        await AssertOnceAsync(rig);
    }

    // The coordinator's moves are those of an exactly-once lane: its transactions and its cursor are there.
    [Fact]
    public async Task A_coordinator_that_moves_loses_and_doubles_nothing()
    {
        await using FaultRig rig = await FaultRig.StartAsync(Into(exactlyOnce: true));
        using (FaultRun run = await rig.RunAsync())
        {
            await run.Node.UntilCaughtUpAsync();
            for (int move = 0; move < 10; move++)
            {
                double committed = await run.Node.MetricAsync("hyperingest_kafka_transactions_committed_total");
                BrokerFault fault = _broker.Faults.MoveCoordinator(move % 3 + 1);
                await run.Node.UntilAsync(() => Task.FromResult(fault.Left == 0), "the coordinator has moved");
                await run.UntilCountedAsync("hyperingest_kafka_transactions_committed_total", committed);
            }
            await run.Node.UntilCaughtUpAsync();
            await EndAsync(run);
        }
        await AssertOnceAsync(rig);
    }

    // One tag's name makes its records larger than the topic takes; a record batch has a few records, so that not every one has such a record in it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_too_large_for_the_topic_go_to_the_dead_letters_and_no_other_does(bool exactlyOnce)
    {
        string longName = new('測', 255);
        _broker.CreateTopic(NodeRig.Topic, Partitions, new TopicSettings { MaxMessageBytes = 1000 });
        await using FaultRig rig = await FaultRig.StartAsync(Into(exactlyOnce) with
        {
            // A refused record costs an exactly-once lane some five transactions, of which the library fails one by itself.
            Devices = 2,
            Tags = 20,
            Interval = "1s",
            OneMoreTag = longName,
            // Nothing here may wait for a stall: that would be a minute longer than the test does.
            Kafka = $", exactly_once: {(exactlyOnce ? "true" : "false")}, stall_time: 2m, compression: none, properties: {{ batch.size: \"900\" }}",
        });
        using (FaultRun run = await rig.RunAsync())
        {
            await run.UntilCountedAsync("hyperingest_delivery_dead_letters_total", 10);
            await run.Node.UntilCaughtUpAsync();
            Assert.True(await run.Node.MetricAsync("hyperingest_kafka_record_errors_total", "kind=\"record\"") > 0, "the broker's refusals are counted");
            await EndAsync(run);
            Assert.Contains("all delivered: True", run.Node.Log, StringComparison.Ordinal);
        }
        string served = await rig.Plant.ServedAsync();
        NodeRig.AssertClean(await rig.Plant.VerifyJournalAsync(served));
        string[] lines = [.. Directory.EnumerateFiles(Path.Combine(rig.Plant.JournalFolder, "dead-letters")).SelectMany(File.ReadLines)];
        Assert.All(lines, line =>
        {
            using JsonDocument letter = JsonDocument.Parse(line);
            Assert.Equal(longName, letter.RootElement.GetProperty("tag").GetString());
            Assert.Contains("too large", letter.RootElement.GetProperty("reason").GetString(), StringComparison.OrdinalIgnoreCase);
        });
        // All of that tag's, and nothing else.
        var (report, gaps) = await rig.Plant.GapsOfSinkAsync(NodeRig.KafkaName, served);
        Assert.Equal((lines.Length, 0, 0, 0), (report.Lost, report.Duplicated, report.Reordered, report.Altered));
        Assert.All(gaps, g => Assert.Equal(rig.Plant.Options.Tags, g.Tag));
        Assert.Equal(report.Served, report.Received + lines.Length);
    }

    private BrokerFault[] Refuse(Refusal refusal, int times) => refusal switch
    {
        Refusal.NotLeader => [.. Enumerable.Range(0, Partitions).Select(p => _broker.Faults.NotLeader(NodeRig.Topic, p, times, KafkaApi.Produce))],
        Refusal.NotEnoughReplicas => [_broker.Faults.Fail(KafkaApi.Produce, BrokerError.NotEnoughReplicas, times)],
        Refusal.RequestTimedOut => [_broker.Faults.Fail(KafkaApi.Produce, BrokerError.RequestTimedOut, times)],
        _ => [_broker.Faults.Delay(KafkaApi.Produce, TimeSpan.FromSeconds(times == 1 ? 0.5 : 3), times)],
    };

    // A lane says that it stalls after a second, so that a test sees it soon.
    private NodeRigOptions Into(bool exactlyOnce) =>
        new() { Kafka = $", exactly_once: {(exactlyOnce ? "true" : "false")}, stall_time: 1s", Brokers = _broker.BootstrapServers, Devices = 40, Tags = 25 };

    // All four counts, and the broker's own: what a transaction that was aborted left is in no committed record.
    private async Task AssertOnceAsync(FaultRig rig)
    {
        await rig.AssertEverywhereAsync();
        Assert.Equal(0, _broker.OpenTransactions);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_broker.CountRecords(NodeRig.Topic, KafkaIsolation.ReadCommitted):N0} records committed of {_broker.CountRecords(NodeRig.Topic, KafkaIsolation.ReadUncommitted):N0}"));
    }

    // Readiness first: a node that drains takes nothing in and says so.
    private static async Task EndAsync(FaultRun run)
    {
        await run.AssertNeverStoppedAsync();
        await run.Node.DrainAsync();
    }
}
