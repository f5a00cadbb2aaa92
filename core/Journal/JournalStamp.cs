namespace HyperIngest.Core.Journal;

/// <summary>What every record of one shard's log carries, so that another journal's or another shard's records are not taken for its own.</summary>
/// <param name="Journal">First quarter of the journal's id.</param>
/// <param name="Shard">The shard, 0 to 65,535.</param>
internal readonly record struct JournalStamp(uint Journal, int Shard);
