using System.Net.Sockets;
using System.Security.Cryptography;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>The server's side of a secure channel: one accepted connection, from Hello to its end.</summary>
public sealed class UaServerChannel : IDisposable, IUaTimed, IUaChunkTaker
{
    // Not from 0 on: a client that comes back after a restart must not find its old id valid.
    private static uint _lastChannelId = (uint)Random.Shared.Next(1, int.MaxValue);

    private readonly UaServerChannelOptions _options;
    private readonly IUaRequestHandler _handler;
    private readonly ILogger _logger;
    private readonly UaConnection _connection;
    private readonly long _openBy;
    private readonly string _client;
    private UaPolicyProfile _profile = UaPolicyProfile.Of(UaSecurityPolicy.None);

    // The loop's.
    private bool _greeted;
    private uint _lastTokenId;

    // Written by the loop, read by the timer.
    private volatile UaChannelToken? _token;

    /// <summary>A channel of an accepted socket, which is its own from now on; nothing happens before <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public UaServerChannel(Socket socket, UaServerChannelOptions options, IUaRequestHandler handler, ILogger logger)
    {
        options.Demand();
        _options = options;
        _handler = handler;
        _logger = logger;
        _client = socket.RemoteEndPoint?.ToString() ?? "?";
        _openBy = Environment.TickCount64 + (long)options.OpenTimeout.TotalMilliseconds;
        _connection = new UaConnection(socket, options.Limits, options.MaxUnsentBytes, this);
    }

    /// <summary>The channel's id; 0 before it is open.</summary>
    public uint Id { get; private set; }

    /// <summary>The URL the client said it connects to.</summary>
    public string EndpointUrl { get; private set; } = "";

    /// <summary>Address and port of the client.</summary>
    public string Client => _client;

    /// <summary>The policy in force.</summary>
    public UaSecurityPolicy Policy => _profile.Policy;

    /// <summary>The mode in force.</summary>
    public UaSecurityMode Mode { get; private set; } = UaSecurityMode.None;

    /// <summary>Whether the channel is there for discovery alone: it has no security, and the server offers nothing without.</summary>
    public bool IsForDiscovery => Id != 0 && _options.IsForDiscovery(_profile.Policy);

    /// <summary>The client's certificate; null with policy None.</summary>
    public UaCertificate? ClientCertificate { get; private set; }

    /// <summary>Bytes received.</summary>
    public long ReceivedBytes => _connection.ReceivedBytes;

    /// <summary>Bytes sent.</summary>
    public long SentBytes => _connection.Outbox.SentBytes;

    /// <summary>Most bytes of a response that the client takes; 0 before the channel is open.</summary>
    public int MaxResponseBytes => _connection.Outbox.MostMessageBytes;

    /// <summary>Serves until either side ends it; never throws.</summary>
    public async Task RunAsync()
    {
        UaChannelTimer.Add(this);
        UaException reason;
        try
        {
            reason = await _connection.RunAsync().ConfigureAwait(false);
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            UaChannelLog.Defect(_logger, _client, defect);
            reason = new UaException(UaStatusCodes.BadInternalError, "The server failed to answer", defect);
        }
        if (reason.Status is not (UaStatusCodes.BadConnectionClosed or UaStatusCodes.BadSecureChannelClosed))
        {
            UaChannelLog.Refused(_logger, _client, EndpointUrl, reason.Message);
            // What is wrong with a certificate, and what a server trusts, is told to nobody (OPC 10000-4, 6.1.3).
            bool secret = IsCertificateFault(reason.Status);
            await _connection.SendErrorAsync(secret ? UaStatusCodes.BadSecurityChecksFailed : reason.Status, secret ? "" : reason.Message).ConfigureAwait(false);
        }
        UaChannelTimer.Remove(this);
        _connection.Dispose();
        try
        {
            _handler.Ended(this, reason);
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            UaChannelLog.Defect(_logger, _client, defect);
        }
        ClientCertificate?.Dispose();
    }

    /// <summary>Answers a request, from any thread: the id of the response's encoding and its fields. The buffer may be used again when this returns.</summary>
    /// <returns>False when it is larger than the client takes, which then gets BadResponseTooLarge instead, or the channel has ended.</returns>
    public bool TryRespond(uint requestId, UaBuffer message)
    {
        if (_connection.Outbox.TrySend(UaChunkKind.Message, requestId, message.Written)) return true;
        if (_connection.Outbox.Fits(message.Length)) return false;
        UaChannelLog.ResponseTooLarge(_logger, _client, requestId, message.Length);
        _connection.Outbox.Abort(requestId, UaStatusCodes.BadResponseTooLarge, $"The response has {message.Length} bytes; ask for less at once.");
        return false;
    }

    /// <summary>Gives a response up: the client gets the status instead (an abort chunk).</summary>
    public void Abort(uint requestId, uint status, string reason) => _connection.Outbox.Abort(requestId, status, reason);

