namespace HyperIngest.Sinks.Kafka;

/// <summary>Where a record is.</summary>
internal enum RecordState : byte
{
    /// <summary>Encoded, and to be sent.</summary>
    Pending,

    /// <summary>The library's: its report will come.</summary>
    InFlight,

    /// <summary>Not taken by the brokers; <see cref="KafkaRecord.Error"/> says why.</summary>
    Failed,

    /// <summary>The brokers have it, or its readings are refused or in other records.</summary>
    Settled,
}

/// <summary>An encoded record.</summary>
internal unsafe struct KafkaRecord
{
    /// <summary>The value, in the arena.</summary>
    public byte* Value;

    /// <summary>Bytes of the value.</summary>
    public int Length;

    /// <summary>Topic, key and partition: a number of <see cref="KafkaRoutes"/>.</summary>
    public int Route;

    /// <summary>Its first reading, as the encoder numbers them.</summary>
    public int First;

    /// <summary>Its readings.</summary>
    public int Count;

    /// <summary>The library's last word on it; 0 for none.</summary>
    public int Error;

    public RecordState State;
}

/// <summary>The records of the wave at hand (as much of a delivery as the arena holds), by number: a report's opaque is the number.</summary>
internal sealed class RecordTable
{
    private KafkaRecord[] _records = new KafkaRecord[1024];

    /// <summary>The values' memory.</summary>
    public RecordArena Arena { get; } = new();

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    /// <summary>A record.</summary>
    public ref KafkaRecord this[int number] => ref _records[number];

    /// <summary>Appends a record; its value is the first <see cref="KafkaRecord.Length"/> bytes of what the arena reserved last.</summary>
    public void Add(in KafkaRecord record)
    {
        if (Count == _records.Length) Array.Resize(ref _records, 2 * Count);
        _records[Count++] = record;
        Arena.Take(record.Length);
    }

    /// <summary>Forgets all; nothing may be under way.</summary>
    public void Reset()
    {
        Count = 0;
        Arena.Reset();
    }
}
