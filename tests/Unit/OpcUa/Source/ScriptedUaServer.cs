using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

/// <summary>
/// A server without a socket: the messages are encoded and decoded as over one, and nothing is answered before the test says so, but for what is asked rarely. Its nodes are named by their text ids;
/// each answers what <see cref="Nodes"/> says.
/// </summary>
internal sealed class ScriptedUaServer : IUaServices
{
    private readonly Lock _lock = new();
    private readonly Queue<(uint Handle, IUaPending Pending)> _publishes = new();
    private readonly Queue<(IUaPending Pending, byte[] Request)> _republishes = new();
    private readonly Queue<(IUaPending Pending, byte[] Request)> _reads = new();
    private uint _handle;
    private uint _lastSubscription = 100;
    private uint _lastItem;

    public string EndpointUrl => "opc.tcp://scripted:4840";

    public UaOperationLimits Limits { get; set; } = new();

    public IReadOnlyList<string> Namespaces { get; set; } = [UaNodeText.BaseNamespace, "urn:server", "urn:press"];

    public long ServerStart { get; set; } = UaRigClock.Noon;

    /// <summary>By text id: the status that reading or monitoring it has, its data type and value.</summary>
    public Dictionary<string, (uint Status, UaNodeId Type)> Nodes { get; } = [];

    /// <summary>Types of the server's own and the type above each.</summary>
    public Dictionary<UaNodeId, UaNodeId> Supertypes { get; } = [];

    /// <summary>Subscriptions there are, with what they keep for Republish.</summary>
    public Dictionary<uint, SortedDictionary<uint, byte[]>> Subscriptions { get; } = [];

    /// <summary>Calls made, by the request's name.</summary>
    public List<string> Calls { get; } = [];

    public List<(uint Subscription, uint Sequence)> Acknowledged { get; } = [];

    /// <summary>Items monitored: client handle to node.</summary>
    public Dictionary<uint, UaNodeId> Items { get; } = [];

    public List<MonitoredItemCreateRequest> ItemRequests { get; } = [];

    /// <summary>The numbers of the items: client handle to number, of all subscriptions.</summary>
    public Dictionary<uint, uint> ItemIds { get; } = [];

    public uint TransferStatus { get; set; }

    /// <summary>Done while TransferSubscriptions is under way.</summary>
    public Action? Transferring { get; set; }

    /// <summary>Publish requests that wait for an answer.</summary>
    public int Publishes => Locked(() => _publishes.Count);

    public int Republishes => Locked(() => _republishes.Count);

    public int Reads => Locked(() => _reads.Count);

    public uint LastSubscription => _lastSubscription;

    public UaRequestHeader Header(TimeSpan timeout) => new(new UaNodeId(7), DateTime.UtcNow.Ticks, ++_handle, (uint)timeout.TotalMilliseconds);

    public void Send(UaBuffer message, IUaPending pending, TimeSpan timeout)
    {
        lock (_lock)
        {
            UaReader reader = new(message.Written);
            switch (reader.EncodingId())
            {
                case UaEncodingIds.PublishRequest:
                    PublishRequest publish = PublishRequest.Decode(ref reader);
                    Assert.Equal(UaFault.None, reader.Fault);
                    foreach (SubscriptionAcknowledgement acknowledgement in publish.SubscriptionAcknowledgements)
                    {
                        Acknowledged.Add((acknowledgement.SubscriptionId, acknowledgement.SequenceNumber));
                        if (Subscriptions.TryGetValue(acknowledgement.SubscriptionId, out SortedDictionary<uint, byte[]>? kept)) kept.Remove(acknowledgement.SequenceNumber);
                    }
                    _publishes.Enqueue((publish.Header.RequestHandle, pending));
                    break;
                case UaEncodingIds.RepublishRequest:
                    _republishes.Enqueue((pending, message.Written.ToArray()));
                    break;
                case UaEncodingIds.ReadRequest:
                    _reads.Enqueue((pending, message.Written.ToArray()));
                    break;
                default:
                    Assert.Fail("A request that is not expected to be sent without waiting.");
                    break;
            }
        }
    }

