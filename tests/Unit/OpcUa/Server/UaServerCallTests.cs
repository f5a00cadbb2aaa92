using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Server;

/// <summary>Call, of the server's one method: GetMonitoredItems.</summary>
public sealed class UaServerCallTests
{
    private static readonly UaNodeId Object = new(UaNodeIds.Server);
    private static readonly UaNodeId Method = new(UaNodeIds.GetMonitoredItems);

    [Fact]
    public async Task The_items_of_a_subscription_are_those_made_and_not_deleted_with_their_client_s_handles()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync()).SubscriptionId, empty = (await client.SubscribeAsync()).SubscriptionId;
        uint[] ids = await MonitorAsync(10, MonitoringMode.Reporting);
        await client.CallAsync<DeleteMonitoredItemsRequest, DeleteMonitoredItemsResponse>(new DeleteMonitoredItemsRequest(client.Header, subscription, [ids[0], ids[4], ids[9]]));
        Dictionary<uint, uint> expected = new[] { 1, 2, 3, 5, 6, 7, 8 }.ToDictionary(i => ids[i], i => 100 + (uint)i);
        Assert.Equal(expected, HandlesOf(await GetAsync(client, subscription)));

        // Places of deleted items, used again, and an item that is not sampled.
        uint[] more = [.. await MonitorAsync(1, MonitoringMode.Reporting), .. await MonitorAsync(1, MonitoringMode.Disabled)];
        foreach (uint id in more) expected.Add(id, 100);
        Assert.Equal(expected, HandlesOf(await GetAsync(client, subscription)));
        Assert.Equal(9, expected.Count);
        Assert.Empty(HandlesOf(await GetAsync(client, empty)));

        async Task<uint[]> MonitorAsync(int count, MonitoringMode mode) =>
            [.. (await client.MonitorAsync(subscription, Enumerable.Range(0, count).Select(i => UaServerClient.Item(rig.Variables.NodeOf(i), 100 + (uint)i, mode: mode)))).Select(r => r.MonitoredItemId)];
    }

    [Fact]
    public async Task Each_method_of_a_call_is_refused_for_what_is_wrong_with_it_and_the_others_are_served()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync()).SubscriptionId;
        UaVariantCopy id = Number(subscription), none = default, text = UaVariantCopy.Of(UaVariant.Utf8("1"u8)), signed = UaVariantCopy.Of(UaVariant.Number(UaBuiltInType.Int32, subscription));
        IReadOnlyList<CallMethodResult> results = await CallAsync(
            client,
            new(new UaNodeId(999_999), Method, [id]), new(UaNodeId.Null, Method, [id]),
            new(new UaNodeId(UaNodeIds.ObjectsFolder), Method, [id]), new(rig.Variables.NodeOf(1), Method, [id]), new(Method, Method, [id]),
            new(Object, new UaNodeId(UaNodeIds.ResendData), [id]), new(Object, Object, [id]), new(Object, UaNodeId.Null, [id]), new(Object, new UaNodeId(UaNodeIds.GetMonitoredItems, 1), [id]),
            new(Object, Method, []), new(Object, Method, [id, id]),
            new(Object, Method, [none]), new(Object, Method, [text]), new(Object, Method, [signed]), new(Object, Method, [UaVariantCopy.Of([subscription])]),
            new(Object, Method, [Number(subscription + 1)]), new(Object, Method, [Number(0)]),
            new(Object, Method, [id]));
        Assert.Equal(
        [
            UaStatusCodes.BadNodeIdUnknown, UaStatusCodes.BadNodeIdUnknown,
            UaStatusCodes.BadMethodInvalid, UaStatusCodes.BadMethodInvalid, UaStatusCodes.BadMethodInvalid,
            UaStatusCodes.BadMethodInvalid, UaStatusCodes.BadMethodInvalid, UaStatusCodes.BadMethodInvalid, UaStatusCodes.BadMethodInvalid,
            UaStatusCodes.BadArgumentsMissing, UaStatusCodes.BadTooManyArguments,
            UaStatusCodes.BadInvalidArgument, UaStatusCodes.BadInvalidArgument, UaStatusCodes.BadInvalidArgument, UaStatusCodes.BadInvalidArgument,
            UaStatusCodes.BadSubscriptionIdInvalid, UaStatusCodes.BadSubscriptionIdInvalid,
            UaStatusCodes.Good,
        ],
        results.Select(r => r.StatusCode));
        Assert.All(results, r => Assert.Equal(r.StatusCode == UaStatusCodes.BadInvalidArgument ? [UaStatusCodes.BadTypeMismatch] : [], r.InputArgumentResults));
        Assert.All(results, r => Assert.Equal(r.StatusCode == UaStatusCodes.Good ? 2 : 0, r.OutputArguments.Count));
    }

    [Fact]
    public async Task The_items_of_a_subscription_are_for_the_session_that_has_it()
    {
        await using UaServerRig rig = new();
        await using UaServerClient first = await rig.ActivateAsync(), second = await rig.ActivateAsync();
        uint subscription = (await first.SubscribeAsync()).SubscriptionId;
        await first.MonitorAsync(subscription, [UaServerClient.Item(rig.Variables.NodeOf(1), 7)]);
        Assert.Equal(UaStatusCodes.BadUserAccessDenied, (await GetAsync(second, subscription)).StatusCode);
        await first.CallAsync<CloseSessionRequest, CloseSessionResponse>(new CloseSessionRequest(first.Header, DeleteSubscriptions: false));
        Assert.Equal(UaStatusCodes.BadUserAccessDenied, (await GetAsync(second, subscription)).StatusCode);
        await second.CallAsync<TransferSubscriptionsRequest, TransferSubscriptionsResponse>(new TransferSubscriptionsRequest(second.Header, [subscription], false));
        Assert.Equal([7u], HandlesOf(await GetAsync(second, subscription)).Values);
    }

    [Fact]
    public async Task Methods_of_a_call_are_as_many_as_the_server_says_and_their_answer_no_larger_than_a_response()
    {
        const int methods = 10_000, items = 1_000;
        await using UaServerRig rig = new(variables: items, change: o => o with { Limits = o.Limits with { MethodsPerCall = methods } });
        await using UaServerClient client = await rig.ActivateAsync();
        Assert.Equal((ulong)methods, (await client.ReadAsync(new ReadValueId(new UaNodeId(UaNodeIds.MaxNodesPerMethodCall))))[0].Value.Value.Bits);
        uint subscription = (await client.SubscribeAsync()).SubscriptionId;
        CallMethodRequest one = new(Object, Method, [Number(subscription)]);
        Assert.Equal(UaStatusCodes.BadNothingToDo, await UaServerClient.FaultOfAsync(() => CallAsync(client)));
        Assert.Equal(UaStatusCodes.BadTooManyOperations, await UaServerClient.FaultOfAsync(() => CallAsync(client, [.. Enumerable.Repeat(one, methods + 1)])));
        Assert.Equal(methods, (await CallAsync(client, [.. Enumerable.Repeat(one, methods)])).Count);

        // 8 bytes an item: more than the 64 MiB of a response.
        await client.MonitorAsync(subscription, Enumerable.Range(0, items).Select(i => UaServerClient.Item(rig.Variables.NodeOf(i), (uint)i, sampling: 10_000)));
        Assert.Equal(UaStatusCodes.BadResponseTooLarge, await UaServerClient.FaultOfAsync(() => CallAsync(client, [.. Enumerable.Repeat(one, methods)])));
        Assert.Equal(3, rig.Server.Counts.Faults);
        Assert.Equal(items, HandlesOf(await GetAsync(client, subscription)).Count);
    }

    [Fact]
    public async Task The_method_is_found_below_the_server_object_with_what_it_takes_and_gives()
    {
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        BrowseResult methods = (await client.CallAsync<BrowseRequest, BrowseResponse>(new BrowseRequest(
            client.Header, default, 0, [new BrowseDescription(Object, BrowseDirection.Forward, new UaNodeId(UaNodeIds.HasComponent), true, UaNodeClass.Method, BrowseResultMask.All)]))).Results[0];
        ReferenceDescription found = Assert.Single(methods.References);
        Assert.Equal((Method, UaNodeClass.Method, "GetMonitoredItems"), (found.NodeId.NodeId, found.NodeClass, found.BrowseName.Name));
        IReadOnlyList<UaDataValueCopy> values = await client.ReadAsync(
            new ReadValueId(Method, UaAttribute.Executable), new ReadValueId(Method, UaAttribute.UserExecutable), new ReadValueId(Method), new ReadValueId(Method, UaAttribute.EventNotifier),
            new ReadValueId(await ChildAsync("InputArguments")), new ReadValueId(await ChildAsync("OutputArguments")));
        Assert.All(values.Take(2), v => Assert.Equal((UaBuiltInType.Boolean, 1ul), (v.Value.Value.Type, v.Value.Value.Bits)));
        Assert.All(values.Skip(2).Take(2), v => Assert.Equal(UaStatusCodes.BadAttributeIdInvalid, v.Value.Status));
        UaNodeId number = new((uint)UaBuiltInType.UInt32);
        Assert.Equal([("SubscriptionId", number, -1)], ArgumentsOf(values[4]));
        Assert.Equal([("ServerHandles", number, 1), ("ClientHandles", number, 1)], ArgumentsOf(values[5]));

        async Task<UaNodeId> ChildAsync(string name)
        {
            RelativePath path = new([new RelativePathElement(new UaNodeId(UaNodeIds.HasProperty), false, true, new UaQualifiedName(0, name))]);
            return (await client.CallAsync<TranslateBrowsePathsToNodeIdsRequest, TranslateBrowsePathsToNodeIdsResponse>(
                new TranslateBrowsePathsToNodeIdsRequest(client.Header, [new BrowsePath(Method, path)]))).Results[0].Targets[0].TargetId.NodeId;
        }
    }

    private static UaVariantCopy Number(uint number) => UaVariantCopy.Of(UaVariant.Number(UaBuiltInType.UInt32, number));

    private static async Task<CallMethodResult> GetAsync(UaServerClient client, uint subscription) => (await CallAsync(client, new CallMethodRequest(Object, Method, [Number(subscription)])))[0];

    private static async Task<IReadOnlyList<CallMethodResult>> CallAsync(UaServerClient client, params CallMethodRequest[] methods) =>
        (await client.CallAsync<CallRequest, CallResponse>(new CallRequest(client.Header, methods))).Results;

    /// <summary>The client's handle of each item, by the server's.</summary>
    private static Dictionary<uint, uint> HandlesOf(CallMethodResult result)
    {
        Assert.Equal((UaStatusCodes.Good, 2), (result.StatusCode, result.OutputArguments.Count));
        UaVariant server = result.OutputArguments[0].Value, client = result.OutputArguments[1].Value;
        Assert.Equal((UaBuiltInType.UInt32, true, UaBuiltInType.UInt32, true), (server.Type, server.IsArray, client.Type, client.IsArray));
        Assert.Equal(server.Length, client.Length);
        Dictionary<uint, uint> handles = [];
        UaElements ofServer = new(server), ofClient = new(client);
        while (ofServer.Next(out UaVariant id) && ofClient.Next(out UaVariant handle)) handles.Add((uint)id.Bits, (uint)handle.Bits);
        Assert.Equal(server.Length, handles.Count);
        return handles;
    }

    private static List<(string? Name, UaNodeId Type, int Rank)> ArgumentsOf(UaDataValueCopy value)
    {
        Assert.Equal((0u, UaBuiltInType.ExtensionObject, true), (value.Value.Status, value.Value.Value.Type, value.Value.Value.IsArray));
        List<(string? Name, UaNodeId Type, int Rank)> arguments = [];
        UaElements elements = new(value.Value.Value);
        while (elements.Next(out UaVariant element))
        {
            UaReader reader = new(element.Bytes);
            Assert.True(UaExtensionObject.Decode(ref reader).TryDecode<Argument>(out Argument? argument));
            arguments.Add((argument.Name, argument.DataType, argument.ValueRank));
        }
        return arguments;
    }
}
