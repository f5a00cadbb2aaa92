namespace HyperIngest.Tests.Unit.Polling;

/// <summary>A monotonic clock that moves when told.</summary>
internal sealed class ManualClock : TimeProvider
{
    // Not 0: a clock's origin is never known to its user.
    private long _ticks = 12_345_678_901;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Move(TimeSpan by) => _ticks += by.Ticks;
}
