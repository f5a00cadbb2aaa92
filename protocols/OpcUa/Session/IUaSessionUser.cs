namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>How a session came to be active.</summary>
public enum UaActivation
{
    /// <summary>It is new to the server: subscriptions of an earlier one must be transferred or made again.</summary>
    New,

    /// <summary>It is the one there was, on a new channel: its subscriptions live on, node ids hold.</summary>
    Resumed,
}

/// <summary>What uses a session. Calls come one after the other.</summary>
public interface IUaSessionUser
{
    /// <summary>The session is active. Sets up what it is used for; the session counts as usable when the task completes, and is left and tried again when it fails.</summary>
    /// <param name="services">Good until <see cref="Offline"/>.</param>
    /// <param name="activation">Whether the server still knows what it knew.</param>
    /// <param name="ended">Fires when the channel ends.</param>
    Task OnlineAsync(IUaServices services, UaActivation activation, CancellationToken ended);

    /// <summary>Whether its subscriptions are to live on at the server when the session is stopped in order, as long as the server keeps them.</summary>
    bool LeavesSubscriptions => false;

    /// <summary>The channel has ended; follows every <see cref="OnlineAsync"/>, also a failed one, when its task has completed.</summary>
    void Offline(UaException reason);
}
