using HyperIngest.Core.Polling;
using HyperIngest.Protocols.OpcUa.Channel;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>
/// Keeps a session with a server: opens it, looks after it while nothing comes, activates it again on a new channel when the channel is lost, and makes a new one when the server does not have it any more;
/// with growing pauses in between. What it is used for is its user's.
/// </summary>
public sealed class UaSession : IAsyncDisposable
{
    // A session that was used for so long was a good one: the pause after it is the first again.
    private static readonly TimeSpan GoodLife = TimeSpan.FromSeconds(5);

    private readonly UaSessionOptions _options;
    private readonly IUaSessionUser _user;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly UaSessionOpener _opener;
    private readonly ExponentialBackoff _backoff;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private Task _running = Task.CompletedTask;

    // The loop's own.
    private string? _said;

    // Written by the loop, read by anybody.
    private volatile UaLiveSession? _live;
    private volatile string? _fault = "not connected yet";
    private long _faults;
    private long _created;
    private long _resumed;
    private long _lost;
    private long _lastHeard;

    // Set by anybody, taken by the loop before it opens the next channel.
    private int _forget;

    /// <summary>A session that is not started.</summary>
    /// <param name="options">The session.</param>
    /// <param name="user">What it is for.</param>
    /// <param name="logger">Where it says what changes.</param>
    /// <param name="clock">For the watch over it, and the validity of certificates.</param>
    public UaSession(UaSessionOptions options, IUaSessionUser user, ILogger logger, TimeProvider? clock = null)
    {
        _options = options;
        _user = user;
        _logger = logger;
        _clock = clock ?? TimeProvider.System;
        _opener = new UaSessionOpener(options, logger, _clock, SessionGone);
        _backoff = new ExponentialBackoff(options.FirstPause, options.LongestPause, HashCode.Combine(options.EndpointUrl, options.Name));
    }

    /// <summary>Whether the session is active and its user has set it up.</summary>
    public bool IsConnected => _live is { IsSettled: true };

    /// <summary>What is wrong, in words; null while nothing is.</summary>
    public string? Fault => _fault;

    /// <summary>Channels lost or not made, and sessions not had, so far.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>When something came from the server last, UTC ticks, to a quarter of the keep-alive; 0 before.</summary>
    public long LastHeardTicks => Interlocked.Read(ref _lastHeard);

    /// <summary>Sessions made so far.</summary>
    public long Created => Interlocked.Read(ref _created);

    /// <summary>How often a session was activated again on a new channel so far.</summary>
    public long Resumed => Interlocked.Read(ref _resumed);

