using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Tests.Unit.Journal;

namespace HyperIngest.Tests.Stress;

public sealed class ThinningStressTests : IDisposable
{
    private readonly JournalRig _rig = new();
    private readonly ClassedJournal _classed;

    public ThinningStressTests() => _classed = new ClassedJournal(_rig);

    public void Dispose()
    {
        _classed.Journal.Dispose();
        _rig.Dispose();
    }

    /// <summary>A lane that is slower than the intake, stops in the middle of records and goes on from its cursor with a new reader: each reading is delivered once or dropped, and never both.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_lane_in_motion_gets_exactly_what_is_not_counted_as_dropped(int seed)
    {
        const int records = 1500;
        _rig.Options = _rig.Options with { Retention = new JournalRetention { LimitBytes = 12 * 64 * 1024, MaxBytes = long.MaxValue } };
        _classed.Open();
        using ShardLaneLog lane = new(_classed.Journal, 0);
        lane.SetCursor("slow", JournalPosition.Start);
        bool done = false;
        List<Exception> failures = [];
        List<long> delivered = [];
        Thread reading = new(() => Guarded(failures, () =>
        {
            Random random = new(seed);
            ReadingBatch batch = new BatchPool(1000, 1).Rent();
            JournalPosition cursor = default;
            for (int turn = 0; ; turn++)
            {
                if (turn % 10 == 0)
                {
                    long dropped = _classed.Journal.DroppedReadings;
                    Waiting.Until(() => _classed.Journal.DroppedReadings > dropped || _classed.Journal.Refusal is not null || Volatile.Read(ref done), "retention overtakes the lane");
                }
                bool last = Volatile.Read(ref done);
                bool atEnd = false;
                // Reads some records, and delivers them when it has them all in hand.
                List<long> inHand = [];
                JournalPosition position = cursor;
                using (ILaneLogReader reader = lane.OpenReader(cursor.Offset))
                {
                    for (int left = random.Next(1, 12); left > 0; left--)
                    {
                        LaneRead read = reader.TryRead(batch);
                        if (read.Status == LaneReadStatus.Gap) continue;
                        atEnd = read.Status == LaneReadStatus.AtEnd;
                        if (atEnd) break;
                        int first = batch.Offset == position.Offset ? batch.FirstFrom(position.Index) : 0;
                        int to = left == 1 ? random.Next(first, batch.Count + 1) : batch.Count;
                        for (int i = first; i < to; i++) inHand.Add(JournalRig.NumberOf(batch.Readings[i]));
                        position = to == batch.Count ? new JournalPosition(batch.NextOffset, 0) : new JournalPosition(batch.Offset, batch.IndexOf(to));
                        if (random.Next(3) == 0) Thread.Sleep(1);
                    }
                }
                delivered.AddRange(inHand);
                cursor = position;
                lane.SetCursor("slow", cursor);
                if (last && atEnd) return;
            }
        }));
        reading.Start();
        for (int i = 0; i < records && failures.Count == 0; i++)
        {
            ReadingBatch batch = _rig.Filled(1 + (i * 37 % 600));
            // Alarms may fill the journal: then it waits for the lane.
            while (!_classed.Shard.Append(batch).Appended) Retain();
            _rig.Next += batch.Count;
            batch.Release();
            if (i % 4 == 0) Retain();
        }
        _classed.Shard.Sync();
        Volatile.Write(ref done, true);
        reading.Join();
        Assert.Empty(failures);

        Assert.Equal(delivered.Order(), delivered);
        HashSet<long> once = [.. delivered];
        Assert.Equal(delivered.Count, once.Count);
        Assert.True(_classed.Dropped(Classification.Log) > 0);
        for (Classification of = Classification.Log; of <= Classification.Alarm; of++)
        {
            long missing = JournalRig.Range(0, _rig.Next).LongCount(n => ClassedJournal.ClassOf(n) == of && !once.Contains(n));
            Assert.Equal((of, missing), (of, of == Classification.Alarm ? 0 : _classed.Dropped(of)));
            Assert.Equal(missing, _classed.Losses().Where(l => l.GetProperty("class").GetString() == ClassificationNames.NameOf(of)).Sum(l => l.GetProperty("readings").GetInt64()));
        }
    }

    private void Retain()
    {
        _classed.Shard.Sync();
        _classed.Retain();
    }

    private static void Guarded(List<Exception> failures, Action body)
    {
        try
        {
            body();
        }
        catch (Exception e)
        {
            lock (failures) failures.Add(e);
        }
    }
}
