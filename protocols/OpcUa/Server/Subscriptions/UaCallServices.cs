using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Server.Nodes;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>
/// Call (OPC 10000-4, 5.12), of the one method there is: GetMonitoredItems of the Server object (OPC 10000-5, 9.1), by which a client learns the items of a subscription that it took over, or whose making was
/// not answered. Under the server's gate.
/// </summary>
internal sealed class UaCallServices(UaServerCore core)
{
    public uint Call(in UaServing serving)
    {
        if (!serving.TryDecode<CallRequest>(out CallRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.MethodsToCall.Count, core.Limits.MethodsPerCall);
        if (refused != UaStatusCodes.Good) return refused;
        UaWriter writer = new(serving.Response);
        writer.EncodingId(UaEncodingIds.CallResponse);
        serving.ResponseHeader.Encode(writer);
        writer.ArrayLength(request.MethodsToCall.Count);
        // One result at a time: a hundred of large subscriptions are more than a response has room for, and then not all of them are made first.
        foreach (CallMethodRequest method in request.MethodsToCall) Call(serving, method).Encode(writer);
        writer.NullArray();
        return UaStatusCodes.Good;
    }

    private CallMethodResult Call(in UaServing serving, CallMethodRequest method)
    {
        UaNodeRef target = core.Nodes.Find(method.ObjectId);
        if (target.Kind == UaNodeKind.None) return Refused(UaStatusCodes.BadNodeIdUnknown);
        if (target != UaNodeRef.Standard(UaNodeIds.Server) || method.MethodId != new UaNodeId(UaNodeIds.GetMonitoredItems)) return Refused(UaStatusCodes.BadMethodInvalid);
        return GetMonitoredItems(serving, method.InputArguments);
    }

    private CallMethodResult GetMonitoredItems(in UaServing serving, IReadOnlyList<UaVariantCopy> arguments)
    {
        if (arguments.Count == 0) return Refused(UaStatusCodes.BadArgumentsMissing);
        if (arguments.Count > 1) return Refused(UaStatusCodes.BadTooManyArguments);
        UaVariant id = arguments[0].Value;
        if (id.Type != UaBuiltInType.UInt32 || id.IsArray) return new CallMethodResult(UaStatusCodes.BadInvalidArgument, [UaStatusCodes.BadTypeMismatch], []);
        if (!core.Subscriptions.TryGetValue((uint)id.Bits, out UaServerSubscription? subscription)) return Refused(UaStatusCodes.BadSubscriptionIdInvalid);
        if (subscription.Session != serving.Session) return Refused(UaStatusCodes.BadUserAccessDenied);
        // Whatever names a subscription says that its client lives (OPC 10000-4, 5.14.1.1).
        subscription.Touch();
        UaItemTable items = subscription.Sampler.Items;
        uint[] serverHandles = new uint[items.Count], clientHandles = new uint[items.Count];
        int found = 0;
        for (int place = 0; place < items.Places; place++)
        {
            if (!items[place].InUse) continue;
            serverHandles[found] = items.IdOf(place);
            clientHandles[found++] = items[place].ClientHandle;
        }
        return new CallMethodResult(UaStatusCodes.Good, [], [UaVariantCopy.Of(serverHandles), UaVariantCopy.Of(clientHandles)]);
    }

    private static CallMethodResult Refused(uint status) => new(status, [], []);
}