    /// <summary>Closes the socket without a word; <see cref="RunAsync"/> ends.</summary>
    public void Dispose() => _connection.End(new UaException(UaStatusCodes.BadSecureChannelClosed, "The server closed the channel"));

    /// <inheritdoc/>
    void IUaTimed.Tick(long now)
    {
        if (_token is null ? now > _openBy : now > _token.EndsAt)
        {
            _connection.End(new UaException(UaStatusCodes.BadSecureChannelClosed, _token is null ? "The client opened no channel in time" : "The client did not renew the channel in time"));
        }
    }

    /// <inheritdoc/>
    void IUaChunkTaker.Take(byte[] bytes, int at, in UaChunkHeader header)
    {
        switch (header.Kind)
        {
            case UaChunkKind.Message when _token is not null:
                TakeRequest(bytes, at, header);
                break;
            case UaChunkKind.Open when _greeted:
                TakeOpen(bytes.AsSpan(at, header.Bytes));
                break;
            case UaChunkKind.Hello when !_greeted:
                _greeted = true;
                UaAgreedLimits agreed = UaHandshake.ReadHello(bytes.AsSpan(at, header.Bytes), _options.Limits, out string url);
                EndpointUrl = url;
                _connection.Agree(agreed);
                _connection.Outbox.SendBare(UaHandshake.Acknowledge(_options.Limits with { ReceiveBufferBytes = agreed.ReceiveChunkBytes, SendBufferBytes = agreed.SendChunkBytes }));
                break;
            case UaChunkKind.Close when _token is not null:
                _connection.Inbound.Take(bytes, at, header, Environment.TickCount64, out _, out _, out _);
                throw new UaException(UaStatusCodes.BadSecureChannelClosed, $"{_client} closed the channel");
            default:
                throw new UaException(UaStatusCodes.BadTcpMessageTypeInvalid, $"A {header.Kind} came where none belongs");
        }
    }

    private static bool IsCertificateFault(uint status) => status is UaStatusCodes.BadCertificateInvalid or UaStatusCodes.BadCertificateTimeInvalid or UaStatusCodes.BadCertificateIssuerTimeInvalid
        or UaStatusCodes.BadCertificateHostNameInvalid or UaStatusCodes.BadCertificateUriInvalid or UaStatusCodes.BadCertificateUseNotAllowed or UaStatusCodes.BadCertificateUntrusted
        or UaStatusCodes.BadCertificateChainIncomplete or UaStatusCodes.BadCertificatePolicyCheckFailed;

    private void TakeRequest(byte[] bytes, int at, in UaChunkHeader header)
    {
        UaAssembled assembled = _connection.Inbound.Take(bytes, at, header, Environment.TickCount64, out uint requestId, out ReadOnlySpan<byte> message, out bool isFirst);
        // The client has the new token: from now on so have the answers (OPC 10000-4, 5.6.2.1).
        if (isFirst) _connection.Outbox.Use(_connection.Inbound.Current!);
        switch (assembled)
        {
            case UaAssembled.Complete:
                UaReader reader = new(message);
                uint encoding = reader.EncodingId();
                if (reader.Fault != UaFault.None) throw new UaException(UaStatusCodes.BadDecodingError, $"A request of {message.Length} bytes does not begin with the id of its encoding");
                _handler.Request(this, requestId, encoding, message[reader.Position..]);
                break;
            case UaAssembled.TooLarge:
                throw new UaException(UaStatusCodes.BadTcpMessageTooLarge, $"A request is larger than {_options.Limits.MaxMessageBytes} bytes or {_options.Limits.MaxChunkCount} chunks");
            case UaAssembled.TooMany:
                throw new UaException(UaStatusCodes.BadTcpNotEnoughResources, $"The chunks of more than {UaChunkAssembly.MaxUnderWay} requests are mixed");
            default:
                // More follows, or the client gave its request up.
                break;
        }
    }

