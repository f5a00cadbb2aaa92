namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>Which times come with values (OPC 10000-4, 7.39).</summary>
public enum TimestampsToReturn
{
    /// <summary>The source's.</summary>
    Source = 0,

    /// <summary>The server's.</summary>
    Server = 1,

    /// <summary>Both.</summary>
    Both = 2,

    /// <summary>None.</summary>
    Neither = 3,
}

/// <summary>What a choice of times asks for.</summary>
internal static class TimestampsAsked
{
    /// <summary>Whether the source's time is sent.</summary>
    public static bool HasSource(this TimestampsToReturn times) => times is TimestampsToReturn.Source or TimestampsToReturn.Both;

    /// <summary>Whether the server's time is sent.</summary>
    public static bool HasServer(this TimestampsToReturn times) => times is TimestampsToReturn.Server or TimestampsToReturn.Both;
}
