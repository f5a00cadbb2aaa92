using System.Numerics;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>
/// The requests of a channel that are under way, by request id. Any thread adds; whoever takes one out, the loop with its response, the timer or the channel's end, is the one to complete it, so that each is completed once.
/// </summary>
internal sealed class UaRequests
{
    private readonly Lock _lock = new();
    private readonly Place[] _places;
    private readonly int _max;
    private int _waiting;
    private uint _lastId;
    private UaException? _closed;

    // At or before the earliest deadline of those waiting.
    private long _earliest = long.MaxValue;

    public UaRequests(int max)
    {
        _max = max;
        _places = new Place[BitOperations.RoundUpToPowerOf2((uint)max)];
    }

    /// <summary>Requests under way.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>The next id, for a request that is not waited for here.</summary>
    public uint NextId()
    {
        lock (_lock) return Next();
    }

    /// <summary>Adds a request.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="UaException">The channel is closed, or as many are under way as may be.</exception>
    public uint Add(IUaPending pending, long deadline)
    {
        lock (_lock)
        {
            if (_closed is not null) throw new UaException(_closed.Status, "The channel has ended", _closed);
            if (_waiting == _max) throw new UaException(UaStatusCodes.BadTooManyOperations, $"{_max} requests are under way on the channel, as many as may be");
            uint id;
            do id = Next();
            while (_places[id & (_places.Length - 1)].Pending is not null);
            _places[id & (_places.Length - 1)] = new Place { Id = id, Pending = pending, Deadline = deadline };
            _waiting++;
            _earliest = Math.Min(_earliest, deadline);
            return id;
        }
    }

    /// <summary>Takes a request out; null when it is not under way, or not any more.</summary>
    public IUaPending? Take(uint id)
    {
        lock (_lock)
        {
            ref Place place = ref _places[id & (_places.Length - 1)];
            if (place.Pending is null || place.Id != id) return null;
            IUaPending pending = place.Pending;
            place = default;
            _waiting--;
            return pending;
        }
    }

    /// <summary>Takes one whose time is over out; null when there is none.</summary>
    public IUaPending? TakeExpired(long now)
    {
        lock (_lock)
        {
            if (_earliest > now) return null;
            long earliest = long.MaxValue;
            foreach (ref Place place in _places.AsSpan())
            {
                if (place.Pending is null) continue;
                if (place.Deadline <= now)
                {
                    IUaPending pending = place.Pending;
                    place = default;
                    _waiting--;
                    return pending;
                }
                earliest = Math.Min(earliest, place.Deadline);
            }
            _earliest = earliest;
            return null;
        }
    }

    /// <summary>From now on none is added.</summary>
    public void Close(UaException reason)
    {
        lock (_lock) _closed ??= reason;
    }

    /// <summary>Takes any out; null when there is none.</summary>
    public IUaPending? TakeAny()
    {
        lock (_lock)
        {
            if (_waiting == 0) return null;
            foreach (ref Place place in _places.AsSpan())
            {
                if (place.Pending is not { } pending) continue;
                place = default;
                _waiting--;
                return pending;
            }
            return null;
        }
    }

    // 0 is nobody's.
    private uint Next() => ++_lastId == 0 ? ++_lastId : _lastId;

    private struct Place
    {
        public IUaPending? Pending;
        public long Deadline;
        public uint Id;
    }
}