    private void TakeOpen(ReadOnlySpan<byte> chunk)
    {
        UaOpenHeader header = UaOpenChunk.ReadHeader(chunk);
        if (header.ChannelId != Id) throw new UaException(UaStatusCodes.BadTcpSecureChannelUnknown, $"An OPN came for the channel {header.ChannelId} instead of {Id}");
        if (!UaPolicyProfile.TryFind(header.PolicyUri, out UaPolicyProfile profile) || !(_options.Endpoints.Any(e => e.Policy == profile.Policy) || _options.IsForDiscovery(profile.Policy)) || (Id != 0 && profile != _profile))
        {
            throw new UaException(UaStatusCodes.BadSecurityPolicyRejected, $"The policy '{header.PolicyUri}' is not offered{(Id != 0 ? ", or not the channel's" : "")}");
        }
        UaCertificate? client = profile.Policy == UaSecurityPolicy.None ? null : ClientOf(header, profile);
        UaOpened opened = UaOpenChunk.Unprotect(profile, _options.Own, client, chunk, header.ClearBytes);
        _connection.Inbound.TakeSequence(opened.Sequence);
        UaReader reader = new(opened.Body);
        if (reader.EncodingId() != UaEncodingIds.OpenSecureChannelRequest) throw new UaException(UaStatusCodes.BadDecodingError, "An OPN is no OpenSecureChannel");
        OpenSecureChannelRequest request = OpenSecureChannelRequest.Decode(ref reader);
        if (reader.Fault != UaFault.None) throw new UaException(UaStatusCodes.BadDecodingError, $"An OpenSecureChannel is malformed ({reader.Fault})");
        bool renews = request.RequestType == SecurityTokenRequestType.Renew;
        if (renews != (Id != 0)) throw new UaException(UaStatusCodes.BadSecureChannelIdInvalid, renews ? "There is no channel to renew" : "The connection has a channel already");
        bool isOffered = _options.Endpoints.Contains(new UaEndpointSecurity(profile.Policy, request.SecurityMode)) || (_options.IsForDiscovery(profile.Policy) && request.SecurityMode == UaSecurityMode.None);
        if (!isOffered || (renews && request.SecurityMode != Mode))
        {
            throw new UaException(UaStatusCodes.BadSecurityModeRejected, $"The mode {request.SecurityMode} is not offered with {profile.Policy}{(renews ? $", or not the channel's, {Mode}" : "")}");
        }
        byte[] nonce = request.ClientNonce ?? [];
        if (profile.Policy != UaSecurityPolicy.None && nonce.Length != UaPolicyProfile.NonceBytes)
        {
            throw new UaException(UaStatusCodes.BadNonceInvalid, $"The client's nonce has {nonce.Length} bytes; {profile.Policy} has {UaPolicyProfile.NonceBytes}");
        }
        Answer(opened.RequestId, request, profile, client, nonce);
    }

    private void Answer(uint requestId, OpenSecureChannelRequest request, UaPolicyProfile profile, UaCertificate? client, byte[] clientNonce)
    {
        if (Id == 0)
        {
            Id = NextChannelId();
            _profile = profile;
            Mode = request.SecurityMode;
            ClientCertificate = client;
        }
        double asked = request.RequestedLifetime == 0 ? double.MaxValue : request.RequestedLifetime;
        TimeSpan lifetime = TimeSpan.FromMilliseconds(Math.Clamp(asked, _options.ShortestLifetime.TotalMilliseconds, _options.LongestLifetime.TotalMilliseconds));
        byte[]? nonce = profile.Policy == UaSecurityPolicy.None ? null : RandomNumberGenerator.GetBytes(UaPolicyProfile.NonceBytes);
        UaChannelToken token = new(Id, ++_lastTokenId, lifetime, Environment.TickCount64, profile, Mode, nonce, clientNonce);
        _connection.Inbound.Install(token);
        // Who asks for the next token has the last one, even if nothing came under it yet.
        if (_token is { } last) _connection.Outbox.Use(last);
        long now = DateTime.UtcNow.Ticks;
        using UaBuffer body = new();
        new UaWriter(body).Message(new OpenSecureChannelResponse(
            new UaResponseHeader(now, request.Header.RequestHandle, StatusCodes.Good), UaHandshake.Version, new ChannelSecurityToken(Id, token.Id, now, (uint)lifetime.TotalMilliseconds), nonce));
        _connection.Outbox.SendOpen(profile, _options.Own, client, Id, requestId, body.Written);
        if (_token is null)
        {
            _connection.Outbox.Use(token);
            UaChannelLog.Opened(_logger, _client, Id, profile.Policy, Mode, lifetime);
        }
        else
        {
            UaChannelLog.Renewed(_logger, _client, Id, lifetime);
        }
        _token = token;
    }

    // The client's certificate: believed when it comes first, and the same from then on.
    private UaCertificate ClientOf(in UaOpenHeader header, UaPolicyProfile profile)
    {
        if (!header.ReceiverThumbprint.AsSpan().SequenceEqual(_options.Own!.ThumbprintBytes))
        {
            throw new UaException(UaStatusCodes.BadCertificateInvalid, $"An OPN is for the certificate {Convert.ToHexString(header.ReceiverThumbprint)}; this server's is {_options.Own.Thumbprint}");
        }
        if (ClientCertificate is { } known)
        {
            if (header.SenderCertificate.AsSpan().StartsWith(known.Raw)) return known;
            throw new UaException(UaStatusCodes.BadSecurityChecksFailed, "A channel is renewed with another certificate than it was opened with");
        }
        UaCertificate client = UaCertificate.Parse(header.SenderCertificate);
        try
        {
            _options.Check!.Demand(client, profile, _client);
            return client;
        }
        catch (UaException)
        {
            client.Dispose();
            throw;
        }
    }

    private static uint NextChannelId()
    {
        uint id;
        do id = Interlocked.Increment(ref _lastChannelId);
        while (id == 0);
        return id;
    }
}
