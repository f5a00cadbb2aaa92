namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>What a sequence number says of its message.</summary>
internal enum SequenceOutcome : byte
{
    /// <summary>It is the next one.</summary>
    Next,

    /// <summary>Others before it are missing.</summary>
    Gap,

    /// <summary>It was missing, and others have overtaken it.</summary>
    Late,

    /// <summary>It was here before.</summary>
    Repeated,
}

/// <summary>The sequence numbers of an edge node's messages: 0 to 255 and 0 again, counted over the node and all of its devices (Sparkplug 3.0, 6.4.5).</summary>
internal struct SequenceCheck
{
    // A bit for each number that was skipped and has not come since.
    private ulong _missing0;
    private ulong _missing1;
    private ulong _missing2;
    private ulong _missing3;
    private byte _next;
    private bool _isKnown;

    /// <summary>Whether a number is missing.</summary>
    public readonly bool HasMissing => (_missing0 | _missing1 | _missing2 | _missing3) != 0;

    /// <summary>Starts behind a birth's number.</summary>
    public void Restart(byte seq)
    {
        this = default;
        _next = (byte)(seq + 1);
        _isKnown = true;
    }

    /// <summary>Takes a message's number.</summary>
    public SequenceOutcome Take(byte seq, bool isDuplicate)
    {
        if (seq == _next || !_isKnown)
        {
            _next = (byte)(seq + 1);
            _isKnown = true;
            Missing(seq) &= ~Bit(seq);
            return SequenceOutcome.Next;
        }
        if ((Missing(seq) & Bit(seq)) != 0)
        {
            Missing(seq) &= ~Bit(seq);
            return SequenceOutcome.Late;
        }
        // Half of the numbers lie behind. Only what the broker says it may have sent before is taken for an old one: a node that counts on after a loss of 200 messages has a gap.
        if (isDuplicate && (byte)(seq - _next) >= 128) return SequenceOutcome.Repeated;
        for (byte number = _next; number != seq; number++) Missing(number) |= Bit(number);
        _next = (byte)(seq + 1);
        return SequenceOutcome.Gap;
    }

    private static ulong Bit(byte seq) => 1UL << (seq & 63);

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private ref ulong Missing(byte seq)
    {
        switch (seq >> 6)
        {
            case 0: return ref _missing0;
            case 1: return ref _missing1;
            case 2: return ref _missing2;
            default: return ref _missing3;
        }
    }
}
