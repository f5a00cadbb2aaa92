using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Kafka;

namespace HyperIngest.Protocols.Kafka;

/// <summary>Keeps whoever waits for room in a ring, or on the disk of the dead letters, in the group meanwhile.</summary>
internal interface IRoomKeeper
{
    /// <summary>Waits a little.</summary>
    /// <param name="tries">How often the caller has waited for the same thing.</param>
    /// <returns>False when the open run was closed or dropped meanwhile: its partition has gone, or the source has given up.</returns>
    bool WaitForRoom(ref int tries);
}

/// <summary>Decodes records, puts their readings into the run for their shards, and buries those that are no readings. The consuming thread's; allocates nothing for a record of known series.</summary>
internal sealed class KafkaRecordIntake
{
    private readonly KafkaSourceParts _parts;
    private readonly KafkaRun _run;
    private readonly IRoomKeeper _room;
    private bool _lettersRefused;

    public KafkaRecordIntake(KafkaSourceParts parts, KafkaRun run, IRoomKeeper room)
    {
        _parts = parts;
        _run = run;
        _room = room;
    }

    /// <summary>Takes a record of the open run's partition.</summary>
    /// <returns>False when it was not taken, because the run is gone, or was buried.</returns>
    public bool Take(KafkaPartition partition, in KafkaMessage message, ReadOnlySpan<byte> format, long nowTicks)
    {
        if (_parts.Decoder.Decode(format, message.ValueSpan, nowTicks) is { } reason)
        {
            Bury(partition, message, reason);
            return false;
        }
        ReadOnlySpan<Reading> readings = _parts.Decoder.Decoded.Readings;
        int shard = _parts.Intake.InletOf(_parts.Decoder.Decoded.Device).Shard;
        if (message.Offset < partition.TakenBy(shard))
        {
            _parts.Metrics.PassedOver.Add();
            _run.PassOver(shard, message.Offset);
            return true;
        }
        for (int tries = 0; !_run.TryAdd(shard, readings, message.Offset);)
        {
            if (!_run.TryPublish(shard) && !_room.WaitForRoom(ref tries)) return false;
        }
        partition.Good();
        _parts.Metrics.Took(message.ValueLength, readings.Length, _parts.Decoder.Decoded.TextsRefused);
        return true;
    }

    /// <summary>Publishes what the open run has and enters it in its partition's ledger; nothing when none is open.</summary>
    /// <returns>False when that was given up, because the source ends.</returns>
    public bool Close()
    {
        for (int tries = 0; _run.Partition is not null && !_run.TryClose(heedHold: true);)
        {
            SayLettersRefused();
            if (!_room.WaitForRoom(ref tries)) return !_parts.Stop.GivenUp;
        }
        _lettersRefused = false;
        return true;
    }

    private void Bury(KafkaPartition partition, in KafkaMessage message, string reason)
    {
        RecordLetter letter = new()
        {
            Source = _parts.Options.Name,
            Topic = partition.Topic,
            Partition = partition.Number,
            Offset = message.Offset,
            Key = message.KeySpan,
            Value = message.ValueSpan,
            Reason = reason,
        };
        for (int tries = 0; !_run.TryBury(letter);)
        {
            SayLettersRefused();
            if (!_room.WaitForRoom(ref tries)) return;
        }
        _parts.Metrics.Unparseable.Add();
        if (partition.CountUnparseable(reason)) KafkaSourceLog.Unparseable(_parts.Logger, _parts.Options.Name, partition.Name, message.Offset, reason);
    }

    private void SayLettersRefused()
    {
        if (_run.LettersRefused is not { } reason || _lettersRefused) return;
        _lettersRefused = true;
        KafkaSourceLog.LettersRefused(_parts.Logger, _parts.Options.Name, reason);
    }
}
