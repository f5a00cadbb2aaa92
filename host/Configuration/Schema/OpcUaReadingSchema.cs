using System.Globalization;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of how the values of an OPC UA server are had. A source and each of its devices have the same.</summary>
internal static class OpcUaReadingSchema
{
    /// <summary>The least change a server reports: a difference, or with <c>%</c> a part of the node's range.</summary>
    public static readonly ScalarType<UaDeadband> Deadbands = new(
        "deadband", "a number of 0 or more, or 0% to 100%", "a least change such as 0.5, or 2% of the node's EURange", TryDeadband, Format);

    public static readonly ValueKey<UaDeviceMode> Read = new("read", Scalars.Choice(("subscribe", UaDeviceMode.Subscribe), ("poll", UaDeviceMode.Poll)), OptionDefaults.UaDevice.Mode,
        "How values are had: `subscribe` lets the server send what changed, `poll` reads all at `interval`.");

    public static readonly ValueKey<TimeSpan> Publishing = new("publishing", Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)), OptionDefaults.UaSubscribe.Publishing,
        "How often the server publishes what has changed; it may say otherwise, which is logged.");

    public static readonly ValueKey<TimeSpan> Sampling = new("sampling", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), "as fast as the server can"), OptionDefaults.UaSubscribe.Sampling,
        "How often the server samples a node.");

    public static readonly ValueKey<int> Queue = new("queue", Scalars.Integer(1, ushort.MaxValue), OptionDefaults.UaSubscribe.Queue,
        "Values of a node that the server keeps between two publishings; all of them are taken.");

    public static readonly ValueKey<bool> Discard = new("discard", Scalars.Choice(("oldest", true), ("newest", false)), OptionDefaults.UaSubscribe.DiscardOldest, "Which value goes when a node's queue is full.");

    public static readonly ValueKey<UaDeadband> Deadband = new("deadband", Deadbands, new UaDeadband(UaDeadbandKind.Absolute, 0), "Least change that the server reports: a difference, or a percentage of the node's EURange.") { DefaultText = "any change" };

    public static readonly ValueKey<TimeSpan> KeepAlive = new("keep_alive", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)), OptionDefaults.UaSubscribe.KeepAlive,
        "Longest silence before the server is asked whether it lives. A subscription says so by itself after as long, and is made again when it did not for three times that.");

    public static readonly ValueKey<TimeSpan> Lifetime = new("lifetime", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)), OptionDefaults.UaSubscribe.Lifetime,
        "How long the server keeps a subscription, and what it published, while it does not hear of the node.");

    public static readonly ValueKey<int> InFlight = new("in_flight", Scalars.Integer(1, 64), OptionDefaults.UaSubscribe.InFlight, "Publish requests kept at the server, or Read requests under way at once.");

    public static readonly ValueKey<int> ItemsPerSubscription = new("items_per_subscription", Scalars.Integer(1, 1_000_000), OptionDefaults.UaSubscribe.ItemsPerSubscription, "Nodes a subscription; a device with more has several.");

    public static readonly ValueKey<int> MaxNotifications = new("max_notifications", Scalars.Integer(0, 1_000_000), OptionDefaults.UaSubscribe.MaxNotificationsPerPublish, "Most values in one notification; `0` for no limit.");

    public static readonly ValueKey<TimeSpan> Interval = new("interval", Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(24)), OptionDefaults.UaPoll.Interval, "With `read: poll`: from one poll to the next.");

    public static readonly ValueKey<bool> Register = new("register", Scalars.Boolean, OptionDefaults.UaPoll.Register, "With `read: poll`: whether nodes are registered (RegisterNodes) first, which some servers answer faster.");

    public static readonly ValueKey<TimeSpan> RetryBadNodes = new("retry_bad_nodes", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)), OptionDefaults.UaDevice.RetryBadNodes,
        "How long a tag whose node is unknown or refused waits before it is tried again.");

    /// <summary>Of a subscription alone.</summary>
    public static readonly IReadOnlyList<Key> OfSubscriptions = [Publishing, Sampling, Queue, Discard, Deadband, Lifetime, ItemsPerSubscription, MaxNotifications];

    /// <summary>Of polling alone.</summary>
    public static readonly IReadOnlyList<Key> OfPolling = [Interval, Register];

    private static bool TryDeadband(string text, out UaDeadband value)
    {
        bool percent = text.EndsWith('%');
        value = new UaDeadband(percent ? UaDeadbandKind.Percent : UaDeadbandKind.Absolute, 0);
        if (!Scalars.Number.Parse(percent ? text[..^1] : text, out double number) || number < 0 || (percent && number > 100)) return false;
        value = value with { Value = number };
        return true;
    }

    private static string Format(UaDeadband value) => string.Create(CultureInfo.InvariantCulture, $"{value.Value:R}{(value.Kind == UaDeadbandKind.Percent ? "%" : "")}");
}
