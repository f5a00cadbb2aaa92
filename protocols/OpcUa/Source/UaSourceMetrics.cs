using HyperIngest.Core.Telemetry;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>The counters of one OPC UA source; see docs/opcua.md for each. Added to once a message, not once a value.</summary>
internal sealed class UaSourceMetrics
{
    private readonly MetricRegistry _registry;
    private readonly MetricLabel _label;

    public UaSourceMetrics(MetricRegistry registry, string source)
    {
        _registry = registry;
        _label = new MetricLabel("source", source);
        Notifications = Counter("notifications", "Notifications taken that had values.");
        Values = Counter("values", "Readings taken, from notifications and from Read.");
        BadValues = Counter("bad_values", "Of those, readings with a bad status.");
        Unfit = Counter("unfit_values", "Values that do not fit their series' kind; they are readings with a bad status.");
        Skipped = Counter("skipped_values", "Values that are no readings: arrays and structures of tags without elements, elements beyond those configured.");
        TextsRefused = Counter("texts_refused", "Texts that were too long, or that the text table had no room for; they are readings with a bad status.");
        Abandoned = Counter("abandoned_values", "Readings that had no room in their shard when the source was stopped; those of subscriptions are not acknowledged.");
        Overflows = Counter("overflows", "Values the server marked with the overflow bit: others before them were dropped from the item's queue at the server.");
        Republished = Counter("republished", "Notifications that were missing and came when they were asked for again.");
        Lost = Counter("lost_notifications", "Notifications that were missing and that the server does not have any more, or that were malformed.");
        Duplicates = Counter("duplicates", "Notifications that came a second time and were not taken again.");
        Acknowledged = Counter("acknowledged", "Notifications acknowledged, which is after their readings were durable.");
        Waits = Counter("waits", "Times a device was not asked for more because its shard had no room.");
        SessionsNew = Counter("sessions_new", "Sessions set up that were new to the server.");
        SessionsResumed = Counter("sessions_resumed", "Sessions that went on over a new channel.");
        SubscriptionsCreated = Counter("subscriptions_created", "Subscriptions created, for the first time or again.");
        SubscriptionsTransferred = Counter("subscriptions_transferred", "Subscriptions that a new session took over.");
        SubscriptionsTakenOver = Counter("subscriptions_taken_over", "Subscriptions that a run of the node before had left at the server, and that this one goes on with.");
        SubscriptionsLost = Counter("subscriptions_lost", "Subscriptions that ended, were unknown to the server or silent for too long, and were created again.");
        Faults = Counter("faults", "Faults of devices, of all kinds.");
        Polls = Counter("polls", "Polls begun.");
        PollsDelayed = Counter("polls_delayed", "Polls of which a request had to wait for room in the shard's ring.");
        PollRequestsFailed = Counter("poll_requests_failed", "Read requests that failed as a whole.");
        PollTime = registry.Histogram("hyperingest_opcua_poll_seconds", "From a poll's first request to its last response published, polls without a fault.", _label);
    }

    public Counter Notifications { get; }

    public Counter Values { get; }

    public Counter BadValues { get; }

    public Counter Unfit { get; }

    public Counter Skipped { get; }

    public Counter TextsRefused { get; }

    public Counter Abandoned { get; }

    public Counter Overflows { get; }

    public Counter Republished { get; }

    public Counter Lost { get; }

    public Counter Duplicates { get; }

    public Counter Acknowledged { get; }

    public Counter Waits { get; }

    public Counter SessionsNew { get; }

    public Counter SessionsResumed { get; }

    public Counter SubscriptionsCreated { get; }

    public Counter SubscriptionsTransferred { get; }

    public Counter SubscriptionsTakenOver { get; }

    public Counter SubscriptionsLost { get; }

    public Counter Faults { get; }

    public Counter Polls { get; }

    public Counter PollsDelayed { get; }

    public Counter PollRequestsFailed { get; }

    public LatencyHistogram PollTime { get; }

    /// <summary>Shows the state of the source's devices from now on.</summary>
    public void Show(Func<double> connected, Func<double> badTags, Func<double> unacknowledged, Func<double> waiting)
    {
        _registry.Gauge("hyperingest_opcua_devices_connected", "Devices whose session is active and set up.", connected, _label);
        _registry.Gauge("hyperingest_opcua_bad_tags", "Tags whose node the server does not know or refuses; they are tried again.", badTags, _label);
        _registry.Gauge("hyperingest_opcua_unacknowledged", "Notifications taken whose acknowledgement waits for the journal or for a Publish request that carries it.", unacknowledged, _label);
        _registry.Gauge("hyperingest_opcua_waiting", "Devices that are not asked for more because their shard has no room.", waiting, _label);
    }

    private Counter Counter(string name, string help) => _registry.Counter($"hyperingest_opcua_{name}_total", help, _label);
}
