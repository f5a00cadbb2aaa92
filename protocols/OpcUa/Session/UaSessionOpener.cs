using System.Security.Cryptography;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>An active session on an open channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Services">The session's services.</param>
/// <param name="Server">What the server said of itself.</param>
/// <param name="Activation">How it came to be active.</param>
/// <param name="Timeout">How long the server keeps it without a request.</param>
internal sealed record UaOpened(UaClientChannel Channel, UaServices Services, UaServerFacts Server, UaActivation Activation, TimeSpan Timeout);

/// <summary>
/// From nothing to an active session (OPC 10000-4, 5.5 and 5.7): discovery, channel, session; and, as long as the server keeps it, the same session on the next channel. Holds what lives longer than a channel.
/// One caller at a time.
/// </summary>
internal sealed class UaSessionOpener : IDisposable
{
    // Activations of one session that ended without an answer that says why: its channel broke, or no answer came. A session that breaks the server's neck each time must not be tried for ever.
    private const int MostResumes = 3;

    // A session that is of no use is closed for the server's sake; one that does not answer by then drops it at its timeout.
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(3);

    private readonly UaSessionOptions _options;
    private readonly ILogger _logger;
    private readonly Action<UaClientChannel, UaException>? _sessionGone;
    private readonly UaCertificateCheck? _check;
    private readonly UaUserTokens _tokens;
    private UaCertificate? _own;
    private UaServerIdentity? _server;
    private UaKeptSession? _kept;
    private int _resumes;

    /// <summary>An opener that has done nothing yet.</summary>
    /// <param name="options">The session.</param>
    /// <param name="logger">Where it says what changes.</param>
    /// <param name="clock">For the validity of certificates.</param>
    /// <param name="sessionGone">Told by any thread when the server answers that it does not have the session of a channel any more.</param>
    public UaSessionOpener(UaSessionOptions options, ILogger logger, TimeProvider clock, Action<UaClientChannel, UaException>? sessionGone = null)
    {
        _options = options;
        _logger = logger;
        _sessionGone = sessionGone;
        _check = options.Certificates is { } store ? new UaCertificateCheck { Store = store, HostName = options.CheckHostName, Clock = clock } : null;
        _tokens = new UaUserTokens(options, _check);
    }

    private bool IsSecured => _options.Policy != UaSecurityPolicy.None;

    /// <summary>The host of an endpoint's URL.</summary>
    public static string HostOf(string endpointUrl) => new UaClientChannelOptions { EndpointUrl = endpointUrl }.Address().Host;

