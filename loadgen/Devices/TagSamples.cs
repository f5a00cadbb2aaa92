namespace HyperIngest.LoadGen.Devices;

/// <summary>The values of a run of tags at one moment, on their way into a message. One publishing thread's; made once and filled again and again.</summary>
internal sealed class TagSamples
{
    private ulong[] _bits = new ulong[128];
    private SimulatedQuality[] _qualities = new SimulatedQuality[128];

    /// <summary>Tags.</summary>
    public int Count { get; private set; }

    /// <summary>Every tag is good: <see cref="Qualities"/> need not be looked at.</summary>
    public bool AllGood { get; set; }

    /// <summary>
    /// The values by the tag's type: integers sign or zero extended, float32 as its 32 bits, float64 as its 64, bool as 0 or 1, and for ASCII the bits of the double whose digits are the text. Of no matter
    /// where the quality is bad.
    /// </summary>
    public Span<ulong> Bits => _bits.AsSpan(0, Count);

    /// <summary>How good each is.</summary>
    public Span<SimulatedQuality> Qualities => _qualities.AsSpan(0, Count);

    /// <summary>Room for <paramref name="count"/> tags, all good.</summary>
    public void Reset(int count)
    {
        if (count > _bits.Length)
        {
            _bits = new ulong[count];
            _qualities = new SimulatedQuality[count];
        }
        Count = count;
        AllGood = true;
    }
}
