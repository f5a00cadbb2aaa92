using HyperIngest.Protocols.OpcUa.Server.Nodes;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>The services of monitored items (OPC 10000-4, 5.13). Under the server's gate.</summary>
internal sealed class UaItemServices(UaServerCore core)
{
    private const double Percent = 100;

    public uint Create(in UaServing serving)
    {
        if (!serving.TryDecode<CreateMonitoredItemsRequest>(out CreateMonitoredItemsRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = Check(serving, request.SubscriptionId, request.TimestampsToReturn, request.ItemsToCreate.Count, out UaServerSubscription subscription);
        if (refused != UaStatusCodes.Good) return refused;
        int count = request.ItemsToCreate.Count;
        MonitoredItemCreateResult[] results = new MonitoredItemCreateResult[count];
        int[] places = new int[count];
        int created = 0;
        subscription.Sampler.Items.Expect(count);
        for (int i = 0; i < count; i++)
        {
            results[i] = Create(subscription, request.ItemsToCreate[i], request.TimestampsToReturn, out int place);
            if (results[i].StatusCode == UaStatusCodes.Good && request.ItemsToCreate[i].MonitoringMode != MonitoringMode.Disabled) places[created++] = place;
        }
        // The first values at once (OPC 10000-4, 5.13.1.2); they are published when the subscription is.
        subscription.Sampler.Sample(places.AsSpan(0, created), core.Timer.Now);
        subscription.Replan();
        return serving.Answer(new CreateMonitoredItemsResponse(serving.ResponseHeader, results));
    }

    public uint Modify(in UaServing serving)
    {
        if (!serving.TryDecode<ModifyMonitoredItemsRequest>(out ModifyMonitoredItemsRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = Check(serving, request.SubscriptionId, request.TimestampsToReturn, request.ItemsToModify.Count, out UaServerSubscription subscription);
        if (refused != UaStatusCodes.Good) return refused;
        MonitoredItemModifyResult[] results = new MonitoredItemModifyResult[request.ItemsToModify.Count];
        for (int i = 0; i < results.Length; i++) results[i] = Modify(subscription, request.ItemsToModify[i], request.TimestampsToReturn);
        subscription.Replan();
        return serving.Answer(new ModifyMonitoredItemsResponse(serving.ResponseHeader, results));
    }

    public uint Delete(in UaServing serving)
    {
        if (!serving.TryDecode<DeleteMonitoredItemsRequest>(out DeleteMonitoredItemsRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = Check(serving, request.SubscriptionId, TimestampsToReturn.Neither, request.MonitoredItemIds.Count, out UaServerSubscription subscription);
        if (refused != UaStatusCodes.Good) return refused;
        uint[] results = new uint[request.MonitoredItemIds.Count];
        for (int i = 0; i < results.Length; i++)
        {
            bool found = subscription.Sampler.Items.TryFind(request.MonitoredItemIds[i], out int place);
            if (found) subscription.Sampler.Remove(place);
            results[i] = found ? UaStatusCodes.Good : UaStatusCodes.BadMonitoredItemIdInvalid;
        }
        return serving.Answer(new DeleteMonitoredItemsResponse(serving.ResponseHeader, results));
    }

    public uint SetMode(in UaServing serving)
    {
        if (!serving.TryDecode<SetMonitoringModeRequest>(out SetMonitoringModeRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = Check(serving, request.SubscriptionId, TimestampsToReturn.Neither, request.MonitoredItemIds.Count, out UaServerSubscription subscription);
        if (refused != UaStatusCodes.Good) return refused;
        if (!IsMode(request.MonitoringMode)) return UaStatusCodes.BadMonitoringModeInvalid;
        uint[] results = new uint[request.MonitoredItemIds.Count];
        for (int i = 0; i < results.Length; i++)
        {
            bool found = subscription.Sampler.Items.TryFind(request.MonitoredItemIds[i], out int place);
            if (found && subscription.Sampler.SetMode(place, request.MonitoringMode)) subscription.Sampler.Sample([place], core.Timer.Now);
            results[i] = found ? UaStatusCodes.Good : UaStatusCodes.BadMonitoredItemIdInvalid;
        }
        subscription.Replan();
        return serving.Answer(new SetMonitoringModeResponse(serving.ResponseHeader, results));
    }

    private static bool IsMode(MonitoringMode mode) => mode is >= MonitoringMode.Disabled and <= MonitoringMode.Reporting;

    private uint Check(in UaServing serving, uint id, TimestampsToReturn times, int count, out UaServerSubscription subscription)
    {
        if (!UaSubscriptionServices.TryFind(serving, id, out subscription)) return UaStatusCodes.BadSubscriptionIdInvalid;
        subscription.Touch();
        if (times is < TimestampsToReturn.Source or > TimestampsToReturn.Neither) return UaStatusCodes.BadTimestampsToReturnInvalid;
        return UaServing.CheckCount(count, core.Limits.ItemsPerCall);
    }

    private MonitoredItemCreateResult Create(UaServerSubscription subscription, in MonitoredItemCreateRequest request, TimestampsToReturn times, out int place)
    {
        place = 0;
        UaNodeRef node = core.Nodes.Find(request.ItemToMonitor.NodeId);
        uint status = UaReadServices.CheckItem(request.ItemToMonitor, node);
        if (status == UaStatusCodes.Good && !IsMode(request.MonitoringMode)) status = UaStatusCodes.BadMonitoringModeInvalid;
        UaSampler sampler = subscription.Sampler;
        if (status == UaStatusCodes.Good && sampler.Items.Count >= core.Limits.ItemsPerSubscription) status = UaStatusCodes.BadTooManyMonitoredItems;
        bool isVariable = node.Kind == UaNodeKind.Variable && request.ItemToMonitor.AttributeId == UaAttribute.Value;
        UaVariableInfo? info = isVariable ? core.Variables.Describe(node.Number) : null;
        if (status == UaStatusCodes.Good && info is null) status = CheckAttribute(node, request.ItemToMonitor.AttributeId);
        (DataChangeFilter filter, double deadband) = (default, 0);
        if (status == UaStatusCodes.Good) status = CheckFilter(request.RequestedParameters.Filter, info, out filter, out deadband);
        if (status != UaStatusCodes.Good) return new MonitoredItemCreateResult(status, 0, 0, 0, UaExtensionObject.None);
        place = sampler.Items.Add();
        core.Counters.Items++;
        ref UaItem item = ref sampler.Items[place];
        item.Variable = isVariable ? node.Number : UaItem.NoVariable;
        item.Mode = (byte)request.MonitoringMode;
        Set(ref item, request.RequestedParameters, filter, deadband, times);
        UaAttributeItem? other = isVariable ? null : new UaAttributeItem { Node = node, Attribute = request.ItemToMonitor.AttributeId };
        long interval = sampler.Join(place, IntervalOf(subscription, request.RequestedParameters.SamplingInterval, info), other, core.Timer.Now);
        return new MonitoredItemCreateResult(UaStatusCodes.Good, sampler.Items.IdOf(place), TimeSpan.FromTicks(interval).TotalMilliseconds, item.QueueSize, UaExtensionObject.None);
    }

    private MonitoredItemModifyResult Modify(UaServerSubscription subscription, in MonitoredItemModifyRequest request, TimestampsToReturn times)
    {
        UaSampler sampler = subscription.Sampler;
        if (!sampler.Items.TryFind(request.MonitoredItemId, out int place)) return new MonitoredItemModifyResult(UaStatusCodes.BadMonitoredItemIdInvalid, 0, 0, UaExtensionObject.None);
        ref UaItem item = ref sampler.Items[place];
        UaVariableInfo? info = item.Variable == UaItem.NoVariable ? null : core.Variables.Describe(item.Variable);
        uint status = CheckFilter(request.RequestedParameters.Filter, info, out DataChangeFilter filter, out double deadband);
        if (status != UaStatusCodes.Good) return new MonitoredItemModifyResult(status, 0, 0, UaExtensionObject.None);
        Set(ref item, request.RequestedParameters, filter, deadband, times);
        sampler.QueueOf(item).Trim(ref item, item.QueueSize);
        long interval = sampler.Regroup(place, IntervalOf(subscription, request.RequestedParameters.SamplingInterval, info), core.Timer.Now);
        return new MonitoredItemModifyResult(UaStatusCodes.Good, TimeSpan.FromTicks(interval).TotalMilliseconds, item.QueueSize, UaExtensionObject.None);
    }

    private void Set(ref UaItem item, in MonitoringParameters asked, in DataChangeFilter filter, double deadband, TimestampsToReturn times)
    {
        item.ClientHandle = asked.ClientHandle;
        item.Trigger = (byte)filter.Trigger;
        item.Deadband = deadband;
        item.Times = (byte)times;
        item.DiscardOldest = asked.DiscardOldest;
        // Of what is no variable's value the last one is all that is kept.
        item.QueueSize = item.Variable == UaItem.NoVariable ? (ushort)1 : (ushort)Math.Clamp(asked.QueueSize, 1, (uint)core.Limits.QueueSize);
    }

    // There is such an attribute when it can be written.
    private uint CheckAttribute(UaNodeRef node, UaAttribute attribute)
    {
        using Binary.UaBuffer buffer = new();
        return UaNodeAttributes.Write(core, node, attribute, new Binary.UaWriter(buffer));
    }

    private static uint CheckFilter(in UaExtensionObject asked, UaVariableInfo? info, out DataChangeFilter filter, out double deadband)
    {
        deadband = 0;
        filter = new DataChangeFilter(DataChangeTrigger.StatusValue, DeadbandType.None, 0);
        if (asked.IsNone) return UaStatusCodes.Good;
        if (!asked.TryDecode(out filter)) return UaStatusCodes.BadMonitoredItemFilterUnsupported;
        if (info is null) return UaStatusCodes.BadFilterNotAllowed;
        if (filter.Trigger is < DataChangeTrigger.Status or > DataChangeTrigger.StatusValueTimestamp) return UaStatusCodes.BadMonitoredItemFilterInvalid;
        if (filter.DeadbandType == DeadbandType.None) return UaStatusCodes.Good;
        if (!UaNumbers.IsNumber(info.Type)) return UaStatusCodes.BadFilterNotAllowed;
        if (!(filter.DeadbandValue >= 0)) return UaStatusCodes.BadDeadbandFilterInvalid;
        if (filter.DeadbandType == DeadbandType.Absolute)
        {
            deadband = filter.DeadbandValue;
            return UaStatusCodes.Good;
        }
        if (filter.DeadbandType != DeadbandType.Percent || filter.DeadbandValue > Percent) return UaStatusCodes.BadDeadbandFilterInvalid;
        // Percent of what, it says, where there is an EURange (OPC 10000-8, 7.2).
        if (!UaAddressSpace.HasRange(info)) return UaStatusCodes.BadMonitoredItemFilterUnsupported;
        deadband = filter.DeadbandValue / Percent * (info.High - info.Low);
        return UaStatusCodes.Good;
    }

    private long IntervalOf(UaServerSubscription subscription, double asked, UaVariableInfo? info)
    {
        // Less than 0 is as often as the subscription publishes (OPC 10000-4, 7.21).
        long wanted = asked < 0 ? subscription.PublishingInterval
            : double.IsNaN(asked) ? 0
            : (long)(Math.Min(asked, core.Limits.LongestInterval.TotalMilliseconds) * TimeSpan.TicksPerMillisecond);
        long shortest = Math.Max(core.Limits.ShortestSampling.Ticks, info?.MinimumSampling.Ticks ?? 0);
        return Math.Max(wanted, shortest);
    }
}
