namespace HyperIngest.Core.Journal;

/// <summary>What became of an append.</summary>
/// <param name="Appended">True: the record is in the journal. False: nothing of it counts, and the same batch may be appended again later.</param>
/// <param name="Reason">Why not, with the file; null when appended.</param>
public readonly record struct AppendOutcome(bool Appended, string? Reason)
{
    /// <summary>The record is in the journal.</summary>
    public static AppendOutcome Done => new(true, null);

    /// <summary>The journal cannot take it now.</summary>
    public static AppendOutcome Refused(string reason) => new(false, reason);
}
