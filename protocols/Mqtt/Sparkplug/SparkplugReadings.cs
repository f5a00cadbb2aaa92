using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Protocols.Mqtt.Payloads;
using HyperIngest.Sparkplug;

namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>Makes readings of the metrics of births and data, and of a death; registers the series that births name.</summary>
internal sealed class SparkplugReadings(SparkplugHostOptions options, SeriesRegistrar registrar, SparkplugHostMetrics metrics)
{
    // 9999-12-31T23:59:59.999Z.
    private const ulong MaxMilliseconds = 253_402_300_799_999;

    private readonly TextInterning _texts = new(registrar.Catalog.Texts);

    /// <summary>A birth: its metrics become series, and its values are readings too.</summary>
    /// <param name="node">The edge node.</param>
    /// <param name="device">The device's place; 0: the node itself.</param>
    /// <param name="payload">The birth certificate.</param>
    /// <param name="nowTicks">The gateway time.</param>
    /// <param name="isCurrent">Its values are the last ones: it was not overtaken by others.</param>
    /// <param name="into">Gets the readings.</param>
    public void Birth(SparkplugNode node, int device, in SparkplugPayload payload, long nowTicks, bool isCurrent, MessageReadings into)
    {
        SparkplugDevice born = node.Devices[device];
        born.IsAlive = true;
        into.Begin(born.Name);
        Batch batch = new(payload, nowTicks, isCurrent);
        foreach (ref readonly SparkplugMetric metric in payload.Metrics)
        {
            int place = PlaceOf(node, device, metric);
            if (place < 0)
            {
                batch.Refused++;
                continue;
            }
            if (metric.HasAlias) node.SetAlias(metric.Alias, place);
            Take(ref node.SeriesAt(place), metric, ref batch, into);
        }
        Enter(batch, into);
    }

    /// <summary>Data of a device that is alive.</summary>
    /// <returns>Metrics that no birth has named.</returns>
    public int Data(SparkplugNode node, int device, in SparkplugPayload payload, long nowTicks, bool isCurrent, MessageReadings into)
    {
        into.Begin(node.Devices[device].Name);
        Batch batch = new(payload, nowTicks, isCurrent);
        int unresolved = 0;
        foreach (ref readonly SparkplugMetric metric in payload.Metrics)
        {
            int place = node.Find(metric, device);
            if (place >= 0) Take(ref node.SeriesAt(place), metric, ref batch, into);
            else unresolved++;
        }
        Enter(batch, into);
        return unresolved;
    }

