using System.Buffers;
using System.Globalization;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>Where an MQTT broker is, and whether it is spoken to over TLS.</summary>
internal readonly record struct BrokerAddress(string Host, int Port, bool Tls)
{
    private const string Plain = "mqtt://";
    private const string Encrypted = "mqtts://";
    private const int PlainPort = 1883;
    private const int EncryptedPort = 8883;

    // The longest name DNS has.
    private const int MaxHostLength = 253;

    private static readonly SearchValues<char> NotInHosts = SearchValues.Create("@/?#[] ");

    /// <summary>A broker on this machine.</summary>
    public static BrokerAddress Local { get; } = new("localhost", PlainPort, Tls: false);

    /// <summary>How it is written.</summary>
    public static ScalarType<BrokerAddress> Type { get; } = new(
        "broker address", "mqtt://HOST:PORT, or mqtts://HOST:PORT with TLS; without a port 1883 and 8883",
        "a broker's address such as mqtt://broker.plant:1883, or mqtts://broker.plant:8883 with TLS", TryParse, value => value.ToString());

    /// <inheritdoc/>
    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return string.Create(CultureInfo.InvariantCulture, $"{(Tls ? Encrypted : Plain)}{host}:{Port}");
    }

    private static bool TryParse(string text, out BrokerAddress value)
    {
        value = default;
        bool tls = text.StartsWith(Encrypted, StringComparison.OrdinalIgnoreCase);
        if (!tls && !text.StartsWith(Plain, StringComparison.OrdinalIgnoreCase)) return false;
        string rest = text[(tls ? Encrypted : Plain).Length..].TrimEnd('/');
        int port = tls ? EncryptedPort : PlainPort;
        // An IPv6 address has colons of its own, so it stands in brackets.
        int bracket = rest.StartsWith('[') ? rest.IndexOf(']', StringComparison.Ordinal) : -1;
        int colon = rest.IndexOf(':', bracket + 1);
        if (colon >= 0)
        {
            if (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > ushort.MaxValue) return false;
            rest = rest[..colon];
        }
        if (bracket >= 0)
        {
            if (bracket != rest.Length - 1 || !System.Net.IPAddress.TryParse(rest.AsSpan(1, bracket - 1), out _)) return false;
            rest = rest[1..^1];
        }
        // A user or a path has no place here: it would be taken for a host that cannot be found.
        else if (rest.AsSpan().ContainsAny(NotInHosts)) return false;
        if (rest.Length is 0 or > MaxHostLength) return false;
        value = new BrokerAddress(rest, port, tls);
        return true;
    }
}
