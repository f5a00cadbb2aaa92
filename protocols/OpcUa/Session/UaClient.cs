using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>A session that is used once and not made again when it is lost: for commands. Disposed, it is closed in order.</summary>
public sealed class UaClient : IAsyncDisposable
{
    private UaClient(IUaServices services, UaServerFacts server)
    {
        Services = services;
        Server = server;
    }

    /// <summary>The services, until it is disposed or the channel ends.</summary>
    public IUaServices Services { get; }

    /// <summary>What the server says of itself.</summary>
    public UaServerFacts Server { get; }

    /// <summary>Opens a channel and a session, and activates it.</summary>
    /// <exception cref="UaException">No connection, the server or its certificate is refused, it refuses this side or the user; the message says which and what to do.</exception>
    public static Task<UaClient> OpenAsync(UaSessionOptions options, ILogger logger, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
