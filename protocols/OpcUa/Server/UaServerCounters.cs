namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>What a server counts, see <see cref="UaServerCounts"/>. Under the server's gate, but for the four that channels count.</summary>
internal sealed class UaServerCounters
{
    public long Missed;
    public long Taken;
    public long Made;
    public long Read;
    public long Notified;
    public long Unchanged;
    public long Overflowed;
    public long Dropped;
    public long Queued;
    public long Acknowledged;
    public long Forgotten;
    public int Items;

    private long _refused;
    private long _requests;
    private long _faults;
    private long _malformed;

    public long Refused => Volatile.Read(ref _refused);

    public long Requests => Volatile.Read(ref _requests);

    public long Faults => Volatile.Read(ref _faults);

    public long Malformed => Volatile.Read(ref _malformed);

    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void CountRequest() => Interlocked.Increment(ref _requests);

    public void CountFault(uint status)
    {
        Interlocked.Increment(ref _faults);
        if (status == UaStatusCodes.BadDecodingError) Interlocked.Increment(ref _malformed);
    }
}
