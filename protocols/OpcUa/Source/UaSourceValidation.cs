using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>Checks an OPC UA source's options, without connecting.</summary>
public static class UaSourceValidation
{
    private const int MaxElements = 100_000;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Everything that is wrong, in words that name the device, the tag, what was found and what is accepted; empty when all is well.</summary>
    public static IReadOnlyList<string> Check(UaSourceOptions options)
    {
        List<string> errors = [];
        if (string.IsNullOrWhiteSpace(options.Name)) errors.Add("an OPC UA source has no name; every source needs one, unique in the node");
        if (!Enum.IsDefined(options.GatewayTime)) errors.Add($"gateway time {(int)options.GatewayTime}; {Names<UaGatewayTime>()} are accepted");
        Range(errors, $"source '{options.Name}'", "acknowledge interval", options.AcknowledgeInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        HashSet<string> names = new(StringComparer.Ordinal);
        // Devices that are alike share one list, which is checked once.
        HashSet<IReadOnlyList<UaTag>> seen = new(ReferenceEqualityComparer.Instance);
        foreach (UaDeviceOptions device in options.Devices)
        {
            if (!names.Add(device.Name)) errors.Add($"device '{device.Name}': the name is used twice; device names are unique in a node");
            CheckDevice(errors, device, seen.Add(device.Tags));
            if (options.GatewayTime == UaGatewayTime.Due && device.Mode != UaDeviceMode.Poll) errors.Add($"device '{device.Name}': mode {device.Mode} with gateway time {UaGatewayTime.Due}; what the server sends by itself is not due at any time, poll it");
        }
        return errors;
    }

    private static void CheckDevice(List<string> errors, UaDeviceOptions device, bool withTags)
    {
        string at = $"device '{device.Name}'";
        if (string.IsNullOrWhiteSpace(device.Name)) errors.Add("an OPC UA device has no name; every device needs one, unique in the node");
        CheckSession(errors, at, device.Session);
        if (!Enum.IsDefined(device.Mode)) errors.Add($"{at}: mode {(int)device.Mode}; {Names<UaDeviceMode>()} are accepted");
        Range(errors, at, "retry of bad nodes", device.RetryBadNodes, TimeSpan.FromMilliseconds(100), Day);
        if (device.Mode == UaDeviceMode.Poll)
        {
            Range(errors, at, "poll interval", device.Poll.Interval, TimeSpan.FromMilliseconds(10), Day);
            Range(errors, at, "requests in flight", device.Poll.InFlight, 1, 64);
        }
        else
        {
            CheckSubscribe(errors, at, device.Subscribe);
        }
        if (device.Tags.Count == 0) errors.Add($"{at}: has no tags; at least one is needed");
        if (!withTags) return;
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (UaTag tag in device.Tags)
        {
            if (string.IsNullOrWhiteSpace(tag.Name))
            {
                errors.Add($"{at}: the tag of node '{tag.Node ?? tag.Path}' has no name");
                continue;
            }
            if (!names.Add(tag.Name)) errors.Add($"{at}, tag '{tag.Name}': the name is used twice; tag names are unique in a device");
            CheckTag(errors, $"{at}, tag '{tag.Name}'", tag);
        }
    }

    private static void CheckSession(List<string> errors, string at, UaSessionOptions session)
    {
        if (!UaEndpointUrl.TryParse(session.EndpointUrl, out _))
        {
            errors.Add($"{at}: endpoint '{session.EndpointUrl}'; one such as opc.tcp://host:4840 is needed");
        }
        if ((session.Policy == Security.UaSecurityPolicy.None) != (session.Mode == Security.UaSecurityMode.None))
        {
            errors.Add($"{at}: mode {session.Mode} with policy {session.Policy}; policy None has mode None, and the others Sign or SignAndEncrypt");
        }
        if (session.Policy != Security.UaSecurityPolicy.None && session.Certificates is null) errors.Add($"{at}: policy {session.Policy} without a folder of certificates; give the source one");
        Range(errors, at, "session timeout", session.SessionTimeout, TimeSpan.FromSeconds(1), Day);
        Range(errors, at, "connect timeout", session.ConnectTimeout, TimeSpan.FromMilliseconds(10), Hour);
        Range(errors, at, "request timeout", session.RequestTimeout, TimeSpan.FromMilliseconds(10), Hour);
    }

    private static void CheckSubscribe(List<string> errors, string at, UaSubscribeOptions subscribe)
    {
        Range(errors, at, "publishing interval", subscribe.Publishing, TimeSpan.FromMilliseconds(10), Hour);
        Range(errors, at, "sampling interval", subscribe.Sampling, TimeSpan.Zero, Hour);
        Range(errors, at, "queue", subscribe.Queue, 1, ushort.MaxValue);
        Range(errors, at, "keep-alive", subscribe.KeepAlive, TimeSpan.FromMilliseconds(100), Hour);
        Range(errors, at, "publish requests in flight", subscribe.InFlight, 1, 64);
        Range(errors, at, "items a subscription", subscribe.ItemsPerSubscription, 1, 1_000_000);
        Range(errors, at, "most values in a notification", subscribe.MaxNotificationsPerPublish, 0, int.MaxValue);
        // OPC 10000-4, 5.14.2.2: the lifetime is at least three times the keep-alive.
        if (subscribe.Lifetime < 3 * subscribe.KeepAlive || subscribe.Lifetime > Day)
        {
            errors.Add($"{at}: lifetime {subscribe.Lifetime} with a keep-alive of {subscribe.KeepAlive}; three times the keep-alive to {Day} is accepted");
        }
        if (subscribe.Deadband is { } deadband) CheckDeadband(errors, at, deadband);
    }

    private static void CheckTag(List<string> errors, string at, UaTag tag)
    {
        if ((tag.Node is null) == (tag.Path is null)) errors.Add($"{at}: {(tag.Node is null ? "neither node nor path" : "node and path")}; one of the two is needed");
        if (tag.Node is { } node && !UaNodeText.TryParse(node, out _, out string? nodeFault)) errors.Add($"{at}: {nodeFault}");
        if (tag.Path is { } path && !UaBrowsePath.TryParse(path, out _, out string? pathFault)) errors.Add($"{at}: {pathFault}");
        if (tag.Kind is { } kind && !Enum.IsDefined(kind)) errors.Add($"{at}: kind {(int)kind}; {Names<ValueKind>()} are accepted");
        Range(errors, at, "elements", tag.Elements, 0, MaxElements);
        if (tag.Sampling is { } sampling) Range(errors, at, "sampling interval", sampling, TimeSpan.Zero, Hour);
        if (tag.Queue is { } queue) Range(errors, at, "queue", queue, 1, ushort.MaxValue);
        if (tag.Deadband is { } deadband) CheckDeadband(errors, at, deadband);
        if (tag.Shaping is not { } shaping) return;
        // Series are shaped from the first reading on, and their kind must be known before that.
        if (tag.Kind != ValueKind.Float64) errors.Add($"{at}: a range or deadband of its own with {(tag.Kind is { } other ? $"kind {other}" : "the server's type")}; give it kind Float64");
        if (tag.Elements > 0) errors.Add($"{at}: a range or deadband of its own with elements; only single values are shaped");
        if (shaping.Min > shaping.Max) errors.Add($"{at}: min {shaping.Min} above max {shaping.Max}; a range goes from low to high");
        if (!(shaping.Deadband >= 0)) errors.Add($"{at}: deadband {shaping.Deadband}; 0 or more is accepted");
    }

    private static void CheckDeadband(List<string> errors, string at, UaDeadband deadband)
    {
        if (!Enum.IsDefined(deadband.Kind)) errors.Add($"{at}: deadband of kind {(int)deadband.Kind}; {Names<UaDeadbandKind>()} are accepted");
        double most = deadband.Kind == UaDeadbandKind.Percent ? 100 : double.MaxValue;
        if (!(deadband.Value >= 0 && deadband.Value <= most)) errors.Add($"{at}: {deadband.Kind} deadband {deadband.Value}; 0 to {(deadband.Kind == UaDeadbandKind.Percent ? "100 percent" : "any finite number")} is accepted");
    }

    private static void Range(List<string> errors, string at, string what, int found, int least, int most)
    {
        if (found < least || found > most) errors.Add($"{at}: {what} {found}; {least} to {most} are accepted");
    }

    private static void Range(List<string> errors, string at, string what, TimeSpan found, TimeSpan least, TimeSpan most)
    {
        if (found < least || found > most) errors.Add($"{at}: {what} {found}; {least} to {most} are accepted");
    }

    private static string Names<TEnum>()
        where TEnum : struct, Enum => string.Join(", ", Enum.GetNames<TEnum>());
}
