namespace HyperIngest.Tests.Unit.OpcUa.Source;

/// <summary>Times of the scripted server.</summary>
internal static class UaRigClock
{
    /// <summary>A noon, UTC ticks: the source time of its values.</summary>
    public const long Noon = 639_078_336_000_000_000;
}
