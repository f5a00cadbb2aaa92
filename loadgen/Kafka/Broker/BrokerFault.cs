namespace HyperIngest.LoadGen.Kafka;

/// <summary>One fault that a test has asked for. It strikes a number of requests and is then over.</summary>
public sealed class BrokerFault
{
    private readonly Lock _gate = new();
    private int _left;
    private int _hits;

    internal BrokerFault(int times)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        _left = times;
    }

    /// <summary>Requests struck so far.</summary>
    public int Hits
    {
        get
        {
            lock (_gate) return _hits;
        }
    }

    /// <summary>Requests it will still strike.</summary>
    public int Left
    {
        get
        {
            lock (_gate) return _left;
        }
    }

    /// <summary>Strikes no more requests.</summary>
    public void End()
    {
        lock (_gate) _left = 0;
    }

    internal bool Strike()
    {
        lock (_gate)
        {
            if (_left == 0) return false;
            _left--;
            _hits++;
            return true;
        }
    }
}
