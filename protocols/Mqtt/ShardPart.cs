using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>One shard's part of the message at hand. The reading loop's.</summary>
internal sealed class ShardPart(ShardInlet inlet)
{
    // 128 KiB a claim: a message that is larger goes in by pieces, and a claim costs nothing a reading.
    private const int UsualPiece = 4096;

    private readonly int _piece = Math.Min(inlet.MaxMarked, UsualPiece);

    /// <summary>The shard.</summary>
    public int Shard => inlet.Shard;

    /// <summary>Whether the message at hand has readings here.</summary>
    public bool IsTouched { get; private set; }

    /// <summary>Readings of the message that are in the ring or in the journal.</summary>
    public int Taken { get; private set; }

    /// <summary>Readings of the message that were there before it came again.</summary>
    public int TakenBefore { get; private set; }

    /// <summary>The durable sequence the shard must reach before all that was ever published here is safe.</summary>
    public long Published { get; private set; }

    /// <summary>The message has readings here, of which the first <paramref name="takenBefore"/> are here already.</summary>
    public void Touch(int takenBefore)
    {
        IsTouched = true;
        Taken = 0;
        TakenBefore = takenBefore;
    }

    /// <summary>The message is done.</summary>
    public void Leave() => IsTouched = false;

    /// <summary>Passes over what was here before.</summary>
    /// <returns>How many of the next <paramref name="readings"/> were.</returns>
    public int PassOver(int readings)
    {
        int known = Math.Clamp(TakenBefore - Taken, 0, readings);
        Taken += known;
        return known;
    }

    /// <summary>Publishes a piece of the readings.</summary>
    /// <returns>How many; 0 when there is no room, or the shard's intake is held.</returns>
    public int TryPublish(ReadOnlySpan<Reading> readings)
    {
        int count = Math.Min(readings.Length, _piece);
        if (inlet.Free <= count || !inlet.TryClaim(count, out RingClaim<Reading> claim)) return 0;
        claim.Fill(readings[..count]);
        inlet.Publish(claim);
        Published = claim.Sequence + count;
        Taken += count;
        return count;
    }

    /// <summary>Publishes a piece of the readings together with the mark that says how far the message is taken here.</summary>
    /// <returns>How many; 0 when there is no room, or the shard's intake is held.</returns>
    public int TryPublish(ReadOnlySpan<Reading> readings, TakenMessages messages, ushort packetId, long hash)
    {
        int count = Math.Min(readings.Length, _piece);
        SourceMark mark = messages.MarkOf(packetId, hash, Taken + count);
        if (inlet.Free <= count || !inlet.TryClaimMarked(mark, count, out MarkedClaim claim)) return 0;
        claim.Readings.Fill(readings[..count]);
        inlet.Publish(claim);
        messages.Took(Shard, mark);
        Published = claim.End;
        Taken += count;
        return count;
    }
}
