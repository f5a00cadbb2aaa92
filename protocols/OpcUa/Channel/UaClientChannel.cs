using System.Net.Sockets;
using System.Security.Cryptography;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>
/// The client's side of a secure channel (OPC 10000-6, 6.7 and 7.1): connects, opens, renews while requests go on, and ends once, for a reason. Any thread sends; responses are completed one at a time.
/// </summary>
public sealed class UaClientChannel : IAsyncDisposable, IUaTimed, IUaChunkTaker
{
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);

    private readonly UaClientChannelOptions _options;
    private readonly UaPolicyProfile _profile;
    private readonly UaConnection _connection;
    private readonly UaRequests _requests;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<UaException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Whoever completes requests, the loop or the timer, has it: one at a time.
    private readonly Lock _completing = new();

    // What is asked of the server before it is open. The loop's.
    private bool _acknowledged;

    // The OpenSecureChannel under way: written by who asks, before it is sent; read by the loop, which writes null when it is answered.
    private volatile Opening? _opening;
    private volatile UaChannelToken? _token;
    private volatile bool _closing;
    private long _lateResponses;
    private long _renewals;

    private UaClientChannel(Socket socket, UaClientChannelOptions options, ILogger logger)
    {
        _options = options;
        _profile = UaPolicyProfile.Of(options.Policy);
        _logger = logger;
        _requests = new UaRequests(options.MaxRequests);
        _connection = new UaConnection(socket, options.Limits, options.MaxUnsentBytes, this);
    }

    /// <summary>Completes, never faulted, when the channel has ended and all requests under way have failed; says why.</summary>
    public Task<UaException> Ended => _ended.Task;

    /// <summary>The endpoint connected to.</summary>
    public string EndpointUrl => _options.EndpointUrl;

    /// <summary>The channel's id.</summary>
    public uint Id => _token?.ChannelId ?? 0;

    /// <summary>Requests under way.</summary>
    public int Waiting => _requests.Waiting;

    /// <summary>Responses that came after their time, or to nothing asked.</summary>
    public long LateResponses => Volatile.Read(ref _lateResponses);

    /// <summary>How often the token was renewed.</summary>
    public long Renewals => Volatile.Read(ref _renewals);

    /// <summary>Bytes received.</summary>
    public long ReceivedBytes => _connection.ReceivedBytes;

    /// <summary>Bytes sent.</summary>
    public long SentBytes => _connection.Outbox.SentBytes;

    /// <summary>Connects and opens.</summary>
    /// <exception cref="UaException">No connection, the server refused, its certificate is not to be believed, or it offers less than was asked for.</exception>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public static async Task<UaClientChannel> ConnectAsync(UaClientChannelOptions options, ILogger logger, CancellationToken cancellationToken = default)
    {
        options.Demand();
        (string host, int port) = options.Address();
        if (options.Policy != UaSecurityPolicy.None) options.Check!.Demand(options.Server!, UaPolicyProfile.Of(options.Policy), options.EndpointUrl, options.ServerUri, host);
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.ConnectTimeout);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw failure is SocketException refused
                ? new UaException(UaStatusCodes.BadNotConnected, $"No connection to {options.EndpointUrl} ({refused.SocketErrorCode})", refused)
                : new UaException(UaStatusCodes.BadTimeout, $"No connection to {options.EndpointUrl} in {options.ConnectTimeout.TotalSeconds:0.###} s");
        }
        UaClientChannel channel = new(socket, options, logger);
        _ = channel.RunAsync();
        channel._connection.Outbox.SendBare(UaHandshake.Hello(options.Limits, options.EndpointUrl));
        try
        {
            await channel._opened.Task.WaitAsync(timeout.Token).ConfigureAwait(false);
            return channel;
        }
        catch (OperationCanceledException)
        {
            UaException late = new(UaStatusCodes.BadTimeout, $"{options.EndpointUrl} took a connection and did not open a channel in {options.ConnectTimeout.TotalSeconds:0.###} s");
            channel._connection.End(late);
            await channel.Ended.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw late;
        }
    }

    /// <summary>Sends a request: the id of its encoding and its fields. The buffer may be used again when this returns.</summary>
    /// <param name="message">The request.</param>
    /// <param name="pending">Completed or failed once, when this does not throw.</param>
    /// <param name="timeout">How long the response is waited for.</param>
    /// <exception cref="UaException">It is larger than the server takes (BadRequestTooLarge), the channel has ended, or too many are under way: nothing was sent.</exception>
    public void Send(UaBuffer message, IUaPending pending, TimeSpan timeout)
    {
        uint id = _requests.Add(pending, Environment.TickCount64 + (long)timeout.TotalMilliseconds);
        if (_connection.Outbox.TrySend(UaChunkKind.Message, id, message.Written)) return;
        // The channel's end may have taken it already; then it has failed as it should.
        if (_requests.Take(id) is null) return;
        if (_connection.Outbox.Fits(message.Length)) throw new UaException(UaStatusCodes.BadSecureChannelClosed, $"The channel to {EndpointUrl} has ended");
        throw new UaException(UaStatusCodes.BadRequestTooLarge, $"A request of {message.Length} bytes is more than {EndpointUrl} takes; split it");
    }

    /// <summary>Sends a request and waits for its response; for what is asked rarely.</summary>
    /// <exception cref="UaException">As <see cref="Send"/>, no response in time, or the service failed.</exception>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(TRequest request, TimeSpan timeout)
        where TRequest : IUaMessage<TRequest>
        where TResponse : IUaResponse<TResponse>
    {
        UaCall<TResponse> call = new($"{typeof(TRequest).Name} to {EndpointUrl}");
        using (UaBuffer message = new())
        {
            new UaWriter(message).Message(request);
            Send(message, call, timeout);
        }
        return await call.Response.ConfigureAwait(false);
    }

    /// <summary>Tells the server and closes; requests under way fail.</summary>
    public async Task CloseAsync()
    {
        _closing = true;
        using (UaBuffer message = new())
        {
            new UaWriter(message).Message(new CloseSecureChannelRequest(Header(requestHandle: 0)));
            _connection.Outbox.TrySend(UaChunkKind.Close, _requests.NextId(), message.Written);
        }
        // The server closes its end; one that does not, does not matter.
        await Task.WhenAny(Ended, Task.Delay(CloseTime)).ConfigureAwait(false);
        _connection.End(new UaException(UaStatusCodes.BadSecureChannelClosed, $"The channel to {EndpointUrl} was closed by this side"));
        await Ended.ConfigureAwait(false);
    }

    /// <summary>Closes the socket without a word, if it is still open.</summary>
    public async ValueTask DisposeAsync()
    {
        _connection.End(new UaException(UaStatusCodes.BadSecureChannelClosed, $"The channel to {EndpointUrl} was given up by this side"));
        await Ended.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    void IUaTimed.Tick(long now)
    {
        if (_opening is { } opening && now > opening.Deadline)
        {
            _connection.End(new UaException(UaStatusCodes.BadTimeout, $"{EndpointUrl} did not renew the channel in {_options.RenewTimeout.TotalSeconds:0.###} s"));
            return;
        }
        if (_token is { } token && now >= token.RenewAt && _opening is null && !_closing) Renew(now);
        // When the loop is completing a response, the next tick is soon enough.
        if (!_completing.TryEnter()) return;
        try
        {
            while (_requests.TakeExpired(now) is { } expired) expired.Fail(new UaException(UaStatusCodes.BadTimeout, $"{EndpointUrl} did not answer in time"));
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            EndForDefect(defect);
        }
        finally
        {
            _completing.Exit();
        }
    }

    /// <inheritdoc/>
    void IUaChunkTaker.Take(byte[] bytes, int at, in UaChunkHeader header)
    {
        ReadOnlySpan<byte> chunk = bytes.AsSpan(at, header.Bytes);
        switch (header.Kind)
        {
            case UaChunkKind.Message:
                TakeMessage(bytes, at, header);
                break;
            case UaChunkKind.Open:
                TakeOpen(chunk);
                break;
            case UaChunkKind.Acknowledge when !_acknowledged:
                _acknowledged = true;
                _connection.Agree(UaHandshake.ReadAcknowledge(chunk, _options.Limits));
                Issue();
                break;
            case UaChunkKind.Error:
                (uint status, string reason) = UaHandshake.ReadError(chunk[UaChunk.HeaderBytes..]);
                throw new UaException(status, $"{EndpointUrl} ended the connection{(reason.Length > 0 ? $" ({reason})" : "")}");
            case UaChunkKind.Close:
                throw new UaException(UaStatusCodes.BadSecureChannelClosed, $"{EndpointUrl} closed the channel");
            default:
                throw new UaException(UaStatusCodes.BadTcpMessageTypeInvalid, $"{EndpointUrl} sent a {header.Kind} where none belongs");
        }
    }

    /// <summary>For tests: asks for a new token now.</summary>
    internal void Renew(long now)
    {
        Opening opening = new(_requests.NextId(), SecurityTokenRequestType.Renew, Nonce(), now + (long)_options.RenewTimeout.TotalMilliseconds);
        if (Interlocked.CompareExchange(ref _opening, opening, null) is not null) return;
        // Signing takes milliseconds; the timer has others to look after.
        ThreadPool.UnsafeQueueUserWorkItem(static state => state.Channel.Ask(state.Opening), (Channel: this, Opening: opening), preferLocal: false);
    }

    /// <summary>For tests: the sequence numbers sent go on behind this one.</summary>
    internal void SkipSequence(uint last) => _connection.Outbox.Skip(last);

    private static UaRequestHeader Header(uint requestHandle) => new(UaNodeId.Null, DateTime.UtcNow.Ticks, requestHandle, 0);

    private byte[]? Nonce() => _options.Policy == UaSecurityPolicy.None ? null : RandomNumberGenerator.GetBytes(UaPolicyProfile.NonceBytes);

    private void Issue()
    {
        // Whoever connects has the deadline.
        Opening opening = new(_requests.NextId(), SecurityTokenRequestType.Issue, Nonce(), long.MaxValue);
        _opening = opening;
        Ask(opening);
    }

    private void Ask(Opening opening)
    {
        using UaBuffer body = new();
        new UaWriter(body).Message(new OpenSecureChannelRequest(
            Header(opening.RequestId), UaHandshake.Version, opening.Type, _options.Mode, opening.Nonce, (uint)_options.TokenLifetime.TotalMilliseconds));
        _connection.Outbox.SendOpen(_profile, _options.Own, _options.Server, Id, opening.RequestId, body.Written);
    }

    private void TakeOpen(ReadOnlySpan<byte> chunk)
    {
        UaOpenHeader header = UaOpenChunk.ReadHeader(chunk);
        if (_opening is not { } opening) throw new UaException(UaStatusCodes.BadTcpMessageTypeInvalid, $"{EndpointUrl} answered an OpenSecureChannel that was not asked");
        if (header.PolicyUri != _profile.Uri)
        {
            throw new UaException(UaStatusCodes.BadSecurityPolicyRejected, $"{EndpointUrl} was asked for the policy {_profile.Uri} and answered with {header.PolicyUri}; that is not accepted");
        }
        if (_options.Policy != UaSecurityPolicy.None
            && (!header.SenderCertificate.AsSpan().StartsWith(_options.Server!.Raw) || !header.ReceiverThumbprint.AsSpan().SequenceEqual(_options.Own!.ThumbprintBytes)))
        {
            throw new UaException(
                UaStatusCodes.BadCertificateInvalid, $"{EndpointUrl} answered with another certificate than its endpoint's, {_options.Server!.Thumbprint}, or for another client; read its endpoints again");
        }
        UaOpened opened = UaOpenChunk.Unprotect(_profile, _options.Own, _options.Server, chunk, header.ClearBytes);
        _connection.Inbound.TakeSequence(opened.Sequence);
        OpenSecureChannelResponse response = UaMessages.Response<OpenSecureChannelResponse>(opened.Body, $"OpenSecureChannel to {EndpointUrl}");
        ChannelSecurityToken given = response.SecurityToken;
        bool renews = opening.Type == SecurityTokenRequestType.Renew;
        if (opened.RequestId != opening.RequestId || given.ChannelId != header.ChannelId || (renews && given.ChannelId != Id) || given.RevisedLifetime == 0)
        {
            throw new UaException(UaStatusCodes.BadSecureChannelIdInvalid, $"{EndpointUrl} answered an OpenSecureChannel with another channel's token");
        }
        byte[] nonce = response.ServerNonce ?? [];
        if (_options.Policy != UaSecurityPolicy.None && nonce.Length != UaPolicyProfile.NonceBytes)
        {
            throw new UaException(UaStatusCodes.BadNonceInvalid, $"{EndpointUrl} gave a nonce of {nonce.Length} bytes; {_options.Policy} has {UaPolicyProfile.NonceBytes}");
        }
        UaChannelToken token = new(
            given.ChannelId, given.TokenId, TimeSpan.FromMilliseconds(given.RevisedLifetime), Environment.TickCount64, _profile, _options.Mode, opening.Nonce, nonce);
        _connection.Inbound.Install(token);
        _connection.Outbox.Use(token);
        _token = token;
        _opening = null;
        if (!renews)
        {
            UaChannelLog.Opened(_logger, EndpointUrl, token.ChannelId, _options.Policy, _options.Mode, token.Lifetime);
            _opened.TrySetResult();
            return;
        }
        Volatile.Write(ref _renewals, _renewals + 1);
        UaChannelLog.Renewed(_logger, EndpointUrl, token.ChannelId, token.Lifetime);
    }

    private void TakeMessage(byte[] bytes, int at, in UaChunkHeader header)
    {
        UaAssembled assembled = _connection.Inbound.Take(bytes, at, header, Environment.TickCount64, out uint requestId, out ReadOnlySpan<byte> message, out _);
        if (assembled == UaAssembled.Incomplete) return;
        if (assembled == UaAssembled.TooMany) throw new UaException(UaStatusCodes.BadTcpNotEnoughResources, $"{EndpointUrl} mixes the chunks of more than {UaChunkAssembly.MaxUnderWay} responses");
        lock (_completing)
        {
            if (_requests.Take(requestId) is not { } pending)
            {
                _lateResponses++;
                return;
            }
            switch (assembled)
            {
                case UaAssembled.Complete:
                    pending.Complete(message);
                    break;
                case UaAssembled.Aborted:
                    (uint status, string reason) = UaHandshake.ReadError(message);
                    pending.Fail(new UaException(status, $"{EndpointUrl} gave a response up{(reason.Length > 0 ? $" ({reason})" : "")}"));
                    break;
                default:
                    pending.Fail(new UaException(
                        UaStatusCodes.BadResponseTooLarge, $"A response of {EndpointUrl} is larger than {_options.Limits.MaxMessageBytes} bytes or {_options.Limits.MaxChunkCount} chunks; ask for less at once"));
                    break;
            }
        }
    }

    private async Task RunAsync()
    {
        UaChannelTimer.Add(this);
        UaException reason;
        try
        {
            reason = await _connection.RunAsync().ConfigureAwait(false);
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            reason = EndForDefect(defect);
        }
        if (_closing) reason = new UaException(UaStatusCodes.BadSecureChannelClosed, $"The channel to {EndpointUrl} was closed by this side");
        UaChannelTimer.Remove(this);
        _requests.Close(reason);
        lock (_completing)
        {
            while (_requests.TakeAny() is { } pending)
            {
                try
                {
                    pending.Fail(reason);
                }
                catch (Exception defect) when (defect is not OutOfMemoryException)
                {
                    // The others are told all the same.
                    UaChannelLog.Defect(_logger, EndpointUrl, defect);
                }
            }
        }
        _connection.Dispose();
        _opened.TrySetException(reason);
        // Whoever connects sees it; when nobody waits any more it is no unobserved failure.
        _ = _opened.Task.Exception;
        _ended.TrySetResult(reason);
    }

    private UaException EndForDefect(Exception defect)
    {
        UaChannelLog.Defect(_logger, EndpointUrl, defect);
        UaException reason = new(UaStatusCodes.BadInternalError, $"Whoever takes the messages of {EndpointUrl} failed ({defect.GetType().Name})", defect);
        _connection.End(reason);
        return reason;
    }

    private sealed record Opening(uint RequestId, SecurityTokenRequestType Type, byte[]? Nonce, long Deadline);
}
