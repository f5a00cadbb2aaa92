using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Unit.OpcUa.Server;

namespace HyperIngest.Tests.Fuzz;

/// <summary>Requests that were valid before a few of their bytes were changed: each is answered, and the server goes on.</summary>
public sealed class UaServerFuzzTests
{
    private const int Rounds = 4_000;

    // The id of the encoding stays: a message without one ends its channel.
    private const int EncodingBytes = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Mutated_requests_are_answered_and_the_session_goes_on(int seed)
    {
        Random random = new(seed);
        await using UaServerRig rig = new();
        await using UaServerClient client = await rig.ActivateAsync();
        uint subscription = (await client.SubscribeAsync(interval: 100_000)).SubscriptionId;
        byte[][] requests = Requests(client, rig, subscription);
        List<Task> answers = [];
        for (int i = 0; i < Rounds; i++)
        {
            byte[] request = [.. requests[random.Next(requests.Length)]];
            for (int k = random.Next(1, 4); k > 0; k--) request[random.Next(EncodingBytes, request.Length)] = random.Next(3) == 0 ? (byte)255 : (byte)random.Next(256);
            int length = random.Next(8) == 0 ? random.Next(EncodingBytes, request.Length) : request.Length;
            Answer answer = new();
            using UaBuffer message = new();
            request.AsSpan(0, length).CopyTo(message.Take(length));
            client.Channel.Send(message, answer, UaServerRig.Patience);
            answers.Add(answer.Done);
            if (answers.Count < 100) continue;
            await Task.WhenAll(answers);
            answers.Clear();
        }
        await Task.WhenAll(answers);
        Assert.Equal(0u, (await client.ReadAsync(new ReadValueId(rig.Variables.NodeOf(1))))[0].Value.Status);
        Assert.True(rig.Server.Counts.Faults > 0 && rig.Server.Counts.Malformed > 0);
    }

    // All but those that are answered later, and those that end the session.
    private static byte[][] Requests(UaServerClient client, UaServerRig rig, uint subscription)
    {
        UaNodeId node = rig.Variables.NodeOf(1);
        return
        [
            Bytes(new ReadRequest(client.Header, 0, TimestampsToReturn.Both, [new ReadValueId(node), new ReadValueId(new UaNodeId(UaNodeIds.ServerStatus), UaAttribute.Value, "1:2", new UaQualifiedName(0, "Default Binary"))])),
            Bytes(new WriteRequest(client.Header, [new WriteValue(rig.Variables.NodeOf(0), UaAttribute.Value, null, UaDataValueCopy.Of(new UaDataValue { Value = UaVariant.Of(1) }))])),
            Bytes(new BrowseRequest(client.Header, default, 5, [new BrowseDescription(new UaNodeId(UaNodeIds.ObjectsFolder), BrowseDirection.Both, new UaNodeId(UaNodeIds.References), true, 0, BrowseResultMask.All)])),
            Bytes(new BrowseNextRequest(client.Header, false, [new byte[8]])),
            Bytes(new TranslateBrowsePathsToNodeIdsRequest(client.Header, [new BrowsePath(new UaNodeId(UaNodeIds.ObjectsFolder), new RelativePath([new RelativePathElement(default, false, true, new UaQualifiedName(1, "Press"))]))])),
            Bytes(new RegisterNodesRequest(client.Header, [node, new UaNodeId(5, 1)])),
            Bytes(new CreateMonitoredItemsRequest(client.Header, subscription, TimestampsToReturn.Both,
                [UaServerClient.Item(node, 1, 100, 10, new DataChangeFilter(DataChangeTrigger.StatusValue, DeadbandType.Percent, 5)), UaServerClient.Item(new UaNodeId(UaNodeIds.ServerStatusState), 2)])),
            Bytes(new ModifyMonitoredItemsRequest(client.Header, subscription, TimestampsToReturn.Both, [new MonitoredItemModifyRequest(1, new MonitoringParameters(1, 50, UaExtensionObject.None, 3, true))])),
            Bytes(new SetMonitoringModeRequest(client.Header, subscription, MonitoringMode.Sampling, [1, 2])),
            Bytes(new DeleteMonitoredItemsRequest(client.Header, subscription, [1])),
            Bytes(new CreateSubscriptionRequest(client.Header, 100_000, 100, 10, 0, true, 0)),
            Bytes(new ModifySubscriptionRequest(client.Header, subscription, 100_000, 100, 10, 0, 0)),
            Bytes(new RepublishRequest(client.Header, subscription, 1)),
            Bytes(new TransferSubscriptionsRequest(client.Header, [subscription], true)),
            Bytes(new GetEndpointsRequest(client.Header, "opc.tcp://127.0.0.1", [], [])),
            Bytes(new CreateSessionRequest(client.Header, new ApplicationDescription("urn:x", "urn:x", default, ApplicationType.Client, null, null, []), null, "opc.tcp://127.0.0.1", "x", new byte[32], null, 1000, 0)),
            Bytes(new ActivateSessionRequest(client.Header, default, [], UaExtensionObject.Of(new UserNameIdentityToken("username", "x", new byte[256], "x")), default)),
        ];
    }

    private static byte[] Bytes<T>(T request)
        where T : IUaMessage<T>
    {
        using UaBuffer buffer = new();
        new UaWriter(buffer).Message(request);
        return buffer.Written.ToArray();
    }

    private sealed class Answer : IUaPending
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public void Complete(ReadOnlySpan<byte> message) => _done.TrySetResult();

        public void Fail(UaException reason) => _done.TrySetException(reason);
    }
}
