using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Unit.OpcUa.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.OpcUa.Server;

/// <summary>A server of <see cref="TestVariables"/> on a loopback port, and bare clients of it.</summary>
internal sealed class UaServerRig : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestStore _store;

    /// <summary>A server.</summary>
    /// <param name="variables">How many.</param>
    /// <param name="change">Of the options.</param>
    /// <param name="port">Its port; 0 for any.</param>
    /// <param name="before">Another that has stopped, whose trust it takes over.</param>
    public UaServerRig(int variables = 100, Func<UaServerOptions, UaServerOptions>? change = null, int port = 0, UaServerRig? before = null)
    {
        _store = before?._store ?? new TestStore(TestCertificates.Client, TestCertificates.Server);
        Variables = new TestVariables(variables);
        UaServerOptions options = new()
        {
            Port = port,
            ApplicationUri = TestCertificates.ServerUri,
            Folder = "Press",
            Namespaces = ["urn:test:plant"],
            Channel = new UaServerChannelOptions
            {
                Endpoints = [.. TestCertificates.Securities.Select(s => new UaEndpointSecurity((UaSecurityPolicy)((object[])s)[0], (UaSecurityMode)((object[])s)[1]))],
                Own = TestCertificates.Server,
                Check = _store.Check,
            },
        };
        Server = new UaServer(change?.Invoke(options) ?? options, Variables, NullLogger.Instance);
        Server.Start();
    }

    public TestVariables Variables { get; }

    public UaServer Server { get; }

    public UaCertificateStore Store => _store.Store;

    public Task<UaClientChannel> ConnectAsync(UaSecurityPolicy policy = UaSecurityPolicy.None, UaSecurityMode mode = UaSecurityMode.None) => UaClientChannel.ConnectAsync(
        new UaClientChannelOptions
        {
            EndpointUrl = Server.EndpointUrl,
            Policy = policy,
            Mode = mode,
            Own = TestCertificates.Client,
            Server = TestCertificates.Server,
            Check = _store.Check,
            ConnectTimeout = Patience,
        },
        NullLogger.Instance);

    /// <summary>A session, active, on a channel of its own.</summary>
    public async Task<UaServerClient> ActivateAsync(UaSecurityPolicy policy = UaSecurityPolicy.None, UaSecurityMode mode = UaSecurityMode.None)
    {
        UaServerClient client = new(await ConnectAsync(policy, mode), policy);
        await client.CreateAsync();
        await client.ActivateAsync();
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _store.Dispose();
    }
}

/// <summary>A session of a test, by the bare services.</summary>
internal sealed class UaServerClient(UaClientChannel channel, UaSecurityPolicy policy) : IAsyncDisposable
{
    private uint _handle;
    private byte[] _serverNonce = [];

    public UaClientChannel Channel { get; set; } = channel;

    public UaNodeId Token { get; set; }

    public CreateSessionResponse? Created { get; private set; }

    public UaRequestHeader Header => new(Token, DateTime.UtcNow.Ticks, ++_handle, (uint)UaServerRig.Patience.TotalMilliseconds);

    public Task<TResponse> CallAsync<TRequest, TResponse>(TRequest request)
        where TRequest : IUaMessage<TRequest>
        where TResponse : IUaResponse<TResponse> => Channel.CallAsync<TRequest, TResponse>(request, UaServerRig.Patience);

    public async Task CreateAsync(double timeout = 60_000, string clientUri = TestCertificates.ClientUri)
    {
        byte[] nonce = new byte[32];
        Random.Shared.NextBytes(nonce);
        Created = await CallAsync<CreateSessionRequest, CreateSessionResponse>(new CreateSessionRequest(
            Header, new ApplicationDescription(clientUri, "urn:test", new UaLocalizedText(null, "test"), ApplicationType.Client, null, null, []), null, Channel.EndpointUrl, "test",
            nonce, policy == UaSecurityPolicy.None ? null : TestCertificates.Client.Raw, timeout, 0));
        Assert.True(UaSessionSignature.Verify(policy, TestCertificates.Server, TestCertificates.Client.Raw, nonce, Created.ServerSignature.Signature));
        Token = Created.AuthenticationToken;
        _serverNonce = Created.ServerNonce!;
    }