    public Task<TResponse> CallAsync<TRequest, TResponse>(Func<UaRequestHeader, TRequest> request, CancellationToken cancellationToken = default)
        where TRequest : IUaMessage<TRequest>
        where TResponse : IUaResponse<TResponse>
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            Calls.Add(typeof(TRequest).Name);
            try
            {
                return Task.FromResult((TResponse)Answer(request(Header(TimeSpan.FromSeconds(10)))!));
            }
            catch (UaException refused)
            {
                return Task.FromException<TResponse>(refused);
            }
        }
    }

    /// <summary>What <see cref="CallAsync"/> is refused with, by the request's name.</summary>
    public Dictionary<string, uint> Refused { get; } = [];

    /// <summary>A notification's message, with its number, kept for Republish.</summary>
    public byte[] Make(uint subscription, uint sequence, params (uint Handle, UaBuiltInType Type, ulong Bits, uint Status)[] values)
    {
        using UaBuffer buffer = new();
        UaWriter writer = new(buffer);
        NotificationWriter notification = new(writer, sequence, UaRigClock.Noon);
        foreach ((uint handle, UaBuiltInType type, ulong bits, uint status) in values) notification.Item(handle, type, bits, status, UaRigClock.Noon, 0);
        notification.End();
        return Keep(subscription, sequence, buffer.Written.ToArray());
    }

    public byte[] Keep(uint subscription, uint sequence, byte[] notification)
    {
        lock (_lock) Subscriptions[subscription][sequence] = notification;
        return notification;
    }

    /// <summary>Makes one of a double a handle, and publishes it.</summary>
    public void Publish(uint subscription, uint sequence, params double[] values) =>
        Deliver(subscription, Make(subscription, sequence, [.. values.Select((v, i) => ((uint)i, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(v), 0u))]));

    public void KeepAlive(uint subscription, uint next)
    {
        using UaBuffer buffer = new();
        NotificationWriter.KeepAlive(new UaWriter(buffer), next, UaRigClock.Noon);
        Deliver(subscription, buffer.Written);
    }

    public void StatusChange(uint subscription, uint sequence, uint status) => Deliver(subscription, MakeStatusChange(subscription, sequence, status));

    /// <summary>A notice's message, with its number, kept for Republish.</summary>
    public byte[] MakeStatusChange(uint subscription, uint sequence, uint status)
    {
        using UaBuffer buffer = new();
        NotificationWriter.StatusChange(new UaWriter(buffer), sequence, UaRigClock.Noon, status);
        return Keep(subscription, sequence, buffer.Written.ToArray());
    }

    /// <summary>Answers the oldest Publish request with a notification's message.</summary>
    public void Deliver(uint subscription, ReadOnlySpan<byte> notification)
    {
        (uint handle, IUaPending pending) = Next(_publishes, "a Publish request");
        using UaBuffer buffer = new();
        UaWriter writer = new(buffer);
        PublishResponseWriter response = new(writer, new UaResponseHeader(UaRigClock.Noon, handle, 0), subscription, [], moreNotifications: false);
        notification.CopyTo(writer.Take(notification.Length));
        response.End([]);
        pending.Complete(buffer.Written);
    }

    /// <summary>Answers the oldest Publish request with a fault.</summary>
    public void RefusePublish(uint status)
    {
        (uint handle, IUaPending pending) = Next(_publishes, "a Publish request");
        Fault(pending, handle, status);
    }

    /// <summary>Answers the oldest Republish request from what is kept; the number asked for.</summary>
    public uint Republish(uint? refusedWith = null)
    {
        (IUaPending pending, byte[] bytes) = Next(_republishes, "a Republish request");
        UaReader reader = new(bytes);
        reader.EncodingId();
        RepublishRequest request = RepublishRequest.Decode(ref reader);
        byte[]? kept = null;
        bool isThere = refusedWith is null && Subscriptions.TryGetValue(request.SubscriptionId, out SortedDictionary<uint, byte[]>? all) && all.TryGetValue(request.RetransmitSequenceNumber, out kept);
        if (!isThere)
        {
            Fault(pending, request.Header.RequestHandle, refusedWith ?? (Subscriptions.ContainsKey(request.SubscriptionId) ? UaStatusCodes.BadMessageNotAvailable : UaStatusCodes.BadSubscriptionIdInvalid));
            return request.RetransmitSequenceNumber;
        }
        using UaBuffer buffer = new();
        UaWriter writer = new(buffer);
        writer.EncodingId(UaEncodingIds.RepublishResponse);
        new UaResponseHeader(UaRigClock.Noon, request.Header.RequestHandle, 0).Encode(writer);
        kept!.CopyTo(writer.Take(kept!.Length));
        pending.Complete(buffer.Written);
        return request.RetransmitSequenceNumber;
    }

    /// <summary>Answers the oldest Read with a double each, its node's index among those asked; a node with a bad status has that. The nodes asked.</summary>
    public IReadOnlyList<string> Read(uint? refusedWith = null)
    {
        (IUaPending pending, byte[] bytes) = Next(_reads, "a Read request");
        UaReader reader = new(bytes);
        reader.EncodingId();
        ReadRequest request = ReadRequest.Decode(ref reader);
        if (refusedWith is { } status)
        {
            Fault(pending, request.Header.RequestHandle, status);
        }
        else
        {
            using UaBuffer buffer = new();
            UaWriter writer = new(buffer);
            ReadResponseWriter response = new(writer, new UaResponseHeader(UaRigClock.Noon, request.Header.RequestHandle, 0), request.NodesToRead.Count);
            for (int i = 0; i < request.NodesToRead.Count; i++)
            {
                uint bad = StatusOf(request.NodesToRead[i].NodeId);
                if (StatusCodes.IsBad(bad)) writer.DataValue(new UaDataValue { Status = bad });
                else writer.DataValue(UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(i), 0, UaRigClock.Noon, 0);
            }
            response.End();
            pending.Complete(buffer.Written);
        }
        return [.. request.NodesToRead.Select(n => n.NodeId.Text!)];
    }

    /// <summary>The channel ends: what is under way fails.</summary>
    public void Cut(UaException reason)
    {
        while (Locked(() => _publishes.TryDequeue(out (uint, IUaPending Pending) p) ? p.Pending : _republishes.TryDequeue(out (IUaPending Pending, byte[]) r) ? r.Pending
            : _reads.TryDequeue(out (IUaPending Pending, byte[]) d) ? d.Pending : null) is { } pending)
        {
            pending.Fail(reason);
        }
    }

    private static void Fault(IUaPending pending, uint handle, uint status)
    {
        using UaBuffer buffer = new();
        new UaWriter(buffer).Message(new ServiceFault(new UaResponseHeader(UaRigClock.Noon, handle, status)));
        pending.Complete(buffer.Written);
    }

    private T Next<T>(Queue<T> queue, string what)
    {
        lock (_lock)
        {
            Assert.True(queue.Count > 0, $"{what} waits for an answer");
            return queue.Dequeue();
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock) return read();
    }

    private uint StatusOf(UaNodeId node) => Nodes.TryGetValue(node.Text ?? "", out (uint Status, UaNodeId Type) known) ? known.Status : 0;

    private object Answer(object request)
    {
        if (Refused.TryGetValue(request.GetType().Name, out uint status)) throw new UaException(status, request.GetType().Name);
        UaResponseHeader good = new(UaRigClock.Noon, 0, 0);
        switch (request)
        {
            case CreateSubscriptionRequest create:
                Subscriptions.Add(++_lastSubscription, []);
                return new CreateSubscriptionResponse(good, _lastSubscription, create.RequestedPublishingInterval, create.RequestedLifetimeCount, create.RequestedMaxKeepAliveCount);
            case CreateMonitoredItemsRequest monitor:
                return new CreateMonitoredItemsResponse(good, [.. monitor.ItemsToCreate.Select(Monitor)]);
            case DeleteMonitoredItemsRequest delete:
                return new DeleteMonitoredItemsResponse(good, [.. delete.MonitoredItemIds.Select(_ => 0u)]);
            case SetPublishingModeRequest publishing:
                return new SetPublishingModeResponse(good, [.. publishing.SubscriptionIds.Select(_ => 0u)]);
            case DeleteSubscriptionsRequest delete:
                return new DeleteSubscriptionsResponse(good, [.. delete.SubscriptionIds.Select(id => Subscriptions.Remove(id) ? 0 : UaStatusCodes.BadSubscriptionIdInvalid)]);
            case TransferSubscriptionsRequest transfer:
                Assert.False(transfer.SendInitialValues);
                Transferring?.Invoke();
                return new TransferSubscriptionsResponse(good, [.. transfer.SubscriptionIds.Select(Transfer)]);
            case ModifySubscriptionRequest modify:
                return new ModifySubscriptionResponse(good, modify.RequestedPublishingInterval, modify.RequestedLifetimeCount, modify.RequestedMaxKeepAliveCount);
            case CallRequest call:
                return new CallResponse(good, [.. call.MethodsToCall.Select(CallMethod)]);
            case ReadRequest read:
                return new ReadResponse(good, [.. read.NodesToRead.Select(Attribute)]);
            case RegisterNodesRequest register:
                return new RegisterNodesResponse(good, register.NodesToRegister);
            case BrowseRequest browse:
                return new BrowseResponse(good, [.. browse.NodesToBrowse.Select(Above)]);
            case TranslateBrowsePathsToNodeIdsRequest translate:
                return new TranslateBrowsePathsToNodeIdsResponse(good, [.. translate.BrowsePaths.Select(Target)]);
            default:
                throw new UaException(UaStatusCodes.BadServiceUnsupported, request.GetType().Name);
        }
    }

    private TransferResult Transfer(uint id) =>
        Subscriptions.TryGetValue(id, out SortedDictionary<uint, byte[]>? kept) ? new TransferResult(TransferStatus, [.. kept.Keys]) : new TransferResult(UaStatusCodes.BadSubscriptionIdInvalid, []);

    private CallMethodResult CallMethod(CallMethodRequest method)
    {
        Assert.Equal((new UaNodeId(UaNodeIds.Server), new UaNodeId(UaNodeIds.GetMonitoredItems)), (method.ObjectId, method.MethodId));
        UaVariant subscription = Assert.Single(method.InputArguments).Value;
        Assert.Equal(UaBuiltInType.UInt32, subscription.Type);
        Assert.Contains((uint)subscription.Bits, Subscriptions.Keys);
        return new CallMethodResult(0, [], [UaVariantCopy.Of([.. ItemIds.Values]), UaVariantCopy.Of([.. ItemIds.Keys])]);
    }

    private MonitoredItemCreateResult Monitor(MonitoredItemCreateRequest item)
    {
        ItemRequests.Add(item);
        uint status = StatusOf(item.ItemToMonitor.NodeId);
        if (StatusCodes.IsBad(status)) return new MonitoredItemCreateResult(status, 0, 0, 0, UaExtensionObject.None);
        Items[item.RequestedParameters.ClientHandle] = item.ItemToMonitor.NodeId;
        ItemIds[item.RequestedParameters.ClientHandle] = ++_lastItem;
        return new MonitoredItemCreateResult(0, _lastItem, item.RequestedParameters.SamplingInterval, item.RequestedParameters.QueueSize, UaExtensionObject.None);
    }

    private UaDataValueCopy Attribute(ReadValueId item)
    {
        (uint status, UaNodeId type) = Nodes.TryGetValue(item.NodeId.Text ?? "", out (uint, UaNodeId) known) ? known : (0u, new UaNodeId((uint)UaBuiltInType.Double));
        if (StatusCodes.IsBad(status)) return UaDataValueCopy.Of(new UaDataValue { Status = status });
        if (item.AttributeId == UaAttribute.Value) return UaDataValueCopy.Of(new UaDataValue { Value = UaVariant.Of(1.5) });
        using UaBuffer buffer = new();
        new UaWriter(buffer).NodeId(type);
        return UaDataValueCopy.Of(new UaDataValue { Value = new UaVariant { Type = UaBuiltInType.NodeId, Bytes = buffer.Written } });
    }

    private BrowseResult Above(BrowseDescription node)
    {
        Assert.Equal(BrowseDirection.Inverse, node.BrowseDirection);
        if (!Supertypes.TryGetValue(node.NodeId, out UaNodeId above)) return new BrowseResult(0, null, []);
        UaExpandedNodeId id = new(above, null);
        return new BrowseResult(0, null, [new ReferenceDescription(node.ReferenceTypeId, false, id, new UaQualifiedName(0, "T"), new UaLocalizedText(null, "T"), UaNodeClass.DataType, default)]);
    }

    private BrowsePathResult Target(BrowsePath path)
    {
        string text = string.Join('.', path.RelativePath.Elements.Select(e => e.TargetName.Name));
        uint status = Nodes.TryGetValue(text, out (uint Status, UaNodeId Type) known) ? known.Status : 0;
        return StatusCodes.IsBad(status) ? new BrowsePathResult(status, []) : new BrowsePathResult(0, [new BrowsePathTarget(new UaExpandedNodeId(new UaNodeId(text, 2), null))]);
    }
}
