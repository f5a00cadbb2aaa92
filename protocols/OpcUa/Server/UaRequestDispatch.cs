using System.Runtime.CompilerServices;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Server.Nodes;
using HyperIngest.Protocols.OpcUa.Server.Sessions;
using HyperIngest.Protocols.OpcUa.Server.Subscriptions;
using HyperIngest.Protocols.OpcUa.Services;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>From a request's encoding to the service that serves it. Whatever a request is, it is answered, and what goes wrong in one is a fault of that one.</summary>
internal sealed class UaRequestDispatch : IUaRequestHandler
{
    private readonly UaServerCore _core;
    private readonly UaDiscovery _discovery;
    private readonly UaReadServices _reads;
    private readonly UaBrowseServices _browses;
    private readonly UaSubscriptionServices _subscriptions;
    private readonly UaItemServices _items;
    private readonly UaCallServices _calls;

    // With which certificate each channel was opened: a new one is for new channels.
    private readonly ConditionalWeakTable<UaServerChannel, UaCertificate> _certificates = [];

    public UaRequestDispatch(UaServerCore core)
    {
        _core = core;
        _discovery = new UaDiscovery(core);
        Sessions = new UaSessionServices(core, _discovery);
        _reads = new UaReadServices(core);
        _browses = new UaBrowseServices(core);
        _subscriptions = new UaSubscriptionServices(core);
        _items = new UaItemServices(core);
        _calls = new UaCallServices(core);
    }

    public UaSessionServices Sessions { get; }

    /// <summary>A channel begins, with this certificate.</summary>
    public void Begin(UaServerChannel channel, UaCertificate? own)
    {
        if (own is not null) _certificates.Add(channel, own);
    }

    /// <inheritdoc/>
    public void Request(UaServerChannel channel, uint requestId, uint encodingId, ReadOnlySpan<byte> fields)
    {
        _core.Counters.CountRequest();
        UaReader reader = new(fields);
        UaRequestHeader header = UaRequestHeader.Decode(ref reader);
        UaBuffer response = UaResponseBuffer.Take();
        uint status;
        if (reader.Fault != UaFault.None)
        {
            header = default;
            status = UaStatusCodes.BadDecodingError;
        }
        else
        {
            UaServing serving = new()
            {
                Channel = channel,
                RequestId = requestId,
                Header = header,
                Fields = fields,
                AfterHeader = reader.Position,
                Session = null,
                Response = response,
                UtcNow = _core.UtcNow,
            };
            status = ServeSafely(serving, encodingId);
        }
        if (status == UaServing.Later) return;
        if (status != UaStatusCodes.Good)
        {
            _core.Counters.CountFault(status);
            // What a client meets that has just lost its session or subscription is no refusal that anybody has to look at.
            LogLevel level = status is UaStatusCodes.BadSessionIdInvalid or UaStatusCodes.BadNoSubscription or UaStatusCodes.BadSubscriptionIdInvalid or UaStatusCodes.BadMessageNotAvailable ? LogLevel.Debug : LogLevel.Warning;
            UaServerLog.Faulted(_core.Logger, level, _core.Name, channel.Client, new UaFaulted(encodingId, status));
            response.Clear();
            new UaWriter(response).Message(new ServiceFault(new UaResponseHeader(_core.UtcNow, header.RequestHandle, status)));
        }
        channel.TryRespond(requestId, response);
    }

    /// <inheritdoc/>
    public void Ended(UaServerChannel channel, UaException reason)
    {
        lock (_core.Gate) Sessions.ChannelEnded(channel);
    }

    private uint ServeSafely(in UaServing serving, uint encodingId)
    {
        try
        {
            return Serve(serving, encodingId);
        }
        catch (InvalidOperationException) when (serving.Response.Length > UaResponseBuffer.MostBytes / 2)
        {
            return UaStatusCodes.BadResponseTooLarge;
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            UaServerLog.RequestDefect(_core.Logger, _core.Name, serving.Channel.Client, UaEncodingIds.NameOf(encodingId), defect);
            return UaStatusCodes.BadInternalError;
        }
    }

