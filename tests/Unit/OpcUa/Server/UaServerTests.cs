using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Unit.OpcUa.Security;

namespace HyperIngest.Tests.Unit.OpcUa.Server;

/// <summary>Sessions, nodes and attributes of the server, by this product's own channel.</summary>
public sealed class UaServerTests
{
    // A channel, and the policy by which a user proves who it is.
    private static readonly (UaSecurityPolicy Policy, UaSecurityMode Mode, UaSecurityPolicy User)[] OfUsers =
    [
        (UaSecurityPolicy.None, UaSecurityMode.None, UaSecurityPolicy.Basic256Sha256),
        (UaSecurityPolicy.Aes256Sha256RsaPss, UaSecurityMode.SignAndEncrypt, UaSecurityPolicy.Aes256Sha256RsaPss),
    ];

    [Theory]
    [MemberData(nameof(TestCertificates.Securities), MemberType = typeof(TestCertificates))]
    public async Task A_session_opens_with_every_policy_and_mode(UaSecurityPolicy policy, UaSecurityMode mode)
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync(policy, mode);
        IReadOnlyList<UaDataValueCopy> values = await client.ReadAsync(new ReadValueId(new UaNodeId(UaNodeIds.ServerStatusState)), new ReadValueId(rig.Variables.NodeOf(3)), new ReadValueId(rig.Variables.NodeOf(9)));
        Assert.Equal((0u, UaBuiltInType.Int32), (values[0].Value.Status, values[0].Value.Value.Type));
        Assert.Equal(1.0, BitConverter.UInt64BitsToDouble(values[1].Value.Value.Bits));
        Assert.Equal("value 1", System.Text.Encoding.UTF8.GetString(values[2].Value.Value.Bytes));
        Assert.Equal(7, client.Created!.ServerEndpoints.Count);
        await client.CallAsync<CloseSessionRequest, CloseSessionResponse>(new CloseSessionRequest(client.Header, true));
        Assert.Equal(0, rig.Server.Counts.Sessions);
    }

    [Fact]
    public async Task A_session_goes_on_on_another_channel_of_the_same_client_and_of_no_other()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign);
        await using UaClientChannel before = client.Channel;
        client.Channel = await rig.ConnectAsync();
        Assert.Equal(UaStatusCodes.BadSecurityChecksFailed, await UaServerClient.FaultOfAsync(() => client.ActivateAsync()));
        await client.Channel.DisposeAsync();
        client.Channel = await rig.ConnectAsync(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign);
        Assert.Equal(UaStatusCodes.BadSecureChannelIdInvalid, await UaServerClient.FaultOfAsync(() => client.ReadAsync(new ReadValueId(rig.Variables.NodeOf(1)))));
        await client.ActivateAsync();
        Assert.Equal(0u, (await client.ReadAsync(new ReadValueId(rig.Variables.NodeOf(1))))[0].Value.Status);
    }

    [Fact]
    public async Task Only_users_with_the_right_password_are_let_in()
    {
        await using UaServerRig rig = new(change: o => o with { Users = new() { Anonymous = false, Passwords = new Dictionary<string, string> { ["operator"] = "s3cret" } } });
        foreach ((UaSecurityPolicy policy, UaSecurityMode mode, UaSecurityPolicy secret) in OfUsers)
        {
            await using UaServerClient client = new(await rig.ConnectAsync(policy, mode), policy);
            await client.CreateAsync();
            Assert.Equal(UaStatusCodes.BadIdentityTokenRejected, await UaServerClient.FaultOfAsync(() => client.ActivateAsync()));
            Assert.Equal(UaStatusCodes.BadUserAccessDenied, await UaServerClient.FaultOfAsync(() => client.ActivateAsync(client.Password("operator", "guess", secret))));
            Assert.Equal(UaStatusCodes.BadUserAccessDenied, await UaServerClient.FaultOfAsync(() => client.ActivateAsync(client.Password("nobody", "s3cret", secret))));
            await client.ActivateAsync(client.Password("operator", "s3cret", secret));
        }
    }

    [Fact]
    public async Task Only_users_with_a_known_certificate_and_its_key_are_let_in()
    {
        await using UaServerRig rig = new(change: o => o with { Users = new() { Anonymous = false, Certificates = [TestCertificates.Large] } });
        foreach ((UaSecurityPolicy policy, UaSecurityMode mode, UaSecurityPolicy signing) in OfUsers)
        {
            await using UaServerClient client = new(await rig.ConnectAsync(policy, mode), policy);
            await client.CreateAsync();
            SignatureData ofUser = client.Signature(TestCertificates.Large, signing);
            Assert.Equal(UaStatusCodes.BadIdentityTokenRejected, await UaServerClient.FaultOfAsync(() => client.ActivateAsync()));
            Assert.Equal(UaStatusCodes.BadIdentityTokenRejected, await RefusedAsync(TestCertificates.Client, client.Signature(TestCertificates.Client, signing)));
            Assert.Equal(UaStatusCodes.BadUserSignatureInvalid, await RefusedAsync(TestCertificates.Large, client.Signature(TestCertificates.Client, signing)));
            Assert.Equal(UaStatusCodes.BadUserSignatureInvalid, await RefusedAsync(TestCertificates.Large, default));
            await client.ActivateAsync(Token(TestCertificates.Large), ofUser);
            // Each activation has a nonce of its own: a signature is good for one.
            Assert.Equal(UaStatusCodes.BadUserSignatureInvalid, await RefusedAsync(TestCertificates.Large, ofUser));

            Task<uint> RefusedAsync(UaCertificate user, SignatureData signature) => UaServerClient.FaultOfAsync(() => client.ActivateAsync(Token(user), signature));
        }

        static UaExtensionObject Token(UaCertificate user) => UaExtensionObject.Of(new X509IdentityToken("certificate", user.Raw));
    }

    [Fact]
    public async Task The_namespace_table_and_the_limits_are_what_the_options_say()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        IReadOnlyList<UaDataValueCopy> values = await client.ReadAsync(
            new ReadValueId(new UaNodeId(UaNodeIds.NamespaceArray)), new ReadValueId(new UaNodeId(UaNodeIds.MaxNodesPerRead)), new ReadValueId(new UaNodeId(UaNodeIds.ServerStatus)),
            new ReadValueId(new UaNodeId(999_999)), new ReadValueId(rig.Variables.NodeOf(1), UaAttribute.InverseName), new ReadValueId(rig.Variables.NodeOf(1), UaAttribute.Value, "1:2"));
        UaElements names = new(values[0].Value.Value);
        List<string> table = [];
        while (names.Next(out UaVariant name)) table.Add(System.Text.Encoding.UTF8.GetString(name.Bytes));
        Assert.Equal(["http://opcfoundation.org/UA/", TestCertificates.ServerUri, "urn:test:plant"], table);
        Assert.Equal(10_000u, values[1].Value.Value.Bits);
        Assert.Equal(UaBuiltInType.ExtensionObject, values[2].Value.Value.Type);
        Assert.Equal(UaStatusCodes.BadNodeIdUnknown, values[3].Value.Status);
        Assert.Equal(UaStatusCodes.BadAttributeIdInvalid, values[4].Value.Status);
        Assert.Equal(UaStatusCodes.BadIndexRangeNoData, values[5].Value.Status);
    }

    [Fact]
    public async Task Everything_under_the_root_can_be_browsed_and_read()
    {
        await using UaServerRig rig = new(variables: 2_500);
        await using UaServerClient client = await rig.ActivateAsync();
        HashSet<UaNodeId> seen = [];
        Queue<UaNodeId> open = new([new UaNodeId(UaNodeIds.RootFolder)]);
        while (open.TryDequeue(out UaNodeId node))
        {
            if (!seen.Add(node)) continue;
            foreach (ReferenceDescription reference in await BrowseAsync(client, node)) open.Enqueue(reference.NodeId.NodeId);
        }
        // The variables, the ranges of nine of ten, and the standard nodes.
        Assert.True(seen.Count > 2_500 + 2_250 + 100, $"{seen.Count} nodes");
        UaAttribute[] all = [UaAttribute.NodeId, UaAttribute.NodeClass, UaAttribute.BrowseName, UaAttribute.DisplayName];
        foreach (UaNodeId[] some in seen.Chunk(1_000))
        {
            IReadOnlyList<UaDataValueCopy> values = await client.ReadAsync([.. some.SelectMany(n => all.Select(a => new ReadValueId(n, a)))]);
            Assert.All(values, v => Assert.Equal(0u, v.Value.Status));
        }
        IReadOnlyList<UaDataValueCopy> data = await client.ReadAsync([.. seen.Where(n => n.NamespaceIndex == 0).Select(n => new ReadValueId(n))]);
        Assert.All(data, v => Assert.True(v.Value.Status is 0 or UaStatusCodes.BadAttributeIdInvalid));
    }

    [Fact]
    public async Task Browse_paths_lead_to_variables_by_name()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        BrowsePath Path(params (ushort Index, string Name)[] names) => new(
            new UaNodeId(UaNodeIds.ObjectsFolder), new RelativePath([.. names.Select(n => new RelativePathElement(new UaNodeId(UaNodeIds.HierarchicalReferences), false, true, new UaQualifiedName(n.Index, n.Name)))]));
        IReadOnlyList<BrowsePathResult> results = (await client.CallAsync<TranslateBrowsePathsToNodeIdsRequest, TranslateBrowsePathsToNodeIdsResponse>(
            new TranslateBrowsePathsToNodeIdsRequest(client.Header, [Path((1, "Press"), (2, "Tag42")), Path((0, "Server"), (0, "ServerStatus")), Path((1, "Press"), (2, "Nothing")), Path((1, "Press"), (2, "Tag1"), (0, "EURange"))]))).Results;
        Assert.Equal(rig.Variables.NodeOf(42), results[0].Targets[0].TargetId.NodeId);
        Assert.Equal(new UaNodeId(UaNodeIds.ServerStatus), results[1].Targets[0].TargetId.NodeId);
        Assert.Equal(UaStatusCodes.BadNoMatch, results[2].StatusCode);
        UaDataValue range = (await client.ReadAsync(new ReadValueId(results[3].Targets[0].TargetId.NodeId)))[0].Value;
        Assert.Equal((0u, UaBuiltInType.ExtensionObject), (range.Status, range.Value.Type));
    }

    [Fact]
    public async Task Registered_nodes_and_nodes_read_again_and_again_give_each_value_once()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        UaNodeId[] nodes = [rig.Variables.NodeOf(5), rig.Variables.NodeOf(6)];
        IReadOnlyList<UaNodeId> registered = (await client.CallAsync<RegisterNodesRequest, RegisterNodesResponse>(new RegisterNodesRequest(client.Header, nodes))).RegisteredNodeIds;
        for (int i = 1; i <= 5; i++)
        {
            IReadOnlyList<UaDataValueCopy> values = await client.ReadAsync([.. registered.Select(n => new ReadValueId(n))]);
            Assert.All(values, v => Assert.Equal(i, BitConverter.UInt64BitsToDouble(v.Value.Value.Bits)));
        }
        Assert.Equal((10, 10), (rig.Server.Counts.Taken, rig.Server.Counts.Read));
        rig.Server.SetUnknown(5, 1, true);
        Assert.Equal([UaStatusCodes.BadNodeIdUnknown, 0u], (await client.ReadAsync([.. registered.Select(n => new ReadValueId(n))])).Select(v => v.Value.Status));
    }

    [Fact]
    public async Task A_value_that_is_written_is_read_and_others_are_refused()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        UaDataValueCopy value = UaDataValueCopy.Of(new UaDataValue { Value = UaVariant.Of(12.5) });
        IReadOnlyList<uint> results = (await client.CallAsync<WriteRequest, WriteResponse>(new WriteRequest(client.Header,
        [
            new WriteValue(rig.Variables.NodeOf(0), UaAttribute.Value, null, value), new WriteValue(rig.Variables.NodeOf(1), UaAttribute.Value, null, value),
            new WriteValue(new UaNodeId(UaNodeIds.ServerStatus), UaAttribute.Value, null, value), new WriteValue(rig.Variables.NodeOf(500), UaAttribute.Value, null, value),
        ]))).Results;
        Assert.Equal([0u, UaStatusCodes.BadNotWritable, UaStatusCodes.BadNotWritable, UaStatusCodes.BadNodeIdUnknown], results);
        Assert.Equal(12.5, BitConverter.UInt64BitsToDouble((await client.ReadAsync(new ReadValueId(rig.Variables.NodeOf(0))))[0].Value.Value.Bits));
    }

    [Fact]
    public async Task Requests_for_more_than_the_limits_are_refused_and_what_is_no_service_is_said_so()
    {
        await using UaServerRig rig = new(change: o => o with { Limits = o.Limits with { NodesPerRead = 10, Sessions = 1 } });
        await using UaServerClient client = await rig.ActivateAsync();
        ReadValueId[] eleven = [.. Enumerable.Range(0, 11).Select(i => new ReadValueId(rig.Variables.NodeOf(i)))];
        Assert.Equal(UaStatusCodes.BadTooManyOperations, await UaServerClient.FaultOfAsync(() => client.ReadAsync(eleven)));
        Assert.Equal(UaStatusCodes.BadNothingToDo, await UaServerClient.FaultOfAsync(() => client.ReadAsync()));
        Assert.Equal(UaStatusCodes.BadServiceUnsupported, await UaServerClient.FaultOfAsync(() => client.CallAsync<HistoryReadRequest, ReadResponse>(new HistoryReadRequest(client.Header))));
        Assert.Equal(UaStatusCodes.BadNoSubscription, await UaServerClient.FaultOfAsync(() => client.PublishAsync()));
        await using UaServerClient second = new(await rig.ConnectAsync(), UaSecurityPolicy.None);
        Assert.Equal(UaStatusCodes.BadTooManySessions, await UaServerClient.FaultOfAsync(() => second.CreateAsync()));
        Assert.Equal(5, rig.Server.Counts.Faults);
    }

    [Fact]
    public async Task A_session_that_is_not_used_ends()
    {
        await using UaServerRig rig = new(change: o => o with { Limits = o.Limits with { ShortestSession = TimeSpan.FromMilliseconds(1) } });
        await using UaServerClient client = new(await rig.ConnectAsync(), UaSecurityPolicy.None);
        await client.CreateAsync(timeout: 300);
        await Eventually.IsTrue(() => rig.Server.Counts.Sessions == 0, "the session has ended");
        Assert.Equal(UaStatusCodes.BadSessionIdInvalid, await UaServerClient.FaultOfAsync(() => client.ActivateAsync()));
    }

    // A service that this server does not have; it looks no further than at the header.
    private sealed record HistoryReadRequest(UaRequestHeader Header) : IUaRequest<HistoryReadRequest>
    {
        public static uint EncodingId => 664;

        public void Encode(UaWriter writer) => Header.Encode(writer);

        public static HistoryReadRequest Decode(ref UaReader reader) => new(UaRequestHeader.Decode(ref reader));
    }

    private static async Task<List<ReferenceDescription>> BrowseAsync(UaServerClient client, UaNodeId node)
    {
        BrowseResult result = (await client.CallAsync<BrowseRequest, BrowseResponse>(new BrowseRequest(
            client.Header, default, 0, [new BrowseDescription(node, BrowseDirection.Forward, new UaNodeId(UaNodeIds.References), true, UaNodeClass.Unspecified, BrowseResultMask.All)]))).Results[0];
        Assert.Equal(0u, result.StatusCode);
        List<ReferenceDescription> all = [.. result.References];
        while (result.ContinuationPoint is not null)
        {
            result = (await client.CallAsync<BrowseNextRequest, BrowseNextResponse>(new BrowseNextRequest(client.Header, false, [result.ContinuationPoint]))).Results[0];
            Assert.Equal(0u, result.StatusCode);
            all.AddRange(result.References);
        }
        return all;
    }
}
