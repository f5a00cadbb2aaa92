using HyperIngest.Core.Polling;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Mqtt;

/// <summary>
/// Keeps a connection to a broker: connects, connects again with growing pauses when it is lost, follows the broker to another server, and subscribes when the broker does not have the session any more
/// (and at the first connection, because what an earlier process subscribed to may have been something else).
/// </summary>
public sealed class MqttSession : IAsyncDisposable
{
    // A connection that lived so long was a good one: the pause after it is the first again. Two clients with one id, who take the session from each other, never get there.
    private static readonly TimeSpan GoodLife = TimeSpan.FromSeconds(5);

    // Servers that refer to one another for ever are an end of their own.
    private const int MostReferences = 5;

    private readonly string _name;
    private readonly IReadOnlyList<MqttSubscription> _subscriptions;
    private readonly IMqttReceiver _receiver;
    private readonly Func<MqttWill?>? _will;
    private readonly ILogger _logger;
    private readonly ExponentialBackoff _backoff;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    // Where to connect; another server after the broker said that it moved for good. The loop's own.
    private MqttClientOptions _home;
    private bool _subscribed;
    private string? _refused;
    private int _references;
    private string? _said;

    // Written by the loop, read by anybody.
    private volatile MqttConnection? _connection;
    private volatile string? _fault;
    private long _faults;
    private long _connects;

    // Written by StopAsync before the loop is stopped.
    private MqttReasonCode _stopReason;

    /// <summary>A session that is not started.</summary>
    /// <param name="name">The source's or sink's name, for log lines.</param>
    /// <param name="options">The broker.</param>
    /// <param name="subscriptions">What it subscribes to; a broker that refuses one is a fault that is said and counted, and the others stand.</param>
    /// <param name="receiver">Who takes what comes.</param>
    /// <param name="will">Asked before each connection for its will; null for none.</param>
    /// <param name="logger">Where it says what changes.</param>
    public MqttSession(
        string name, MqttClientOptions options, IReadOnlyList<MqttSubscription> subscriptions, IMqttReceiver receiver, Func<MqttWill?>? will, ILogger logger)
    {
        _name = name;
        _home = options;
        _subscriptions = subscriptions;
        _receiver = receiver;
        _will = will;
        _logger = logger;
        _backoff = new ExponentialBackoff(options.FirstPause, options.LongestPause, HashCode.Combine(name, options.ClientId));
    }

    /// <summary>The connection, subscribed; null while there is none.</summary>
    public MqttConnection? Connection => _connection;

    /// <summary>What is wrong, in words; null while nothing is: no connection, a subscription refused.</summary>
    public string? Fault => _fault;

    /// <summary>Connections lost or not made, and subscriptions refused, so far.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Connections made so far.</summary>
    public long Connects => Interlocked.Read(ref _connects);

