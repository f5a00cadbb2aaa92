using System.Text;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Faults;
using HyperIngest.Tests.Unit.OpcUa.Security;
using HyperIngest.Tests.Unit.OpcUa.Session;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Interop.OpcUa;

/// <summary>Sessions with node-opcua's server: every policy and mode, every kind of user, its tree, cut connections and its restart.</summary>
public sealed class NodeOpcUaSessionTests(NodeOpcUaSessionTests.Peer peer) : IClassFixture<NodeOpcUaSessionTests.Peer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly RecordingUser _user = new();

    [Fact]
    public async Task Session_is_active_with_every_policy_and_mode_and_with_a_password_and_a_certificate()
    {
        int tried = 0;
        foreach (object[] security in (IEnumerable<object[]>)TestCertificates.Securities)
        {
            (UaSecurityPolicy policy, UaSecurityMode mode) = ((UaSecurityPolicy)security[0], (UaSecurityMode)security[1]);
            UaIdentity?[] identities = [null, new UaPasswordIdentity("press", "s3cret ü"), new UaCertificateIdentity(TestCertificates.Client)];
            foreach (UaIdentity? identity in identities)
            {
                await using UaClient client = await UaClient.OpenAsync(Options() with { Policy = policy, Mode = mode, Identity = identity }, NullLogger.Instance);
                Assert.Contains("urn:press", client.Server.Namespaces);
                Assert.Equal(ServerState.Running, client.Server.Status?.State);
                Assert.Equal((3, 700, 2), (client.Server.Limits.NodesPerBrowse, client.Server.Limits.NodesPerRead, client.Server.Limits.PathsPerTranslate));
                tried++;
            }
        }
        Assert.Equal(21, tried);
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(
            Options() with { Policy = UaSecurityPolicy.Basic256Sha256, Mode = UaSecurityMode.SignAndEncrypt, Identity = new UaPasswordIdentity("press", "wrong") }, NullLogger.Instance));
        Assert.Contains(refused.Status, (uint[])[UaStatusCodes.BadUserAccessDenied, UaStatusCodes.BadIdentityTokenRejected]);
    }

    [Fact]
    public async Task Its_tree_is_browsed_and_its_nodes_are_found_by_path_and_by_namespace()
    {
        await using UaClient client = await UaClient.OpenAsync(Options(), NullLogger.Instance);
        Assert.True(UaNodeText.TryResolve("nsu=urn:press;s=Press", client.Services.Namespaces, out UaNodeId press, out string? fault), fault);
        IReadOnlyList<UaReferences> found = await UaBrowser.BrowseAsync(
            client.Services, [press, new UaNodeId(UaNodeIds.ObjectsFolder), press, press, new UaNodeId("nothing", 1)], new UaBrowseOptions { ReferencesAtOnce = 20 });
        string[] speeds = [.. Enumerable.Range(0, 250).Select(i => $"Speed {i}")];
        Assert.All((int[])[0, 2, 3], i => Assert.Equal(speeds, found[i].References.Select(r => r.BrowseName.Name)));
        Assert.Contains(found[1].References, r => r.BrowseName.Name == "Press" && r.NodeId.NodeId == press);
        Assert.Equal(UaStatusCodes.BadNodeIdUnknown, found[4].Status);

        List<UaBrowsePath> paths = [];
        foreach (string text in (string[])["/{urn:press}Press/{urn:press}Speed 7", "/Server.ServerStatus", "/{urn:press}Press/{urn:press}Speed 999", "/{urn:press}Press.{urn:press}Speed 8"])
        {
            Assert.True(UaBrowsePath.TryParse(text, out UaBrowsePath? path, out fault), fault);
            paths.Add(path);
        }
        IReadOnlyList<UaPathTarget> targets = await UaBrowsePaths.TranslateAsync(client.Services, paths);
        Assert.Equal(
            [new UaNodeId("Press.Speed 7", press.NamespaceIndex), new UaNodeId(UaNodeIds.ServerStatus), UaNodeId.Null, new UaNodeId("Press.Speed 8", press.NamespaceIndex)], targets.Select(t => t.Node));
        Assert.Equal(UaStatusCodes.BadNoMatch, targets[2].Status);
    }

    [Fact]
    public async Task Cut_connection_leaves_the_session_and_a_restart_makes_a_new_one()
    {
        NodeOpcUaServer server = peer.Server;
        await using CuttingProxy proxy = new(server.Port);
        UaSessionOptions options = Options() with
        {
            EndpointUrl = $"opc.tcp://127.0.0.1:{proxy.Port}",
            Policy = UaSecurityPolicy.Aes256Sha256RsaPss,
            Mode = UaSecurityMode.SignAndEncrypt,
            Identity = new UaPasswordIdentity("press", "s3cret ü"),
            KeepAlive = TimeSpan.FromMilliseconds(100),
        };
        await using UaSession session = new(options, _user, NullLogger.Instance);
        session.Start();
        await Eventually.IsTrue(() => session.IsConnected, "connected");
        for (int cuts = 1; cuts <= 3; cuts++)
        {
            await proxy.CutAfterAsync(cuts % 2 == 0 ? CutSide.ToClient : CutSide.ToServer, 10);
            int wanted = cuts;
            await Eventually.IsTrue(() => session.Resumed == wanted && session.IsConnected, $"resumed {wanted} times");
        }
        Assert.Equal(1, session.Created);
        await server.KillAsync();
        await Eventually.IsTrue(() => !session.IsConnected, "the server's end was noticed");
        await server.StartAsync();
        await Eventually.IsTrue(() => session.Created == 2 && session.IsConnected, "a second session");
        Assert.Equal(["New", "Offline", "Resumed", "Offline", "Resumed", "Offline", "Resumed", "Offline", "New"], _user.Events);
        Assert.Equal("urn:press", Encoding.UTF8.GetString(await NamespaceAsync(_user.Services!)));
    }

    private static async Task<byte[]> NamespaceAsync(IUaServices services)
    {
        ReadResponse read = await services.CallAsync<ReadRequest, ReadResponse>(header => new ReadRequest(header, 0, TimestampsToReturn.Neither, [new ReadValueId(new UaNodeId(UaNodeIds.NamespaceArray))]));
        UaElements elements = new(read.Results[0].Value.Value);
        byte[] last = [];
        while (elements.Next(out UaVariant element)) last = element.Bytes.ToArray();
        return last;
    }

    private UaSessionOptions Options() => new()
    {
        EndpointUrl = peer.Server.Url,
        Certificates = peer.Certificates,
        // Its certificate has the name of the host it was made on.
        CheckHostName = false,
        ConnectTimeout = Patience,
        RequestTimeout = Patience,
        FirstPause = TimeSpan.FromMilliseconds(20),
        LongestPause = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>The server all of them use, and a store that trusts it.</summary>
    public sealed class Peer : IAsyncLifetime, IDisposable
    {
        private TestStore? _store;

        internal NodeOpcUaServer Server { get; private set; } = null!;

        internal UaCertificateStore Certificates => _store!.Store;

        public async Task InitializeAsync()
        {
            Server = await NodeOpcUaServer.StartAsync("node_opcua_session_server.js");
            IReadOnlyList<EndpointDescription> endpoints = await UaDiscovery.GetEndpointsAsync(Server.Url, Patience, NullLogger.Instance);
            using UaCertificate certificate = UaCertificate.Parse(endpoints.First(e => e.ServerCertificate is { Length: > 0 }).ServerCertificate);
            _store = new TestStore(certificate);
        }

        public async Task DisposeAsync() => await Server.DisposeAsync();

        public void Dispose() => _store?.Dispose();
    }
}
