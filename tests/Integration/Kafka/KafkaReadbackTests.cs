using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Kafka;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.LoadGen.Verify;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Tests.Unit.LoadGen;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>What the verifier reads from topics, against a topic whose faults are known.</summary>
public sealed class KafkaReadbackTests : IDisposable
{
    private const string Topic = "telemetry.raw";
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private readonly TestBroker _broker = new();
    private readonly string _spool = Path.Combine(Path.GetTempPath(), $"hyperingest-{Guid.NewGuid():N}.spool");

    public void Dispose()
    {
        _broker.Dispose();
        Assert.False(File.Exists(_spool));
    }

    [Theory]
    [InlineData("0 1 2 3 4 5 6 7 8 9", 0, 0, 0)]
    [InlineData("0 1 2 3 4 5 6 8 9", 1, 0, 0)]
    [InlineData("0 1 2 3 3 4 5 6 7 8 9", 0, 1, 0)]
    [InlineData("0 1 2 4 3 5 6 7 8 9", 0, 0, 1)]
    public async Task Lost_duplicated_and_reordered_records_are_counted(string produced, int lost, int duplicated, int reordered)
    {
        _broker.CreateTopic(Topic, 1);
        Plant plant = TestPlants.Of(1, new PlantTagOptions { Name = "level", Type = ModbusType.Int32 });
        ServedCounts served = new([[10]]);
        Produce(plant, [.. produced.Split(' ').Select(int.Parse)]);
        using KafkaReadback readback = new(new KafkaReadbackOptions { Client = new KafkaClientOptions { Brokers = _broker.Brokers }, Topics = [Topic], SpoolPath = _spool }, NullLogger.Instance);
        readback.Begin();
        readback.Follow(new CancellationToken(canceled: true));
        Verifier verifier = new(plant, served);
        await readback.ReadAsync(verifier, default);
        VerifyReport report = verifier.Conclude();
        Assert.Equal((lost, duplicated, reordered, 0L), (report.Lost, report.Duplicated, report.Reordered, report.Altered));
        Assert.Equal((1, 0), (readback.Malformed, (int)readback.Skipped));
    }

    // A JSON record for each number of the series, each with its own time, and one record that is none.
    private unsafe void Produce(Plant plant, int[] numbers)
    {
        SeriesCatalog catalog = new();
        int id = catalog.Register(new SeriesDefinition(plant.Devices[0].Name, "level", Kind: ValueKind.Int64));
        ulong key = SeriesKey.Of(plant.Devices[0].Name, "level");
        JsonRecordWriter writer = new(catalog);
        byte[] values = GC.AllocateUninitializedArray<byte>(64 << 10, pinned: true);
        KafkaMessage[] messages = new KafkaMessage[numbers.Length + 1];
        fixed (byte* first = values)
        {
            int at = 0;
            for (int i = 0; i < messages.Length; i++)
            {
                int length = Encoding.UTF8.GetBytes("no record", values.AsSpan(at));
                if (i < numbers.Length)
                {
                    long bits = (int)VerifiableSequence.ValueAt(key, (ulong)numbers[i], SequenceType.WidthOf(ModbusType.Int32));
                    Reading reading = new(id, 0, 0, Start.AddSeconds(numbers[i]).Ticks, bits);
                    Assert.True(writer.TryWrite(reading, values.AsSpan(at), out length));
                }
                messages[i] = new KafkaMessage { Value = first + at, ValueLength = length };
                at += length;
            }
            using KafkaProducer producer = new("producer", new KafkaClientOptions { Brokers = _broker.Brokers }, new Dictionary<string, string>(), NullLogger.Instance);
            Assert.Equal(messages.Length, producer.Produce(producer.Topic(Topic), messages));
            KafkaReport[] reports = new KafkaReport[messages.Length];
            for (int seen = 0; seen < messages.Length; seen += producer.Poll(reports, TimeSpan.FromSeconds(30)))
            {
                Assert.Null(producer.Fault);
            }
        }
    }
}