    public async Task ActivateAsync(UaExtensionObject? identity = null, SignatureData userSignature = default)
    {
        SignatureData signature = policy == UaSecurityPolicy.None
            ? default
            : new SignatureData(UaPolicyProfile.Of(policy).SignatureUri, UaSessionSignature.Sign(policy, TestCertificates.Client, TestCertificates.Server.Raw, _serverNonce));
        ActivateSessionResponse activated = await CallAsync<ActivateSessionRequest, ActivateSessionResponse>(
            new ActivateSessionRequest(Header, signature, [], identity ?? UaExtensionObject.Of(new AnonymousIdentityToken("anonymous")), userSignature));
        _serverNonce = activated.ServerNonce!;
    }

    public UaExtensionObject Password(string user, string password, UaSecurityPolicy secretPolicy) => UaExtensionObject.Of(new UserNameIdentityToken(
        "username", user, UaTokenSecret.Encrypt(secretPolicy, TestCertificates.Server, System.Text.Encoding.UTF8.GetBytes(password), _serverNonce), UaPolicyProfile.Of(secretPolicy).EncryptionUri));

    /// <summary>A user's proof that a certificate is its own, for the next activation.</summary>
    public SignatureData Signature(UaCertificate user, UaSecurityPolicy userPolicy) =>
        new(UaPolicyProfile.Of(userPolicy).SignatureUri, UaSessionSignature.Sign(userPolicy, user, TestCertificates.Server.Raw, _serverNonce));

    public async Task<IReadOnlyList<UaDataValueCopy>> ReadAsync(params ReadValueId[] items) =>
        (await CallAsync<ReadRequest, ReadResponse>(new ReadRequest(Header, 0, TimestampsToReturn.Both, items))).Results;

    public Task<CreateSubscriptionResponse> SubscribeAsync(double interval = 50, uint keepAlive = 10, uint lifetime = 1000, uint mostNotifications = 0) =>
        CallAsync<CreateSubscriptionRequest, CreateSubscriptionResponse>(new CreateSubscriptionRequest(Header, interval, lifetime, keepAlive, mostNotifications, true, 0));

    public async Task<IReadOnlyList<MonitoredItemCreateResult>> MonitorAsync(uint subscription, IEnumerable<MonitoredItemCreateRequest> items) =>
        (await CallAsync<CreateMonitoredItemsRequest, CreateMonitoredItemsResponse>(new CreateMonitoredItemsRequest(Header, subscription, TimestampsToReturn.Source, [.. items]))).Results;

    public static MonitoredItemCreateRequest Item(UaNodeId node, uint handle, double sampling = 50, uint queue = 1, DataChangeFilter? filter = null, bool discardOldest = true, MonitoringMode mode = MonitoringMode.Reporting) =>
        new(new ReadValueId(node), mode, new MonitoringParameters(handle, sampling, filter is { } f ? UaExtensionObject.Of(f) : UaExtensionObject.None, queue, discardOldest));

    public Task<PublishResponse> PublishAsync(params SubscriptionAcknowledgement[] acknowledged) => CallAsync<PublishRequest, PublishResponse>(new PublishRequest(Header, acknowledged));

    /// <summary>The values of a message.</summary>
    public static IReadOnlyList<MonitoredItemNotification> ValuesOf(NotificationMessage message) =>
        [.. message.NotificationData.SelectMany(d => d.TryDecode<DataChangeNotification>(out DataChangeNotification? change) ? change.MonitoredItems : [])];

    public static async Task<uint> FaultOfAsync(Func<Task> call) => (await Assert.ThrowsAsync<UaException>(call)).Status;

    public async ValueTask DisposeAsync() => await Channel.DisposeAsync();
}
