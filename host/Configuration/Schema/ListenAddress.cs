using System.Globalization;
using System.Net;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The value of <c>http.listen</c>: an end point, or nowhere.</summary>
internal readonly record struct ListenAddress(IPEndPoint? EndPoint)
{
    /// <summary>Loopback only.</summary>
    public static ListenAddress Default { get; } = new(new IPEndPoint(IPAddress.Loopback, 9600));

    /// <summary>How it is written.</summary>
    public static ScalarType<ListenAddress> Type { get; } = new(
        "address", "ADDRESS:PORT, localhost:PORT, *:PORT (all interfaces) or off; port 0 to 65535, 0 takes a free one",
        "an address and port such as 127.0.0.1:9600, [::1]:9600, localhost:9600 or *:9600, or off", TryParse,
        value => value.EndPoint?.ToString() ?? "off", ["off"]);

    private static bool TryParse(string text, out ListenAddress value)
    {
        value = default;
        if (text == "off") return true;
        int colon = text.LastIndexOf(':');
        if (colon <= 0) return false;
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)) return false;
        string host = text[..colon];
        IPAddress? address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.IPv6Any,
            // Without brackets "::1:9600" could be read two ways.
            _ when host.Contains(':', StringComparison.Ordinal) && host[0] != '[' => null,
            _ => IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null,
        };
        if (address is null) return false;
        value = new ListenAddress(new IPEndPoint(address, port));
        return true;
    }
}
