using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Protocols.Kafka;

/// <summary>
/// A run: records of one partition that were consumed one after the other, on their way into the shards' rings. It ends in the partition's ledger as one entry. The consuming
/// thread's; a rebalance, on the same thread, may finish or drop it while it waits for room.
/// </summary>
internal sealed class KafkaRun
{
    private readonly ShardStage[] _stages;
    private readonly long[] _needs;
    private readonly DeadLetters _letters;
    private long _next;
    private long _records;
    private long _readings;
    private bool _hasLetters;

    public KafkaRun(Intake intake, DeadLetters letters)
    {
        _letters = letters;
        _needs = new long[intake.ShardCount];
        _stages = new ShardStage[intake.ShardCount];
        for (int i = 0; i < _stages.Length; i++) _stages[i] = new ShardStage(intake[i]);
    }

    /// <summary>Whose records are in it; null when it is closed.</summary>
    public KafkaPartition? Partition { get; private set; }

    /// <summary>Why the letters are not on the disk; null when they are.</summary>
    public string? LettersRefused { get; private set; }

    /// <summary>Begins a run of <paramref name="partition"/>; the one before is closed.</summary>
    public void Open(KafkaPartition partition)
    {
        Partition = partition;
        _next = partition.Next;
        _records = _readings = 0;
    }

    /// <summary>Puts a record's readings in for their shard; false when that shard's stage must be published first.</summary>
    public bool TryAdd(int shard, ReadOnlySpan<Reading> readings, long offset)
    {
        ShardStage stage = _stages[shard];
        if (!stage.Fits(readings.Length)) return false;
        stage.Add(readings, offset);
        _readings += readings.Length;
        Took(offset);
        return true;
    }

    /// <summary>Passes a record over whose readings are in the shard's ring or journal already.</summary>
    public void PassOver(int shard, long offset)
    {
        _stages[shard].PassOver();
        Took(offset);
    }

    /// <summary>Writes a record's dead letter; false when the disk does not take it.</summary>
    public bool TryBury(in RecordLetter letter)
    {
        try
        {
            _letters.WriteRecord(letter);
        }
        catch (IOException failed)
        {
            LettersRefused = failed.Message;
            return false;
        }
        _hasLetters = true;
        Took(letter.Offset);
        return true;
    }

    /// <summary>Publishes one shard's stage; false when there is no room for all of it.</summary>
    public bool TryPublish(int shard) => _stages[shard].TryPublish(Partition!, heedHold: true);

    /// <summary>Publishes everything, forces the letters, enters the run in the ledger and closes it; false when something of that must be tried again.</summary>
    public bool TryClose(bool heedHold)
    {
        KafkaPartition partition = Partition!;
        bool published = true;
        foreach (ShardStage stage in _stages) published &= stage.TryPublish(partition, heedHold);
        if (!published || !TryForceLetters()) return false;
        if (_records > 0)
        {
            for (int i = 0; i < _needs.Length; i++) _needs[i] = _stages[i].Need;
            partition.Ledger.Add(_next, _needs);
            partition.Count(_records, _readings, DateTime.UtcNow.Ticks);
        }
        Drop();
        return true;
    }

    /// <summary>Closes it without what is not published: the records are read again.</summary>
    public void Drop()
    {
        foreach (ShardStage stage in _stages) stage.Clear();
        _hasLetters = false;
        Partition = null;
    }

    private void Took(long offset)
    {
        _next = offset + 1;
        Partition!.Next = _next;
        _records++;
    }

    private bool TryForceLetters()
    {
        if (!_hasLetters) return true;
        try
        {
            _letters.Force();
        }
        catch (IOException failed)
        {
            LettersRefused = failed.Message;
            return false;
        }
        _hasLetters = false;
        LettersRefused = null;
        return true;
    }
}
