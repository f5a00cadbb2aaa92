using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>A session that is used once and not made again when it is lost: for commands. Disposed, it is closed in order.</summary>
public sealed class UaClient : IAsyncDisposable
{
    private readonly UaSessionOpener _opener;
    private readonly UaOpened _opened;

    private UaClient(UaSessionOpener opener, UaOpened opened)
    {
        _opener = opener;
        _opened = opened;
    }

    /// <summary>The services, until it is disposed or the channel ends.</summary>
    public IUaServices Services => _opened.Services;

    /// <summary>What the server says of itself.</summary>
    public UaServerFacts Server => _opened.Server;

    /// <summary>Opens a channel and a session, and activates it.</summary>
    /// <exception cref="UaException">No connection, the server or its certificate is refused, it refuses this side or the user; the message says which and what to do.</exception>
    public static async Task<UaClient> OpenAsync(UaSessionOptions options, ILogger logger, CancellationToken cancellationToken = default)
    {
        UaSessionOpener opener = new(options, logger, TimeProvider.System);
        try
        {
            return new UaClient(opener, await opener.OpenAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            opener.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _opener.CloseAsync(_opened, deleteSubscriptions: true, CancellationToken.None).ConfigureAwait(false);
        _opener.Dispose();
    }
}
