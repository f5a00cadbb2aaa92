using System.Numerics;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// The requests of a connection that are under way, by transaction id. A request that timed out is remembered until its place is
/// needed, so that its answer, when it comes after all, is known for what it is. One thread's own.
/// </summary>
internal sealed class ModbusTransactions
{
    // Four places for each request under way: an id's place is free again only after that many further requests, which is how long a late
    // answer is recognised as late rather than as one nobody asked for.
    private const int PlacesPerRequest = 4;

    private readonly Transaction[] _places;
    private ushort _lastId;

    public ModbusTransactions(int window)
    {
        Window = window;
        _places = new Transaction[BitOperations.RoundUpToPowerOf2((uint)Math.Max(window * PlacesPerRequest, 16))];
    }

    /// <summary>Most requests under way at once.</summary>
    public int Window { get; }

    /// <summary>Requests under way.</summary>
    public int Waiting { get; private set; }

    /// <summary>Readings the answers to those hold.</summary>
    public long WaitingReadings
    {
        get
        {
            long readings = 0;
            foreach (ref Transaction place in _places.AsSpan())
            {
                if (place.State == TransactionState.Waiting) readings += place.Block?.Readings ?? 0;
            }
            return readings;
        }
    }

    /// <summary>A deadline at or before the earliest of those waiting; <see cref="long.MaxValue"/> when none waits.</summary>
    public long EarliestDeadline { get; private set; } = long.MaxValue;

    public Span<Transaction> Places => _places;

    /// <summary>Opens a transaction; there must be fewer than <see cref="Window"/> waiting.</summary>
    public ushort Open(ModbusDevice device, ModbusBlock? block, PendingWrite? write, long deadline)
    {
        do _lastId++;
        while (PlaceOf(_lastId).State == TransactionState.Waiting);
        ref Transaction place = ref PlaceOf(_lastId);
        place.Id = _lastId;
        place.State = TransactionState.Waiting;
        place.Device = device;
        place.Block = block;
        place.Write = write;
        place.Deadline = deadline;
        Waiting++;
        if (deadline < EarliestDeadline) EarliestDeadline = deadline;
        return _lastId;
    }

    /// <summary>The place an id belongs to; its <see cref="Transaction.Id"/> may be another's.</summary>
    public ref Transaction PlaceOf(ushort id) => ref _places[id & (_places.Length - 1)];

    /// <summary>Closes a transaction that waits.</summary>
    public void Close(ref Transaction place, TransactionState state)
    {
        place.State = state;
        place.Write = null;
        if (--Waiting == 0) EarliestDeadline = long.MaxValue;
    }

    /// <summary>After expired ones were closed: looks up the earliest deadline anew.</summary>
    public void FindEarliestDeadline()
    {
        long earliest = long.MaxValue;
        foreach (ref Transaction place in _places.AsSpan())
        {
            if (place.State == TransactionState.Waiting) earliest = Math.Min(earliest, place.Deadline);
        }
        EarliestDeadline = earliest;
    }

    /// <summary>Forgets everything, for a new connection; ids go on counting.</summary>
    public void Clear()
    {
        Array.Clear(_places);
        Waiting = 0;
        EarliestDeadline = long.MaxValue;
    }
}

internal enum TransactionState : byte
{
    Free,
    Waiting,

    /// <summary>Timed out, or failed by a wrong answer; a right one that follows is late.</summary>
    Expired,
}

internal struct Transaction
{
    public ModbusDevice? Device;
    public ModbusBlock? Block;
    public PendingWrite? Write;
    public long Deadline;
    public ushort Id;
    public TransactionState State;
}
