namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>
/// The sequence numbers of one direction (OPC 10000-6, 6.7.2.4): each chunk has the next one, whatever its token; beyond 4,294,966,271 it begins again below 1,024. One thread's own.
/// </summary>
internal struct UaSequence
{
    private const uint LastBeforeWrap = uint.MaxValue - 1024;
    private const uint FirstBound = 1024;

    private uint _last;
    private bool _begun;

    /// <summary>A sequence whose next number follows <paramref name="last"/>.</summary>
    public static UaSequence After(uint last) => new() { _last = last, _begun = true };

    /// <summary>The number of the next chunk sent.</summary>
    public uint Next()
    {
        _last = _last > LastBeforeWrap ? 1 : _last + 1;
        return _last;
    }

    /// <summary>Takes a number that came; false when it is not the next. Where the other side begins is its own business.</summary>
    public bool TryTake(uint number)
    {
        bool next = !_begun || number == unchecked(_last + 1) || (_last > LastBeforeWrap && number < FirstBound);
        if (!next) return false;
        _begun = true;
        _last = number;
        return true;
    }
}
