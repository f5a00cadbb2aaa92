namespace HyperIngest.Core.Journal;

/// <summary>A torn tail that was cut when the journal was opened: the process or the machine ended in the middle of a write.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="File">The segment.</param>
/// <param name="FromOffset">Logical offset of the first byte cut.</param>
/// <param name="ToOffset">Logical offset behind the last.</param>
/// <param name="LastGoodTime">Largest gateway time of the last whole record, UTC ticks; 0 when there is none. What was cut is younger.</param>
public sealed record RecoveryCut(int Shard, string File, long FromOffset, long ToOffset, long LastGoodTime)
{
    /// <summary>Bytes cut; the readings in them are at most this by 32.</summary>
    public long Bytes => ToOffset - FromOffset;
}