    private uint Serve(in UaServing serving, uint encodingId)
    {
        switch (encodingId)
        {
            case UaEncodingIds.FindServersRequest: return _discovery.FindServers(serving);
            case UaEncodingIds.GetEndpointsRequest: return _discovery.GetEndpoints(serving);
            case var _ when serving.Channel.IsForDiscovery: return UaStatusCodes.BadSecurityPolicyRejected;
            case UaEncodingIds.CreateSessionRequest: return Sessions.Create(serving, CertificateOf(serving.Channel));
            case UaEncodingIds.ActivateSessionRequest: return Sessions.Activate(serving, CertificateOf(serving.Channel));
        }
        lock (_core.Gate)
        {
            if (!_core.Sessions.TryGetValue(serving.Header.AuthenticationToken, out UaServerSession? session)) return UaStatusCodes.BadSessionIdInvalid;
            if (session.Channel != serving.Channel) return UaStatusCodes.BadSecureChannelIdInvalid;
            session.UsedAt = _core.Timer.Now;
            if (session.User is null && encodingId != UaEncodingIds.CloseSessionRequest)
            {
                // Whoever uses a session before it is activated loses it (OPC 10000-4, 5.7.3.1).
                Sessions.End(session, deleteSubscriptions: true, "it was used before it was activated");
                return UaStatusCodes.BadSessionNotActivated;
            }
            return ServeSession(serving.In(session), encodingId);
        }
    }

    private uint ServeSession(in UaServing serving, uint encodingId) => encodingId switch
    {
        UaEncodingIds.PublishRequest => _subscriptions.Publish(serving),
        UaEncodingIds.ReadRequest => _reads.Read(serving),
        UaEncodingIds.WriteRequest => _reads.Write(serving),
        UaEncodingIds.CloseSessionRequest => Sessions.Close(serving),
        UaEncodingIds.BrowseRequest => _browses.Browse(serving),
        UaEncodingIds.BrowseNextRequest => _browses.BrowseNext(serving),
        UaEncodingIds.TranslateBrowsePathsToNodeIdsRequest => _browses.Translate(serving),
        UaEncodingIds.RegisterNodesRequest => _browses.Register(serving),
        UaEncodingIds.UnregisterNodesRequest => _browses.Unregister(serving),
        UaEncodingIds.CreateSubscriptionRequest => _subscriptions.Create(serving),
        UaEncodingIds.ModifySubscriptionRequest => _subscriptions.Modify(serving),
        UaEncodingIds.DeleteSubscriptionsRequest => _subscriptions.Delete(serving),
        UaEncodingIds.SetPublishingModeRequest => _subscriptions.SetPublishingMode(serving),
        UaEncodingIds.RepublishRequest => UaSubscriptionServices.Republish(serving),
        UaEncodingIds.TransferSubscriptionsRequest => _subscriptions.Transfer(serving),
        UaEncodingIds.CreateMonitoredItemsRequest => _items.Create(serving),
        UaEncodingIds.ModifyMonitoredItemsRequest => _items.Modify(serving),
        UaEncodingIds.DeleteMonitoredItemsRequest => _items.Delete(serving),
        UaEncodingIds.SetMonitoringModeRequest => _items.SetMode(serving),
        UaEncodingIds.CallRequest => _calls.Call(serving),
        UaEncodingIds.CancelRequest => Cancel(serving),
        _ => UaStatusCodes.BadServiceUnsupported,
    };

    // All but Publish is answered before the next request is read: there is nothing to cancel but those, and they are left to wait.
    private static uint Cancel(in UaServing serving) => serving.TryDecode<CancelRequest>(out CancelRequest? _) ? serving.Answer(new CancelResponse(serving.ResponseHeader, 0)) : UaStatusCodes.BadDecodingError;

    private UaCertificate? CertificateOf(UaServerChannel channel) => _certificates.TryGetValue(channel, out UaCertificate? own) ? own : null;
}
