using System.Text.Json;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Journal;

/// <summary>A journal whose rig's series have classes, in tens: one alarm, two logs, two events, five of telemetry; and what can be said of it by reading it back.</summary>
internal sealed class ClassedJournal(JournalRig rig)
{
    public static readonly Classification[] Droppable = [Classification.Log, Classification.Event, Classification.Telemetry];

    private JournalRetentionPass? _pass;

    public ReadingJournal Journal { get; private set; } = null!;

    public ShardJournal Shard => Journal.Shard(0);

    public static Classification ClassOf(long n) => ((n % 600) % 10) switch
    {
        0 => Classification.Alarm,
        1 or 2 => Classification.Log,
        3 or 4 => Classification.Event,
        _ => Classification.Telemetry,
    };

    public void Open()
    {
        Journal = rig.Open();
        for (int id = Journal.Catalog.Count; id < 600; id++) Journal.Catalog.Register(new SeriesDefinition("d", $"t{id}", Classification: ClassOf(id)));
        _pass = new JournalRetentionPass(Journal, new JournalMetrics(rig.Metrics), NullLogger.Instance);
    }

    public void Append(int records, int readings)
    {
        for (int i = 0; i < records; i++) rig.Append(Journal, readings);
        Shard.Sync();
    }

    /// <summary>Retention until it has nothing more to do.</summary>
    public void Retain()
    {
        while (_pass!.Apply(DateTime.UtcNow))
        {
        }
    }

    public long Dropped(Classification of) => new JournalMetrics(rig.Metrics).DroppedReadings[(int)of].Value;

    /// <summary>The numbers a reader gets that begins at a position, honouring its index as a lane does.</summary>
    public List<long> NumbersFrom(JournalPosition from, Action<ReadingBatch>? seen = null)
    {
        using JournalReader reader = Shard.OpenReader(from);
        List<long> numbers = [];
        ReadingBatch batch = rig.Pool.Rent();
        while (reader.TryRead(batch) is { Status: not ReadStatus.AtEnd } outcome)
        {
            if (outcome.Status == ReadStatus.Gap) continue;
            Assert.True(batch.Count > 0);
            seen?.Invoke(batch);
            int first = batch.Offset == from.Offset ? batch.FirstFrom(from.Index) : 0;
            if (first == batch.Count) from = new JournalPosition(batch.NextOffset, batch.IndexInNext(from.Index));
            foreach (ref readonly Reading reading in batch.Readings[first..]) numbers.Add(JournalRig.NumberOf(reading));
        }
        batch.Release();
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        return numbers;
    }

    /// <summary>Of every class: what was written is there or was dropped, and the metric and losses.jsonl say the same.</summary>
    public void AssertAccountsForAll(long written)
    {
        HashSet<long> there = [.. NumbersFrom(JournalPosition.Start)];
        List<JsonElement> losses = Losses();
        for (Classification of = Classification.Log; of <= Classification.Alarm; of++)
        {
            HashSet<long> gone = [.. JournalRig.Range(0, written).Where(n => ClassOf(n) == of && !there.Contains(n))];
            if (of == Classification.Alarm)
            {
                Assert.Empty(gone);
                continue;
            }
            Assert.Equal(gone.Count, Dropped(of));
            List<JsonElement> told = [.. losses.Where(l => l.GetProperty("class").GetString() == ClassificationNames.NameOf(of))];
            Assert.Equal(gone.Count, told.Sum(l => l.GetProperty("readings").GetInt64()));
            HashSet<long> covered = [];
            foreach (JsonElement line in told)
            {
                Assert.Equal("overflow", line.GetProperty("event").GetString());
                long first = line.GetProperty("from_time").GetDateTime().Ticks - JournalRig.FirstTime;
                long last = line.GetProperty("to_time").GetDateTime().Ticks - JournalRig.FirstTime;
                List<long> stretch = [.. JournalRig.Range(first, last + 1).Where(n => ClassOf(n) == of)];
                Assert.Equal((stretch[0], stretch[^1], (long)stretch.Count), (first, last, line.GetProperty("readings").GetInt64()));
                covered.UnionWith(stretch);
            }
            Assert.True(covered.SetEquals(gone), $"{of}: the lines name other readings than those that went");
        }
    }

    public List<JsonElement> Losses()
    {
        string file = Path.Combine(rig.Folder, "losses.jsonl");
        return File.Exists(file) ? [.. File.ReadAllLines(file).Select(l => JsonDocument.Parse(l).RootElement)] : [];
    }
}
