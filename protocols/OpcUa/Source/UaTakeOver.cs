using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>
/// In the first session of a run: takes over the subscriptions that the run before has left at the server, killed or stopped in order, as the journal says. A server without GetMonitoredItems (OPC 10000-5,
/// 9.1), or whose items are not those of the configuration, has them made again.
/// </summary>
internal sealed class UaTakeOver(UaDevice device, UaSubscriber owner, UaSubscriptionMaker maker)
{
    private bool _isDone;

    /// <summary>Whether the server has one that it did not give back.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Takes over what there is; nothing when a session of this run did before.</summary>
    /// <exception cref="UaException">The channel has ended, or the server does not answer; to be tried again in the next session.</exception>
    public async Task RunAsync(IUaServices services, CancellationToken ended)
    {
        if (_isDone) return;
        List<UaLeftSubscription> left = device.Marks!.Left(owner.Subscriptions.Parts, services.ServerStart);
        if (left.Count > 0)
        {
            List<(UaSubscription, IReadOnlyList<uint>)> taken = [];
            foreach ((UaLeftSubscription one, IReadOnlyList<uint> kept) in await TransferAsync(services, left, ended).ConfigureAwait(false))
            {
                if (await TryTakeAsync(services, one, ended).ConfigureAwait(false) is { } subscription) taken.Add((subscription, kept));
            }
            device.Parts.Metrics.SubscriptionsTakenOver.Add(taken.Count);
            if (taken.Count > 0) UaSourceLog.TookOver(device.Parts.Logger, device.Name, taken.Count, left.Count, services.EndpointUrl);
            // At once: what came of one that is not known would count as lost.
            lock (device.Gate) owner.TookOver(taken);
        }
        _isDone = true;
    }

    private async Task<List<(UaLeftSubscription, IReadOnlyList<uint>)>> TransferAsync(IUaServices services, List<UaLeftSubscription> left, CancellationToken ended)
    {
        List<(UaLeftSubscription, IReadOnlyList<uint>)> transferred = [];
        try
        {
            TransferSubscriptionsResponse response = await services.CallAsync<TransferSubscriptionsRequest, TransferSubscriptionsResponse>(
                header => new TransferSubscriptionsRequest(header, [.. left.Select(l => l.Id)], SendInitialValues: false), ended).ConfigureAwait(false);
            UaAnswers.Demand(left.Count, response.Results.Count, "subscriptions to transfer", services.EndpointUrl);
            for (int i = 0; i < left.Count; i++)
            {
                // This session's already: a try before this one was cut off.
                bool isOwn = response.Results[i].StatusCode == UaStatusCodes.BadNothingToDo;
                if (StatusCodes.IsBad(response.Results[i].StatusCode) && !isOwn) Refuse(left[i], response.Results[i].StatusCode, Why(response.Results[i].StatusCode));
                else transferred.Add((left[i], response.Results[i].AvailableSequenceNumbers));
            }
        }
        catch (UaException refused) when (IsRefusal(refused, ended))
        {
            foreach (UaLeftSubscription one in left) Refuse(one, refused.Status, Why(refused.Status));
        }
        return transferred;
    }

    // Null when it is to be made again.
    private async Task<UaSubscription?> TryTakeAsync(IUaServices services, UaLeftSubscription left, CancellationToken ended)
    {
        try
        {
            Dictionary<int, uint> items = await ItemsAsync(services, left, ended).ConfigureAwait(false);
            UaSubscription subscription = await maker.SetAgainAsync(services, left, ended).ConfigureAwait(false);
            // What the run before had found bad is found again, and tags without an item get one.
            await maker.MonitorPartAsync(services, left.Id, left.Part, items, ended).ConfigureAwait(false);
            await maker.PublishAsync(services, left.Id, ended).ConfigureAwait(false);
            return subscription;
        }
        catch (UaException refused) when (IsRefusal(refused, ended))
        {
            Refuse(left, refused.Status, refused.Message);
            return null;
        }
    }

    // The server's number of each tag's item.
    private async Task<Dictionary<int, uint>> ItemsAsync(IUaServices services, UaLeftSubscription left, CancellationToken ended)
    {
        CallMethodRequest method = new(new UaNodeId(UaNodeIds.Server), new UaNodeId(UaNodeIds.GetMonitoredItems), [UaVariantCopy.Of(UaVariant.Number(UaBuiltInType.UInt32, left.Id))]);
        CallResponse response = await services.CallAsync<CallRequest, CallResponse>(header => new CallRequest(header, [method]), ended).ConfigureAwait(false);
        UaAnswers.Demand(1, response.Results.Count, "methods", services.EndpointUrl);
        CallMethodResult result = response.Results[0];
        if (StatusCodes.IsBad(result.StatusCode)) throw new UaException(result.StatusCode, $"GetMonitoredItems of subscription {left.Id} at {services.EndpointUrl}");
        uint[] ids = Numbers(result, 0), handles = Numbers(result, 1);
        (int first, int count) = owner.Subscriptions.TagsOf(left.Part);
        Dictionary<int, uint> items = new(handles.Length);
        for (int i = 0; i < handles.Length && i < ids.Length; i++)
        {
            if (handles[i] >= first && handles[i] < first + count) items[(int)handles[i]] = ids[i];
        }
        if (ids.Length == handles.Length && items.Count == handles.Length) return items;
        throw new UaException(UaStatusCodes.BadUnknownResponse, $"subscription {left.Id} at {services.EndpointUrl} has {ids.Length} items, and {items.Count} of them are tags {first} to {first + count - 1} of device {device.Name}");
    }

    private static uint[] Numbers(CallMethodResult result, int output)
    {
        if (output >= result.OutputArguments.Count) return [];
        UaVariant array = result.OutputArguments[output].Value;
        if (array.Type != UaBuiltInType.UInt32) return [];
        List<uint> numbers = [];
        UaElements elements = new(array);
        while (elements.Next(out UaVariant element)) numbers.Add((uint)element.Bits);
        return [.. numbers];
    }

    // The server's own answer, and not that there was none, or no session any more: that is for the next.
    private static bool IsRefusal(UaException failed, CancellationToken ended) => !ended.IsCancellationRequested && !UaSessionFaults.IsSessionGone(failed.Status)
        && failed.Status is not (UaStatusCodes.BadTimeout or UaStatusCodes.BadConnectionClosed or UaStatusCodes.BadSecureChannelClosed or UaStatusCodes.BadNotConnected or UaStatusCodes.BadCommunicationError);

    private static string Why(uint status) => status switch
    {
        UaStatusCodes.BadUserAccessDenied => "BadUserAccessDenied; servers give it back to the same user, and to nobody in particular over a signed channel: configure a user, or a policy",
        UaStatusCodes.BadSubscriptionIdInvalid => "BadSubscriptionIdInvalid; the server has it no more, its lifetime was over",
        _ => UaStatusCodes.NameOf(status),
    };

    private void Refuse(UaLeftSubscription left, uint status, string reason)
    {
        IsRefused |= status != UaStatusCodes.BadSubscriptionIdInvalid;
        UaSourceLog.NotTakenOver(device.Parts.Logger, device.Name, left.Id, reason);
        // To be deleted at the server, where it is there and this session's.
        lock (device.Gate) owner.Subscriptions.Buried.Add(left.Id);
    }
}
