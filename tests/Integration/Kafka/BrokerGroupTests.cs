using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using static HyperIngest.Tests.Integration.Kafka.BrokerClients;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Consumer groups of the stand-in broker, with librdkafka's members.</summary>
public sealed class BrokerGroupTests : IAsyncLifetime
{
    private const int Partitions = 6;
    private const int Records = 600;

    private readonly BrokerClients _clients = Start();
    private readonly ConcurrentBag<string> _read = [];

    public async Task InitializeAsync()
    {
        _clients.Broker.CreateTopic("t", Partitions);
        using IProducer<string, string> producer = _clients.Idempotent();
        await Task.WhenAll(Values("a", Records).Select((v, i) => producer.ProduceAsync(new TopicPartition("t", i % Partitions), Message(v)))).WaitAsync(Longest);
    }

    public async Task DisposeAsync() => await _clients.DisposeAsync();

    [Theory]
    [InlineData("range")]
    [InlineData("cooperative-sticky")]
    public async Task Group_of_two_rebalances_and_loses_no_record(string strategy)
    {
        await using Member first = Join("first", strategy);
        await first.UntilItHasAsync(Partitions);
        await using (Member second = Join("second", strategy))
        {
            await second.UntilItHasAsync(Partitions / 2);
            await first.UntilItHasAsync(Partitions / 2);
            Assert.Equal(2, _clients.Broker.GroupMembers("g"));
            await Eventually.IsTrue(() => _read.Distinct().Count() == Records, "every record is read");
        }

        // The second has left: the first takes over what it had.
        await first.UntilItHasAsync(Partitions);
        using IProducer<string, string> producer = _clients.Idempotent();
        await Task.WhenAll(Enumerable.Range(0, Partitions).Select(p => producer.ProduceAsync(new TopicPartition("t", p), Message($"later {p}")))).WaitAsync(Longest);
        await Eventually.IsTrue(() => _read.Distinct().Count() == Records + Partitions, "what came later is read");
        Assert.Equal(Values("a", Records), _read.Where(v => v[0] == 'a').Distinct().Order());
    }

    [Fact]
    public async Task Member_that_is_heard_of_no_more_loses_its_partitions()
    {
        await using BrokerPeer silent = BrokerPeer.Start(
            "kcat", "-b", _clients.Broker.BootstrapServers, "-G", "g", "t", "-u", "-X", "session.timeout.ms=2000", "-X", "auto.offset.reset=earliest",
            "-X", "heartbeat.interval.ms=200", "-X", "enable.auto.commit=false");
        await silent.ReadLineAsync();
        await silent.KillAsync();
        Assert.Equal(1, _clients.Broker.GroupMembers("g"));
        await using Member heir = Join("heir", "range");
        await heir.UntilItHasAsync(Partitions);
        Assert.Equal(1, _clients.Broker.GroupMembers("g"));
        await Eventually.IsTrue(() => _read.Distinct().Count() == Records, "every record is read");
    }

    [Fact]
    public async Task Static_member_that_comes_back_rebalances_nobody()
    {
        await using Member stays = Join("stays", "range", instance: "one");
        await using (Member restarts = Join("restarts", "range", instance: "two"))
        {
            await restarts.UntilItHasAsync(Partitions / 2);
            await stays.UntilItHasAsync(Partitions / 2);
        }
        int generation = _clients.Broker.GroupGeneration("g");
        await using Member again = Join("again", "range", instance: "two");
        await again.UntilItHasAsync(Partitions / 2);
        Assert.Equal(generation, _clients.Broker.GroupGeneration("g"));
        Assert.Equal(2, _clients.Broker.GroupMembers("g"));
        Assert.Equal(Partitions / 2, stays.Assigned);
    }

    [Fact]
    public async Task Second_holder_of_an_instance_id_fences_the_first()
    {
        await using Member first = Join("first", "range", instance: "one");
        await first.UntilItHasAsync(Partitions);
        await using Member second = Join("second", "range", instance: "one");
        await second.UntilItHasAsync(Partitions);
        await Eventually.IsTrue(() => first.Fatal == "_FATAL" || first.Fatal == "FENCED_INSTANCE_ID", "the first is fenced");
    }

    [Fact]
    public async Task Group_survives_an_outage_of_the_broker()
    {
        await using Member member = Join("member", "range");
        await member.UntilItHasAsync(Partitions);
        await _clients.Broker.StopListeningAsync();
        _clients.Broker.StartListening();
        using IProducer<string, string> producer = _clients.Idempotent();
        await producer.ProduceAsync(new TopicPartition("t", 3), Message("after")).WaitAsync(Longest);
        await Eventually.IsTrue(() => _read.Contains("after"), "what came after the outage is read");
        Assert.Equal(Records + 1, _read.Distinct().Count());
    }

    private Member Join(string name, string strategy, string? instance = null)
    {
        List<string> more = ["partition.assignment.strategy=" + strategy];
        if (instance is not null) more.Add("group.instance.id=" + instance);
        return new Member(name, BrokerPeer.StartPython("broker_member.py", [_clients.Broker.BootstrapServers, "g", "t", .. more]), _read);
    }

    /// <summary>A member in a process of its own, and what it has said so far.</summary>
    private sealed class Member : IAsyncDisposable
    {
        private readonly string _name;
        private readonly BrokerPeer _peer;
        private readonly ConcurrentBag<string> _read;
        private readonly Task _listening;
        private volatile int _assigned;
        private volatile string _fatal = "";

        public Member(string name, BrokerPeer peer, ConcurrentBag<string> read)
        {
            _name = name;
            _peer = peer;
            _read = read;
            _listening = ListenAsync();
        }

        public int Assigned => _assigned;

        public string Fatal => _fatal;

        public Task UntilItHasAsync(int partitions) => Eventually.IsTrue(() => _assigned == partitions, $"{_name} has {partitions} partitions");

        public async ValueTask DisposeAsync()
        {
            _peer.EndInput();
            await _listening.WaitAsync(Longest);
            await _peer.DisposeAsync();
        }

        private async Task ListenAsync()
        {
            while (await _peer.TryReadLineAsync() is string line)
            {
                string[] said = line.Split(' ', 2);
                if (said[0] == "assigned") _assigned = int.Parse(said[1], CultureInfo.InvariantCulture);
                else if (said[0] == "read") _read.Add(said[1]);
                else _fatal = said[1];
            }
        }
    }
}
