using System.Text;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Kafka;
using HyperIngest.Protocols.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.KafkaSource;

public sealed class KafkaRecordIntakeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-kafka-").FullName;
    private readonly MetricRegistry _metrics = new();
    private readonly SeriesCatalog _catalog = new();

    public void Dispose()
    {
        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public unsafe void A_record_of_known_series_allocates_nothing_from_bytes_to_ring()
    {
        MpscRing<Reading> ring = new(1 << 14);
        KafkaSourceParts parts = Parts(ring);
        KafkaRun run = new(parts.Intake, parts.Letters);
        KafkaRecordIntake intake = new(parts, run, new NoRoom());
        KafkaPartition partition = new("t", 0, 1, parts.Intake);
        partition.Begin(0, 0);
        byte[] json = Encoding.UTF8.GetBytes("""{"asset_id":"d1","parameter":"p","value":1.5,"unit":"bar","quality":"good","classification":"telemetry","timestamps":{"device_time":null,"gateway_time":"2026-01-02T03:04:05.0000000Z"},"metadata":{"status":0,"kind":"float64"}}""");
        long allocated = 0;
        int taken = 0;
        fixed (byte* value = json)
        {
            for (int round = 0; round < 20; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                run.Open(partition);
                for (int i = 0; i < 1000; i++)
                {
                    KafkaMessage message = new() { Value = value, ValueLength = json.Length, Offset = partition.Next };
                    if (intake.Take(partition, message, default, 1)) taken++;
                }
                bool closed = intake.Close();
                parts.Metrics.Enter();
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(closed);
                while (ring.Peek() is { IsEmpty: false } seen) ring.Release(seen.Length);
            }
        }
        Assert.Equal(20_000, taken);
        Assert.Equal(20_000, partition.Readings);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public unsafe void A_run_that_is_gone_while_it_waits_takes_nothing_more()
    {
        MpscRing<Reading> ring = new(64);
        KafkaSourceParts parts = Parts(ring);
        KafkaRun run = new(parts.Intake, parts.Letters);
        KafkaRecordIntake intake = new(parts, run, new Dropping(run));
        KafkaPartition partition = new("t", 0, 1, parts.Intake);
        partition.Begin(0, 0);
        run.Open(partition);
        byte[] json = Encoding.UTF8.GetBytes("""{"asset_id":"d1","parameter":"p","value":1.5}""");
        int taken = 0;
        fixed (byte* value = json)
        {
            for (int i = 0; i < 200 && run.Partition is not null; i++)
            {
                KafkaMessage message = new() { Value = value, ValueLength = json.Length, Offset = i };
                if (intake.Take(partition, message, default, 1)) taken++;
            }
        }
        Assert.Null(run.Partition);
        Assert.InRange(taken, 63, 127);
        Assert.True(partition.Ledger.IsEmpty);
    }

    private KafkaSourceParts Parts(MpscRing<Reading> ring)
    {
        Intake intake = new([new ShardInlet(0, ring)]);
        KafkaSourceOptions options = new() { Name = "in", Group = "g", Topics = ["t"], Client = new KafkaClientOptions { Brokers = "" } };
        KafkaSourceMetrics metrics = new(_metrics, "in");
        return new KafkaSourceParts
        {
            Options = options,
            Intake = intake,
            Letters = new DeadLetters(_folder, new DeadLetterOptions(), _catalog, _metrics, NullLogger.Instance),
            Decoder = new KafkaRecordDecoder(_catalog, null, options.Limits),
            Assignment = new KafkaAssignment(options, intake, metrics),
            Health = new KafkaHealth("in", metrics, NullLogger.Instance),
            Metrics = metrics,
            Logger = NullLogger.Instance,
        };
    }

    private sealed class NoRoom : IRoomKeeper
    {
        public bool WaitForRoom(ref int tries) => throw new InvalidOperationException("There is room.");
    }

    private sealed class Dropping(KafkaRun run) : IRoomKeeper
    {
        public bool WaitForRoom(ref int tries)
        {
            run.Drop();
            return false;
        }
    }
}
