namespace HyperIngest.Sparkplug;

/// <summary>What a Sparkplug topic says a message is (Sparkplug 3.0, 4.1).</summary>
public enum SparkplugMessageType : byte
{
    /// <summary>Birth of an edge node.</summary>
    NodeBirth,

    /// <summary>Data of an edge node's own metrics.</summary>
    NodeData,

    /// <summary>Death of an edge node; mostly its will.</summary>
    NodeDeath,

    /// <summary>Command to an edge node.</summary>
    NodeCommand,

    /// <summary>Birth of a device.</summary>
    DeviceBirth,

    /// <summary>Data of a device.</summary>
    DeviceData,

    /// <summary>Death of a device.</summary>
    DeviceDeath,

    /// <summary>Command to a device.</summary>
    DeviceCommand,

    /// <summary>State of a host application.</summary>
    State,
}

/// <summary>A Sparkplug topic as it stands in a message's bytes; good as long as those are.</summary>
public readonly ref struct SparkplugTopic
{
    private SparkplugTopic(SparkplugMessageType type, ReadOnlySpan<byte> group, ReadOnlySpan<byte> node, ReadOnlySpan<byte> device, ReadOnlySpan<byte> host)
    {
        Type = type;
        Group = group;
        Node = node;
        Device = device;
        Host = host;
    }

    /// <summary>What every topic begins with.</summary>
    public static ReadOnlySpan<byte> Namespace => "spBv1.0/"u8;

    /// <summary>What the message is.</summary>
    public SparkplugMessageType Type { get; }

    /// <summary>The group; empty for <see cref="SparkplugMessageType.State"/>.</summary>
    public ReadOnlySpan<byte> Group { get; }

    /// <summary>The edge node; empty for <see cref="SparkplugMessageType.State"/>.</summary>
    public ReadOnlySpan<byte> Node { get; }

    /// <summary>The device; empty for messages of an edge node.</summary>
    public ReadOnlySpan<byte> Device { get; }

    /// <summary>The host application of <see cref="SparkplugMessageType.State"/>; empty for others.</summary>
    public ReadOnlySpan<byte> Host { get; }

    /// <summary>Whether the message is of a device, not of an edge node or host.</summary>
    public bool IsOfDevice => Type is >= SparkplugMessageType.DeviceBirth and <= SparkplugMessageType.DeviceCommand;

    /// <summary>Takes a topic apart; false when it is none of Sparkplug's, or lacks a level or has one too many.</summary>
    public static bool TryParse(ReadOnlySpan<byte> topic, out SparkplugTopic parsed)
    {
        parsed = default;
        if (!topic.StartsWith(Namespace)) return false;
        ReadOnlySpan<byte> rest = topic[Namespace.Length..];
        if (!TryLevel(ref rest, out ReadOnlySpan<byte> group)) return false;
        if (!TryLevel(ref rest, out ReadOnlySpan<byte> word))
        {
            // "spBv1.0/STATE/" and the host, which is the last level.
            return group.SequenceEqual("STATE"u8) && TryLast(rest, out ReadOnlySpan<byte> host) && TryState(host, out parsed);
        }
        if (!TryType(word, out SparkplugMessageType type)) return false;
        if (type < SparkplugMessageType.DeviceBirth)
        {
            if (!TryLast(rest, out ReadOnlySpan<byte> last)) return false;
            parsed = new SparkplugTopic(type, group, last, default, default);
            return true;
        }
        if (!TryLevel(ref rest, out ReadOnlySpan<byte> node) || !TryLast(rest, out ReadOnlySpan<byte> device)) return false;
        parsed = new SparkplugTopic(type, group, node, device, default);
        return true;
    }

    /// <summary>Whether a group, edge node, device or host may have this identifier: not empty, and without the characters <c>/</c>, <c>+</c>, <c>#</c> and NUL.</summary>
    public static bool IsIdentifier(ReadOnlySpan<byte> utf8) => !utf8.IsEmpty && utf8.IndexOfAny("/+#\0"u8) < 0;

    /// <summary>The topic of an edge node's or device's messages.</summary>
    /// <param name="type">Anything but <see cref="SparkplugMessageType.State"/>.</param>
    /// <param name="group">The group's identifier.</param>
    /// <param name="node">The edge node's identifier.</param>
    /// <param name="device">The device's identifier; empty for a message of the edge node.</param>
    /// <exception cref="ArgumentException">An identifier is none, or the device is there or not as the type does not have it.</exception>
    public static byte[] Compose(SparkplugMessageType type, ReadOnlySpan<byte> group, ReadOnlySpan<byte> node, ReadOnlySpan<byte> device = default)
    {
        if (type >= SparkplugMessageType.State) throw new ArgumentException($"A topic of {type} has a host and no edge node: use ComposeState.", nameof(type));
        if (!IsIdentifier(group) || !IsIdentifier(node)) throw new ArgumentException("The identifier of a group or edge node must not be empty nor have the characters '/', '+', '#'.", nameof(node));
        bool ofDevice = type >= SparkplugMessageType.DeviceBirth;
        if (ofDevice != IsIdentifier(device)) throw new ArgumentException($"A topic of {type} has {(ofDevice ? "a" : "no")} device, whose identifier must not have the characters '/', '+', '#'.", nameof(device));
        return ofDevice
            ? [.. Namespace, .. group, (byte)'/', .. WordOf(type), (byte)'/', .. node, (byte)'/', .. device]
            : [.. Namespace, .. group, (byte)'/', .. WordOf(type), (byte)'/', .. node];
    }

    /// <summary>The topic of a host application's state (Sparkplug 3.0).</summary>
    /// <exception cref="ArgumentException">The identifier is none.</exception>
    public static byte[] ComposeState(ReadOnlySpan<byte> host) => IsIdentifier(host)
        ? [.. Namespace, .. "STATE/"u8, .. host]
        : throw new ArgumentException("The identifier of a host must not be empty nor have the characters '/', '+', '#'.", nameof(host));

    private static bool TryState(ReadOnlySpan<byte> host, out SparkplugTopic parsed)
    {
        parsed = new SparkplugTopic(SparkplugMessageType.State, default, default, default, host);
        return true;
    }

    // A level and the slash behind it.
    private static bool TryLevel(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> level)
    {
        int slash = rest.IndexOf((byte)'/');
        level = slash > 0 ? rest[..slash] : default;
        if (slash <= 0) return false;
        rest = rest[(slash + 1)..];
        return true;
    }

    private static bool TryLast(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> level)
    {
        level = rest;
        return !rest.IsEmpty && !rest.Contains((byte)'/');
    }

    private static bool TryType(ReadOnlySpan<byte> word, out SparkplugMessageType type)
    {
        for (type = SparkplugMessageType.NodeBirth; type < SparkplugMessageType.State; type++)
        {
            if (word.SequenceEqual(WordOf(type))) return true;
        }
        return false;
    }

    private static ReadOnlySpan<byte> WordOf(SparkplugMessageType type) => type switch
    {
        SparkplugMessageType.NodeBirth => "NBIRTH"u8,
        SparkplugMessageType.NodeData => "NDATA"u8,
        SparkplugMessageType.NodeDeath => "NDEATH"u8,
        SparkplugMessageType.NodeCommand => "NCMD"u8,
        SparkplugMessageType.DeviceBirth => "DBIRTH"u8,
        SparkplugMessageType.DeviceData => "DDATA"u8,
        SparkplugMessageType.DeviceDeath => "DDEATH"u8,
        SparkplugMessageType.DeviceCommand => "DCMD"u8,
        _ => "STATE"u8,
    };
}
