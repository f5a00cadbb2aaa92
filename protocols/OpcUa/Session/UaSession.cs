using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>Keeps a session with a server.</summary>
public sealed class UaSession : IAsyncDisposable
{
    /// <summary>A session that is not started.</summary>
    public UaSession(UaSessionOptions options, IUaSessionUser user, ILogger logger, TimeProvider? clock = null) => throw new NotImplementedException();

    /// <summary>Whether the session is active and its user has set it up.</summary>
    public bool IsConnected => throw new NotImplementedException();

    /// <summary>What is wrong, in words; null while nothing is.</summary>
    public string? Fault => throw new NotImplementedException();

    /// <summary>Channels lost or not made, and sessions not had, so far.</summary>
    public long Faults => throw new NotImplementedException();

    /// <summary>When something came from the server last, UTC ticks; 0 before.</summary>
    public long LastHeardTicks => throw new NotImplementedException();

    /// <summary>Sessions made so far.</summary>
    public long Created => throw new NotImplementedException();

    /// <summary>How often a session was activated again on a new channel so far.</summary>
    public long Resumed => throw new NotImplementedException();

    /// <summary>Channels lost under an active session so far.</summary>
    public long Lost => throw new NotImplementedException();

    /// <summary>Begins; returns at once.</summary>
    public void Start() => throw new NotImplementedException();

    /// <summary>Closes the session, its subscriptions with it, and the channel. When it returns, the user is told nothing more.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The session was found useless: its channel is closed without a word and opened again. With a reason that says that the session is gone, the next is a new one. Any thread; without effect while there is none.</summary>
    public void GiveUp(UaException reason) => throw new NotImplementedException();

    /// <summary>The next time the session is a new one, even if the server still has this one. Any thread.</summary>
    public void Forget() => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