    /// <summary>A death: every series has its last usable value once more, with a status that says so.</summary>
    public static void Death(SparkplugNode node, int device, long nowTicks, MessageReadings into)
    {
        SparkplugDevice dead = node.Devices[device];
        dead.IsAlive = false;
        into.Begin(dead.Name);
        foreach (int place in dead.Places)
        {
            ref readonly SparkplugSeries series = ref node.SeriesAt(place);
            if (series.Standing != SeriesStanding.Taken) continue;
            uint status = series.HasLast ? StatusCodes.UncertainNoCommunicationLastUsableValue : StatusCodes.BadNoCommunication;
            into.Add(new Reading(series.SeriesId, status, 0, nowTicks, series.LastBits));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take(ref SparkplugSeries series, in SparkplugMetric metric, ref Batch batch, MessageReadings into)
    {
        if (series.Standing != SeriesStanding.Taken)
        {
            if (series.Standing == SeriesStanding.Skipped) batch.Skipped++;
            else if (series.Standing == SeriesStanding.Refused) batch.Refused++;
            return;
        }
        uint status = metric.PropertyBytes.IsEmpty ? StatusCodes.Good : SparkplugQuality.StatusOf(metric);
        long bits;
        if (metric.IsNull || metric.ValueField == SparkplugValueField.None)
        {
            bits = 0;
            status = StatusCodes.BadNoData;
        }
        else if (series.Kind == ValueKind.Text)
        {
            status = Text(metric, status, out bits, ref batch);
        }
        else if (!SparkplugValue.TryBits(metric, series.Type, series.Kind, out bits))
        {
            bits = 0;
            status = StatusCodes.BadDecodingError;
            batch.Mismatches++;
        }
        batch.Taken++;
        into.Add(new Reading(series.SeriesId, status, metric.HasTimestamp ? batch.TicksOf(metric.Timestamp) : batch.PayloadTicks, batch.NowTicks, bits));
        if (metric.IsHistorical)
        {
            batch.Historical++;
        }
        else if (batch.IsCurrent && !StatusCodes.IsBad(status))
        {
            series.LastBits = bits;
            series.HasLast = true;
        }
    }

    private uint Text(in SparkplugMetric metric, uint status, out long handle, ref Batch batch)
    {
        handle = 0;
        bool refused = false;
        if (metric.ValueField != SparkplugValueField.String || _texts.TryIntern(metric.Text, out handle, out refused) != RecordFault.None)
        {
            batch.Mismatches++;
            return StatusCodes.BadDecodingError;
        }
        if (!refused) return status;
        batch.TextsRefused++;
        return StatusCodes.BadOutOfMemory;
    }

    // The place of a metric in a birth; it is made and its series registered when it is new. -1 when there is no room for it or it has no name.
    private int PlaceOf(SparkplugNode node, int device, in SparkplugMetric metric)
    {
        if (metric.Name.IsEmpty) return -1;
        int place = node.Devices[device].Find(metric.Name);
        if (place < 0)
        {
            if (node.SeriesCount >= options.MaxMetricsPerNode)
            {
                node.IsOverLimit = true;
                return -1;
            }
            place = node.Add(metric.Name, device);
            Register(node, ref node.SeriesAt(place), metric);
            return place;
        }
        ref SparkplugSeries series = ref node.SeriesAt(place);
        SparkplugDataType type = SparkplugValue.TypeOf(metric);
        bool isReading = SparkplugValue.TryKind(type, out _);
        // A metric that has changed its type stays the series it is, with the kind the catalog knows; a value that this kind cannot hold is bad.
        if (series.Standing == SeriesStanding.Taken && isReading) series.Type = type;
        else if (series.Standing != SeriesStanding.OfTheProtocol) Register(node, ref series, metric);
        return place;
    }

    private void Register(SparkplugNode node, ref SparkplugSeries series, in SparkplugMetric metric)
    {
        series.Type = SparkplugValue.TypeOf(metric);
        if (IsOfTheProtocol(metric.Name))
        {
            series.Standing = SeriesStanding.OfTheProtocol;
        }
        else if (!SparkplugValue.TryKind(series.Type, out ValueKind kind))
        {
            series.Standing = SeriesStanding.Skipped;
        }
        else if (metric.Name.Length > registrar.MaxNameBytes || !Utf8.IsValid(metric.Name))
        {
            series.Standing = SeriesStanding.Refused;
        }
        else
        {
            SeriesDefinition definition = new(
                node.Devices[series.Device].Name, Encoding.UTF8.GetString(metric.Name), kind, UnitOf(metric), Tenant: options.Tenant.Replace("{group}", node.Group, StringComparison.Ordinal));
            series.Standing = registrar.Register(definition, out series.SeriesId, out series.Kind) is null ? SeriesStanding.Taken : SeriesStanding.Refused;
        }
    }

    private static bool IsOfTheProtocol(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("bdSeq"u8) || name.StartsWith("Node Control/"u8) || name.StartsWith("Device Control/"u8);

    private static string UnitOf(in SparkplugMetric metric)
    {
        if (metric.PropertyBytes.IsEmpty) return "";
        if (!metric.Properties.TryFind("engUnit"u8, out SparkplugProperty unit) && !metric.Properties.TryFind("Engineering Units"u8, out unit)) return "";
        return Utf8.IsValid(unit.Text) ? Encoding.UTF8.GetString(unit.Text) : "";
    }

    private void Enter(in Batch batch, MessageReadings into)
    {
        metrics.Metrics.Add(batch.Taken);
        if (batch.Historical > 0) metrics.Historical.Add(batch.Historical);
        if (batch.Refused > 0) metrics.Refused.Add(batch.Refused);
        if (batch.Mismatches > 0) metrics.Mismatches.Add(batch.Mismatches);
        if (batch.TimesRefused > 0) metrics.TimesRefused.Add(batch.TimesRefused);
        if (batch.Skipped > 0) metrics.Skipped.Add(batch.Skipped);
        into.Skipped += batch.Skipped;
        into.TextsRefused += batch.TextsRefused;
    }

    /// <summary>What all metrics of a message share, and what is counted of them.</summary>
    private struct Batch
    {
        public Batch(in SparkplugPayload payload, long nowTicks, bool isCurrent)
        {
            NowTicks = nowTicks;
            IsCurrent = isCurrent;
            PayloadTicks = TicksOf(payload.Timestamp);
        }

        public readonly long NowTicks;
        public readonly bool IsCurrent;
        public readonly long PayloadTicks;
        public int Taken;
        public int Historical;
        public int Skipped;
        public int Refused;
        public int Mismatches;
        public int TextsRefused;
        public int TimesRefused;

        /// <summary>A time as ticks; 0, no time, for 0 and for what no calendar has.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public long TicksOf(ulong milliseconds)
        {
            if (milliseconds - 1 < MaxMilliseconds) return DateTime.UnixEpoch.Ticks + ((long)milliseconds * TimeSpan.TicksPerMillisecond);
            if (milliseconds != 0) TimesRefused++;
            return 0;
        }
    }
}
