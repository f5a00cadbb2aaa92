using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Services;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>A session while it has a channel: watched, so that a server that says nothing and a server that is gone are told apart.</summary>
internal sealed class UaLiveSession : IAsyncDisposable
{
    // How often a keep-alive's time it is looked whether something came.
    private const int LooksPerKeepAlive = 4;

    // Whatever is configured, and whatever a server says of the session's timeout, it is no busy loop.
    private static readonly TimeSpan LeastQuiet = TimeSpan.FromMilliseconds(20);

    private readonly UaOpened _opened;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly Action<long> _heard;
    private readonly TimeSpan _quiet;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _ending;

    // Why this side ended it; the first to say so is right. Any thread.
    private UaException? _reason;

    public UaLiveSession(UaOpened opened, UaSessionOptions options, ILogger logger, TimeProvider clock, Action<long> heard)
    {
        _opened = opened;
        _logger = logger;
        _clock = clock;
        _heard = heard;
        // A server drops a session that asks nothing for the session's timeout; half of it leaves time for a second question.
        _quiet = TimeSpan.FromTicks(Math.Max(LeastQuiet.Ticks, Math.Min(options.KeepAlive.Ticks, opened.Timeout.Ticks / 2)));
        _ending = EndAsync();
    }

    public UaClientChannel Channel => _opened.Channel;

    public IUaServices Services => _opened.Services;

    public UaActivation Activation => _opened.Activation;

    public TimeSpan Timeout => _opened.Timeout;

    /// <summary>Fires when the channel ends.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why this side ended it; null when it did not.</summary>
    public UaException? Reason => Volatile.Read(ref _reason);

    /// <summary>Whether its user has set it up. Written by the session's loop, read by anybody.</summary>
    public bool IsSettled
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Closes the channel without a word. Any thread; does not wait.</summary>
    public void End(UaException reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        // Ended tells when it is done; the disposal itself does not fail.
        _ = Channel.DisposeAsync().AsTask();
    }

    /// <summary>Watches until the channel ends or the token fires.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<UaException> WatchAsync(CancellationToken ended)
    {
        long received = -1, since = 0;
        bool wasRunning = true;
        while (!ended.IsCancellationRequested)
        {
            if (Channel.ReceivedBytes is var bytes && bytes != received)
            {
                received = bytes;
                since = _clock.GetTimestamp();
                _heard(_clock.GetUtcNow().UtcTicks);
            }
            else if (_clock.GetElapsedTime(since) >= _quiet)
            {
                wasRunning = await AskAsync(wasRunning, ended).ConfigureAwait(false);
            }
            await Task.Delay(_quiet / LooksPerKeepAlive, _clock, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (Reason is { } reason) return reason;
        return Channel.Ended.IsCompleted ? await Channel.Ended.ConfigureAwait(false) : new UaException(UaStatusCodes.BadSessionClosed, $"The session with {Services.EndpointUrl} was closed by this side");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync().ConfigureAwait(false);
        await _ending.ConfigureAwait(false);
        _ended.Dispose();
    }

    private async Task EndAsync()
    {
        await Channel.Ended.ConfigureAwait(false);
        await _ended.CancelAsync().ConfigureAwait(false);
    }

    private async Task<bool> AskAsync(bool wasRunning, CancellationToken ended)
    {
        try
        {
            ServerState state = await UaServerFacts.ReadStateAsync(Services, ended).ConfigureAwait(false);
            bool isRunning = state is ServerState.Running or ServerState.Unknown;
            if (wasRunning && !isRunning) UaSessionLog.NotRunning(_logger, Services.EndpointUrl, state);
            else if (!wasRunning && isRunning) UaSessionLog.RunningAgain(_logger, Services.EndpointUrl);
            return isRunning;
        }
        catch (UaException silent)
        {
            End(silent);
            return wasRunning;
        }
        catch (OperationCanceledException)
        {
            // Ended while the answer was waited for.
            return wasRunning;
        }
    }
}
