namespace HyperIngest.Core.Readings;

/// <summary>
/// What a series is about. Order is priority: when the journal is at its size limit, lower classes go first and alarms never.
/// </summary>
public enum Classification : byte
{
    /// <summary>Diagnostic text.</summary>
    Log = 0,

    /// <summary>Something that happened.</summary>
    Event = 1,

    /// <summary>A measured value.</summary>
    Telemetry = 2,

    /// <summary>A condition that somebody must act on.</summary>
    Alarm = 3,
}