    /// <summary>Begins; returns at once.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Disconnects in order and connects no more. When it returns, the receiver is told nothing more.</summary>
    public async Task StopAsync(MqttReasonCode reason = MqttReasonCode.Success)
    {
        _stopReason = reason;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        MqttClientOptions target = _home;
        while (!_stop.IsCancellationRequested)
        {
            MqttEnd end;
            bool wasConnected = false;
            try
            {
                MqttConnection connection = await MqttConnection.ConnectAsync(target, _receiver, _will?.Invoke(), _logger, _stop.Token).ConfigureAwait(false);
                wasConnected = true;
                Interlocked.Increment(ref _connects);
                long began = Environment.TickCount64;
                end = await LiveAsync(connection, target).ConfigureAwait(false);
                if (Environment.TickCount64 - began >= GoodLife.TotalMilliseconds)
                {
                    _backoff.Succeeded();
                    _references = 0;
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (MqttException failure)
            {
                end = failure.End;
            }
            catch (Exception defect) when (defect is not OutOfMemoryException)
            {
                // The will's maker, or the subscriptions: it must not end the loop.
                end = new MqttEnd(MqttReasonCode.ImplementationSpecificError, $"{target.Address}: {defect.Message}");
                MqttLog.SessionDefect(_logger, _name, target.Address, _home.LongestPause, defect);
            }
            if (_stop.IsCancellationRequested) break;
            if (TryFollow(end, target, out MqttClientOptions other))
            {
                target = other;
                continue;
            }
            await PauseAsync(end, target, wasConnected).ConfigureAwait(false);
            target = _home;
        }
        _fault = null;
    }

    /// <summary>From accepted to ended.</summary>
    private async Task<MqttEnd> LiveAsync(MqttConnection connection, MqttClientOptions target)
    {
        try
        {
            MqttAccepted accepted = connection.Accepted;
            if (_subscriptions.Count > 0 && !(accepted.SessionPresent && _subscribed)) _refused = await SubscribeAsync(connection, target).ConfigureAwait(false);
            _subscribed = true;
            _fault = _refused;
            _said = null;
            _connection = connection;
            MqttLog.Connected(_logger, _name, target.Address, accepted.ClientId, accepted.SessionPresent ? "the broker had kept the session" : "new session");
            return await connection.Ended.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            await connection.DisconnectAsync(_stopReason).ConfigureAwait(false);
            MqttLog.Disconnected(_logger, _name, target.Address);
            return await connection.Ended.ConfigureAwait(false);
        }
        finally
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<string?> SubscribeAsync(MqttConnection connection, MqttClientOptions target)
    {
        IReadOnlyList<MqttReasonCode> codes = await connection.SubscribeAsync(_subscriptions, _stop.Token).ConfigureAwait(false);
        List<string> refused = [];
        for (int i = 0; i < codes.Count; i++)
        {
            MqttSubscription asked = _subscriptions[i];
            if (codes[i] >= MqttReasonCode.UnspecifiedError)
            {
                Interlocked.Increment(ref _faults);
                string reason = MqttReasonText.Of(codes[i]);
                MqttLog.SubscriptionRefused(_logger, _name, target.Address, asked.Filter, reason);
                refused.Add($"{asked.Filter}: {reason}");
            }
            else if ((byte)codes[i] < (byte)asked.Qos)
            {
                MqttLog.LesserQos(_logger, _name, target.Address, asked.Filter, (int)codes[i], (int)asked.Qos);
            }
        }
        return refused.Count == 0 ? null : $"{target.Address} refused to subscribe to {string.Join("; ", refused)}";
    }

    /// <summary>Whether the broker named another server, and which (4.11).</summary>
    private bool TryFollow(MqttEnd end, MqttClientOptions target, out MqttClientOptions other)
    {
        other = target;
        if (end.ServerReference is not { } reference || end.Reason is not (MqttReasonCode.UseAnotherServer or MqttReasonCode.ServerMoved)) return false;
        if (!MqttReference.TryRead(reference, target.Port, out string host, out int port))
        {
            MqttLog.BadReference(_logger, _name, target.Address, reference);
            return false;
        }
        if (++_references > MostReferences)
        {
            _references = 0;
            return false;
        }
        other = target with { Host = host, Port = port };
        if (end.Reason == MqttReasonCode.ServerMoved) _home = other;
        MqttLog.Redirected(_logger, _name, target.Address, other.Address, end.Reason);
        return true;
    }

    private async Task PauseAsync(MqttEnd end, MqttClientOptions target, bool wasConnected)
    {
        Interlocked.Increment(ref _faults);
        _fault = end.Text;
        TimeSpan pause = end.MayPass ? _backoff.Failed() : _backoff.Longest();
        if (_said != end.Text)
        {
            if (!end.MayPass) MqttLog.Refused(_logger, _name, end.Text, pause);
            else if (wasConnected) MqttLog.Lost(_logger, _name, target.Address, end.Text, pause);
            else MqttLog.NotConnected(_logger, _name, target.Address, end.Text, pause);
        }
        _said = end.Text;
        await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
