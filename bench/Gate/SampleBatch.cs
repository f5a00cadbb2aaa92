using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Bench.Gate;

/// <summary>A full batch, and its way into a journal.</summary>
internal static class SampleBatch
{
    public static ReadingBatch Of(int readings)
    {
        ReadingBatch batch = new BatchPool(readings, 1).Rent();
        for (int i = 0; i < readings; i++) batch.Slots[i] = new Reading(i % 600, 0, 0, 638_000_000_000_000_000 + i, i);
        batch.Count = readings;
        return batch;
    }

    public static void Append(ReadingJournal journal, ReadingBatch batch)
    {
        AppendOutcome outcome = journal.Shard(0).Append(batch);
        if (!outcome.Appended) throw new InvalidOperationException(outcome.Reason);
    }
}