    /// <summary>Opens a channel, and the session on it.</summary>
    /// <exception cref="UaException">It did not work; nothing is left open.</exception>
    public async Task<UaOpened> OpenAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.ConnectTimeout);
        try
        {
            bool fromBefore = _server is not null;
            try
            {
                return await OpenOnceAsync(timeout.Token).ConfigureAwait(false);
            }
            catch (UaException) when (fromBefore && _server is null)
            {
                return await OpenOnceAsync(timeout.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ForgetServer();
            throw new UaException(UaStatusCodes.BadTimeout, $"{_options.EndpointUrl}: no active session in {_options.ConnectTimeout.TotalSeconds:0.###} s");
        }
    }

    /// <summary>The session's user has set it up: it is worth having again on the next channel.</summary>
    public void Settle()
    {
        _resumes = 0;
        if (_kept is not null) _kept.IsSettled = true;
    }

    /// <summary>The next session is a new one.</summary>
    public void Forget()
    {
        _kept?.Dispose();
        _kept = null;
        _resumes = 0;
    }

    /// <summary>Closes the session and its channel in order; what the server says to it does not matter any more.</summary>
    public async Task CloseAsync(UaOpened opened, bool deleteSubscriptions, CancellationToken hurry)
    {
        if (_kept is not null && !opened.Channel.Ended.IsCompleted) await CloseSessionAsync(opened.Channel, _kept, deleteSubscriptions, hurry).ConfigureAwait(false);
        Forget();
        try
        {
            await opened.Channel.CloseAsync().WaitAsync(hurry).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Whoever waits for it has no time: the socket is closed without a word.
            await opened.Channel.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        ForgetServer();
        _own?.Dispose();
        _own = null;
    }

    private void ForgetServer()
    {
        _server?.Dispose();
        _server = null;
    }

    private async Task<UaServerIdentity> DiscoverAsync(CancellationToken cancellationToken)
    {
        if (_options.Certificates is null)
        {
            throw new UaException(UaStatusCodes.BadConfigurationError, $"{_options.EndpointUrl}: the policy {_options.Policy} needs a folder of certificates; configure one");
        }
        _own ??= UaApplication.OpenOwn(_options.Certificates);
        IReadOnlyList<EndpointDescription> endpoints = await UaDiscovery.GetEndpointsAsync(_options.EndpointUrl, _options.ConnectTimeout, _logger, cancellationToken).ConfigureAwait(false);
        EndpointDescription endpoint = UaDiscovery.Pick(endpoints, _options.Policy, _options.Mode, _options.EndpointUrl);
        if (endpoint.ServerCertificate is not { Length: > 0 } certificate)
        {
            throw new UaException(UaStatusCodes.BadCertificateInvalid, $"{_options.EndpointUrl} offers {_options.Policy} with {_options.Mode} and shows no certificate for it");
        }
        return new UaServerIdentity(endpoint, endpoints, UaCertificate.Parse(certificate));
    }

    private async Task<UaOpened> OpenOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (IsSecured) _server ??= await DiscoverAsync(cancellationToken).ConfigureAwait(false);
            UaClientChannel channel = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            return await OpenSessionAsync(channel, cancellationToken).ConfigureAwait(false);
        }
        catch (UaException failed) when (failed.Status is not (UaStatusCodes.BadNotConnected or UaStatusCodes.BadTimeout))
        {
            // The server may be another one by now, with another certificate or other users: its endpoints are read again. Where nobody answers, there is nothing to read.
            ForgetServer();
            throw;
        }
    }

    private async Task<UaClientChannel> ConnectAsync(CancellationToken cancellationToken)
    {
        UaClientChannelOptions options = new()
        {
            EndpointUrl = _options.EndpointUrl,
            Policy = _options.Policy,
            Mode = _options.Mode,
            Own = _own,
            Server = _server?.Certificate,
            ServerUri = _server?.Endpoint.Server.ApplicationUri,
            Check = _check,
            Limits = _options.Limits,
            ConnectTimeout = _options.ConnectTimeout,
            RenewTimeout = _options.RequestTimeout,
        };
        try
        {
            return await UaClientChannel.ConnectAsync(options, _logger, cancellationToken).ConfigureAwait(false);
        }
        catch (UaException refused) when (IsSecured && refused.Status is UaStatusCodes.BadSecurityChecksFailed or UaStatusCodes.BadConnectionClosed)
        {
            // What a server thinks of a certificate it keeps to itself (OPC 10000-4, 6.1.3), and most often it is this.
            throw new UaException(
                refused.Status, $"{_options.EndpointUrl} opened no channel with {_options.Policy}; perhaps it does not trust this client yet: have it trust the certificate {_own!.Thumbprint}, "
                + $"which is in {Path.Combine(_options.Certificates!.Folder, "own")} ({refused.Message})", refused);
        }
    }

    private async Task<UaOpened> OpenSessionAsync(UaClientChannel channel, CancellationToken cancellationToken)
    {
        UaActivation activation = UaActivation.Resumed;
        try
        {
            if (!await TryResumeAsync(channel, cancellationToken).ConfigureAwait(false))
            {
                activation = UaActivation.New;
                await CreateAsync(channel, cancellationToken).ConfigureAwait(false);
                await ActivateAsync(channel, _kept!, cancellationToken).ConfigureAwait(false);
            }
            UaServices services = new(channel, _kept!.Token, _options.RequestTimeout, _sessionGone is null ? null : gone => _sessionGone(channel, gone));
            UaServerFacts facts = await UaServerFacts.ReadAsync(services, cancellationToken).ConfigureAwait(false);
            return new UaOpened(channel, services.With(facts), facts, activation, _kept.Timeout);
        }
        catch (Exception failed)
        {
            // A session nobody has used is closed; one that was resumed is still worth a try, unless the server says it has gone.
            if (activation == UaActivation.New)
            {
                if (_kept is not null && !channel.Ended.IsCompleted) await CloseSessionAsync(channel, _kept, deleteSubscriptions: false, cancellationToken).ConfigureAwait(false);
                Forget();
            }
            else if (failed is UaException gone && UaSessionFaults.IsSessionGone(gone.Status))
            {
                Forget();
            }
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> TryResumeAsync(UaClientChannel channel, CancellationToken cancellationToken)
    {
        // One that was never set up would be taken for one that was.
        if (_kept is null || !_kept.IsSettled || _resumes >= MostResumes)
        {
            Forget();
            return false;
        }
        _resumes++;
        try
        {
            await ActivateAsync(channel, _kept, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (UaException refused) when (UaSessionFaults.IsNotResumable(refused.Status))
        {
            UaSessionLog.NotResumed(_logger, _options.EndpointUrl, refused.Message);
            Forget();
            return false;
        }
    }

    private async Task CreateAsync(UaClientChannel channel, CancellationToken cancellationToken)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(UaPolicyProfile.NonceBytes);
        CreateSessionResponse created = await new UaServices(channel, UaNodeId.Null, _options.ConnectTimeout).CallAsync<CreateSessionRequest, CreateSessionResponse>(
            header => new CreateSessionRequest(
                header, UaApplication.Describe(_own), null, _options.EndpointUrl, _options.Name, nonce, _own?.Raw, _options.SessionTimeout.TotalMilliseconds, (uint)_options.Limits.MaxMessageBytes),
            cancellationToken).ConfigureAwait(false);
        EndpointDescription? endpoint;
        if (IsSecured)
        {
            UaServerProof.Demand(created, _server!, _options, _own!, nonce);
            endpoint = _server!.Endpoint;
        }
        else
        {
            endpoint = created.ServerEndpoints.FirstOrDefault(e => UaDiscovery.IsReachable(e) && e.SecurityMode == UaSecurityMode.None);
        }
        byte[]? certificate = created.ServerCertificate is { Length: > 0 } shown ? shown : endpoint?.ServerCertificate;
        TimeSpan timeout = created.RevisedSessionTimeout is > 0 and < int.MaxValue ? TimeSpan.FromMilliseconds(created.RevisedSessionTimeout) : _options.SessionTimeout;
        _kept = new UaKeptSession(created.AuthenticationToken, timeout, endpoint, certificate is { Length: > 0 } ? UaCertificate.Parse(certificate) : null) { ServerNonce = created.ServerNonce };
    }

    private async Task ActivateAsync(UaClientChannel channel, UaKeptSession session, CancellationToken cancellationToken)
    {
        UaCertificate? server = _server?.Certificate ?? session.ServerCertificate;
        SignatureData proof = IsSecured
            ? new SignatureData(UaPolicyProfile.Of(_options.Policy).SignatureUri, UaSessionSignature.Sign(_options.Policy, _own!, server!.Raw, session.ServerNonce))
            : default;
        UaUserToken user = _tokens.Make(session.Endpoint, server, session.ServerNonce);
        ActivateSessionResponse activated = await new UaServices(channel, session.Token, _options.ConnectTimeout).CallAsync<ActivateSessionRequest, ActivateSessionResponse>(
            header => new ActivateSessionRequest(header, proof, [], user.Token, user.Signature), cancellationToken).ConfigureAwait(false);
        if (IsSecured) UaServerProof.DemandNonce(activated.ServerNonce, "ActivateSession", _options.EndpointUrl);
        session.ServerNonce = activated.ServerNonce;
    }

    private static async Task CloseSessionAsync(UaClientChannel channel, UaKeptSession session, bool deleteSubscriptions, CancellationToken hurry)
    {
        try
        {
            await new UaServices(channel, session.Token, CloseTime).CallAsync<CloseSessionRequest, CloseSessionResponse>(
                header => new CloseSessionRequest(header, deleteSubscriptions), hurry).ConfigureAwait(false);
        }
        catch (Exception unheard) when (unheard is UaException or OperationCanceledException)
        {
            // The server drops it at its timeout.
            return;
        }
    }
}
