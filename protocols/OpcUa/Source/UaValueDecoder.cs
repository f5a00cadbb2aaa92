using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>Makes readings of a device's values as they lie in messages, without copies and without boxing. Under the device's gate; allocates nothing for a value.</summary>
internal sealed class UaValueDecoder(UaTagTable tags, TextTable texts, UaGatewayTime gatewayTime, string device, ILogger logger)
{
    private readonly bool _ownTimes = gatewayTime == UaGatewayTime.Source;

    /// <summary>Tags whose node the server does not know or refuses, and the status it said so with, since this was cleared.</summary>
    public List<(int Tag, uint Status)> NodeFaults { get; } = [];

    /// <summary>All values of a notification, up to its fault if it has one.</summary>
    public void Take(scoped ref NotificationReader notification, long gatewayTicks, UaReadingBlock into)
    {
        UaItem[] items = tags.Items;
        while (notification.Next(out uint handle, out UaDataValue value))
        {
            if (handle < (uint)items.Length) Take(ref items[handle], (int)handle, value, gatewayTicks, into);
            else into.Skipped++;
        }
    }

    /// <summary>One value of a tag.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(ref UaItem item, int tag, scoped in UaDataValue value, long gatewayTicks, UaReadingBlock into)
    {
        if (value.Status == UaStatusCodes.Good && item.Form == UaItemForm.Scalar && UaScalars.ToBits(value.Value, item.Kind, texts, out long bits) == UaScalarOutcome.Done)
        {
            into.Add(new Reading(item.Series, UaStatusCodes.Good, value.SourceTicks, GatewayOf(value, gatewayTicks), bits));
            return;
        }
        TakeOther(ref item, tag, value, gatewayTicks, into);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long GatewayOf(scoped in UaDataValue value, long gatewayTicks) => _ownTimes && value.SourceTicks != 0 ? value.SourceTicks : gatewayTicks;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeOther(ref UaItem item, int tag, scoped in UaDataValue value, long gatewayTicks, UaReadingBlock into)
    {
        if (UaStatusCodes.IsOverflow(value.Status)) into.Overflows++;
        if (UaRefusals.IsNodeFault(value.Status) && !item.IsBad) NodeFaults.Add((tag, value.Status));
        long gateway = GatewayOf(value, gatewayTicks);
        switch (item.Form)
        {
            case UaItemForm.Scalar:
                Add(item.Series, ref item, tag, value.Value, value.Status, value.SourceTicks, gateway, into);
                break;
            case UaItemForm.Elements:
                TakeElements(ref item, tag, value, gateway, into);
                break;
            default:
                into.Skipped++;
                break;
        }
    }

    private void TakeElements(ref UaItem item, int tag, scoped in UaDataValue value, long gateway, UaReadingBlock into)
    {
        int[] series = tags.ElementsOf(item);
        UaElements elements = new(value.Value);
        bool isArray = value.Value.IsArray;
        for (int i = 0; i < series.Length; i++)
        {
            // No array at all: no value when it is null, another type otherwise. One that is too short has none for its last series.
            bool has = elements.Next(out UaVariant element);
            if (!has && !isArray && value.Value.Type != UaBuiltInType.Null)
            {
                into.Unfit++;
                into.AddBad(new Reading(series[i], BadOr(value.Status, UaStatusCodes.BadTypeMismatch), value.SourceTicks, gateway, 0));
                continue;
            }
            Add(series[i], ref item, tag, element, value.Status, value.SourceTicks, gateway, into);
        }
        if (isArray && value.Value.Length > series.Length) into.Skipped += value.Value.Length - series.Length;
    }

    private void Add(int series, ref UaItem item, int tag, scoped in UaVariant value, uint status, long sourceTicks, long gateway, UaReadingBlock into)
    {
        UaScalarOutcome outcome = UaScalars.ToBits(value, item.Kind, texts, out long bits);
        switch (outcome)
        {
            case UaScalarOutcome.Done:
                break;
            case UaScalarOutcome.NoValue:
                status = BadOr(status, UaStatusCodes.BadNoData);
                break;
            case UaScalarOutcome.NotScalar:
                into.Skipped++;
                if (!item.IsSkipLogged) UaSourceLog.ValueSkipped(logger, device, tags[tag].Name, value.IsArray ? $"an array of {value.Length} {value.Type}" : $"a {value.Type}");
                item.IsSkipLogged = true;
                return;
            case UaScalarOutcome.TextRefused:
                into.TextsRefused++;
                status = BadOr(status, UaStatusCodes.BadOutOfMemory);
                break;
            default:
                into.Unfit++;
                status = BadOr(status, outcome == UaScalarOutcome.NotUtf8 ? UaStatusCodes.BadDecodingError : UaStatusCodes.BadTypeMismatch);
                break;
        }
        Reading reading = new(series, status, sourceTicks, gateway, bits);
        if (StatusCodes.IsBad(status)) into.AddBad(reading);
        else into.Add(reading);
    }

    // What the server says is bad stays as it says.
    private static uint BadOr(uint status, uint own) => StatusCodes.IsBad(status) ? status : own;
}
