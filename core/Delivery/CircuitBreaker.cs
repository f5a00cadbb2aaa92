namespace HyperIngest.Core.Delivery;

/// <summary>
/// One sink's circuit breaker, shared by its lanes: after failures in a row nobody tries for a while, then one lane probes; its success closes the
/// breaker for all, its failure opens it again.
/// </summary>
public sealed class CircuitBreaker
{
    private readonly BreakerOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _changing = new();

    // Failures in a row. Written under _changing; read without it by TryEnter and Success: 0 means closed, and a stale 0 lets one more try through.
    private int _failures;

    // Under _changing.
    private long _openedAt;
    private bool _open;
    private bool _probing;

    /// <summary>A closed breaker.</summary>
    public CircuitBreaker(BreakerOptions options, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Failures, 1);
        _options = options;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>True from the failure that opened it until a probe succeeds.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_changing) return _open;
        }
    }

    /// <summary>
    /// True when the caller may try now; it must then say <see cref="Success"/>, <see cref="Failure"/> or <see cref="Abandon"/>. Otherwise
    /// <paramref name="wait"/> says when to ask again.
    /// </summary>
    public bool TryEnter(out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (Volatile.Read(ref _failures) == 0) return true;
        lock (_changing)
        {
            if (!_open) return true;
            TimeSpan left = _options.OpenFor - _time.GetElapsedTime(_openedAt);
            if (left > TimeSpan.Zero)
            {
                wait = left;
                return false;
            }
            if (_probing)
            {
                // Another lane is at it: look again after a part of the time it took to get here.
                wait = TimeSpan.FromMilliseconds(Math.Clamp(_options.OpenFor.TotalMilliseconds / 10, 1, 1000));
                return false;
            }
            _probing = true;
            return true;
        }
    }

    /// <summary>The sink answered, whatever it thought of the readings.</summary>
    public void Success()
    {
        if (Volatile.Read(ref _failures) == 0) return;
        lock (_changing)
        {
            _open = _probing = false;
            Volatile.Write(ref _failures, 0);
        }
    }

    /// <summary>The sink did not do its part.</summary>
    public void Failure()
    {
        lock (_changing)
        {
            Volatile.Write(ref _failures, Math.Min(_failures + 1, int.MaxValue - 1));
            if (!_open && _failures < _options.Failures) return;
            // Lanes that were let in before it opened fail late; only a probe, or the opening itself, starts the time anew.
            if (_open && !_probing) return;
            _open = true;
            _probing = false;
            _openedAt = _time.GetTimestamp();
        }
    }

    /// <summary>The caller was let in and gave up for a reason of its own.</summary>
    public void Abandon()
    {
        lock (_changing) _probing = false;
    }
}