    /// <summary>Channels lost under a session in use so far.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Begins; returns at once.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Closes the session, its subscriptions with it, and the channel. When it returns, the user is told nothing more.</summary>
    /// <param name="cancellationToken">No time for that any more: the socket is closed without a word.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        using CancellationTokenRegistration hurry = cancellationToken.Register(static s => ((CancellationTokenSource)s!).Cancel(), _hurry);
        await _running.ConfigureAwait(false);
    }

    /// <summary>
    /// The session was found useless: its channel is closed without a word and opened again. When the reason says that the server does not have the session any more, the next is a new one. Any thread; without
    /// effect while there is none.
    /// </summary>
    public void GiveUp(UaException reason)
    {
        if (UaSessionFaults.IsSessionGone(reason.Status)) Forget();
        _live?.End(reason);
    }

    /// <summary>The next time the session is a new one, even if the server still has this one. Any thread.</summary>
    public void Forget() => Volatile.Write(ref _forget, 1);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _opener.Dispose();
        _stop.Dispose();
        _hurry.Dispose();
    }

    // An answer on a channel said so; by then there may be another channel already.
    private void SessionGone(UaClientChannel channel, UaException reason)
    {
        if (_live is { } live && live.Channel == channel) GiveUp(reason);
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            UaException reason;
            bool wasUsed = false;
            try
            {
                if (Interlocked.Exchange(ref _forget, 0) != 0) _opener.Forget();
                UaOpened opened = await _opener.OpenAsync(_stop.Token).ConfigureAwait(false);
                Interlocked.Increment(ref opened.Activation == UaActivation.New ? ref _created : ref _resumed);
                (reason, wasUsed) = await LiveAsync(opened).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (UaException failed)
            {
                reason = failed;
            }
            catch (Exception defect) when (defect is not OutOfMemoryException)
            {
                // A folder of certificates that cannot be read, or a defect: neither may end the loop.
                UaSessionLog.Defect(_logger, _options.EndpointUrl, _options.LongestPause, defect);
                reason = new UaException(UaStatusCodes.BadInternalError, $"{_options.EndpointUrl}: {defect.Message}", defect);
            }
            if (!_stop.IsCancellationRequested) await PauseAsync(reason, wasUsed).ConfigureAwait(false);
        }
        _fault = null;
    }

    /// <summary>From active to ended.</summary>
    private async Task<(UaException Reason, bool WasUsed)> LiveAsync(UaOpened opened)
    {
        UaLiveSession live = new(opened, _options, _logger, _clock, heard => Interlocked.Exchange(ref _lastHeard, heard));
        _live = live;
        long began = _clock.GetTimestamp();
        UaException reason;
        try
        {
            reason = await UseAsync(live).ConfigureAwait(false);
        }
        finally
        {
            _live = null;
        }
        bool wasUsed = live.IsSettled;
        // In order when this side ends it. One that its user could not set up is closed too, but not what it may have taken over from the one before.
        if (_stop.IsCancellationRequested || !wasUsed && opened.Activation == UaActivation.New) await _opener.CloseAsync(opened, deleteSubscriptions: _stop.IsCancellationRequested && !_user.LeavesSubscriptions, _hurry.Token).ConfigureAwait(false);
        await live.DisposeAsync().ConfigureAwait(false);
        if (_stop.IsCancellationRequested) UaSessionLog.Closed(_logger, _options.EndpointUrl);
        _user.Offline(reason);
        if (wasUsed && _clock.GetElapsedTime(began) >= GoodLife) _backoff.Succeeded();
        return (reason, wasUsed);
    }

    private async Task<UaException> UseAsync(UaLiveSession live)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, live.Ended);
        try
        {
            await _user.OnlineAsync(live.Services, live.Activation, ended.Token).ConfigureAwait(false);
            if (!ended.IsCancellationRequested)
            {
                _opener.Settle();
                live.IsSettled = true;
                _fault = _said = null;
                UaSessionLog.Connected(_logger, _options.EndpointUrl, live.Activation, live.Timeout, live.Services.Namespaces.Count);
            }
            return await live.WatchAsync(ended.Token).ConfigureAwait(false);
        }
        catch (UaException failed)
        {
            return live.Reason ?? failed;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return await live.WatchAsync(ended.Token).ConfigureAwait(false);
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            UaSessionLog.Defect(_logger, _options.EndpointUrl, _options.LongestPause, defect);
            return new UaException(UaStatusCodes.BadInternalError, $"What uses the session with {_options.EndpointUrl} failed ({defect.GetType().Name}: {defect.Message})", defect);
        }
    }

    private async Task PauseAsync(UaException reason, bool wasUsed)
    {
        Interlocked.Increment(ref _faults);
        if (wasUsed) Interlocked.Increment(ref _lost);
        _fault = reason.Message;
        // What was in use a moment ago needs nobody, whatever the words.
        bool needsSomebody = !wasUsed && UaSessionFaults.NeedsSomebody(reason.Status);
        TimeSpan pause = needsSomebody ? _backoff.Longest() : _backoff.Failed();
        if (_said != reason.Message)
        {
            if (needsSomebody) UaSessionLog.Refused(_logger, _options.EndpointUrl, reason.Message, pause);
            else if (wasUsed) UaSessionLog.Lost(_logger, _options.EndpointUrl, reason.Message, pause);
            else UaSessionLog.NotConnected(_logger, _options.EndpointUrl, reason.Message, pause);
        }
        _said = reason.Message;
        await Task.Delay(pause, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
