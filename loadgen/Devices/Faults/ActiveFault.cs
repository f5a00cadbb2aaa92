namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>A fault in a simulator: its spec and the times it is in force. What a device has had of it is <see cref="DeviceFault"/>.</summary>
internal sealed class ActiveFault
{
    private readonly TimeProvider _clock;
    private readonly long _atTicks;
    private readonly long _forTicks;
    private readonly long _repeatTicks;

    // The clock's timestamp that At counts from. Written when the fault is set and once more when the simulator starts, read by every request; 64 bits are written whole.
    private long _began;

    public ActiveFault(string id, FaultSpec spec, TimeProvider clock)
    {
        Id = id;
        Spec = spec;
        _clock = clock;
        _atTicks = spec.At.Ticks;
        _forTicks = spec.For?.Ticks ?? long.MaxValue;
        _repeatTicks = spec.Repeat?.Ticks ?? long.MaxValue;
        IsScheduled = spec.At > TimeSpan.Zero || spec.For is not null;
        Begin();
    }

    public string Id { get; }

    public FaultSpec Spec { get; }

    /// <summary>Whether it looks at the clock at all.</summary>
    public bool IsScheduled { get; }

    /// <summary>Its time counts from now.</summary>
    public void Begin() => Volatile.Write(ref _began, _clock.GetTimestamp());

    /// <summary>Whether it is in force at a timestamp of the clock.</summary>
    public bool IsInForce(long timestamp)
    {
        if (!IsScheduled) return true;
        long since = Since(timestamp);
        return since >= 0 && since % _repeatTicks < _forTicks;
    }

    /// <summary>Which of its times, from 0, it is in or was in last; negative before the first.</summary>
    public long TimeAt(long timestamp)
    {
        if (!IsScheduled) return 0;
        long since = Since(timestamp);
        return since < 0 ? -1 : since / _repeatTicks;
    }

    /// <summary>Where it is in its time.</summary>
    public FaultState StateAt(long timestamp)
    {
        if (IsInForce(timestamp)) return FaultState.InForce;
        return Since(timestamp) < 0 || _repeatTicks != long.MaxValue ? FaultState.Waiting : FaultState.Expired;
    }

    /// <summary>How long until it comes in force the next time, or is over; null when it does not change any more.</summary>
    public TimeSpan? UntilNextChange(long timestamp)
    {
        long since = Since(timestamp);
        if (since < 0) return new TimeSpan(-since);
        long into = since % _repeatTicks;
        if (into < _forTicks) return _forTicks == long.MaxValue ? null : new TimeSpan(_forTicks - into);
        return _repeatTicks == long.MaxValue ? null : new TimeSpan(_repeatTicks - into);
    }

    private long Since(long timestamp) => _clock.GetElapsedTime(Volatile.Read(ref _began), timestamp).Ticks - _atTicks;
}
