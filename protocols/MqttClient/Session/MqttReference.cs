namespace HyperIngest.Mqtt;

/// <summary>The server that a broker refers to (MQTT 5.0, 4.11): <c>host</c>, <c>host:port</c> or <c>[address]:port</c>; of several, with spaces between, the first.</summary>
internal static class MqttReference
{
    /// <summary>Reads it; without a port it is <paramref name="defaultPort"/>.</summary>
    public static bool TryRead(string reference, int defaultPort, out string host, out int port)
    {
        port = defaultPort;
        string first = reference.Trim().Split(' ', 2)[0];
        int portAt;
        if (first.StartsWith('['))
        {
            int end = first.IndexOf(']', StringComparison.Ordinal);
            host = end < 0 ? "" : first[1..end];
            portAt = end < 0 ? -1 : first.IndexOf(':', end);
            if (portAt < 0 && end != first.Length - 1) return false;
        }
        else
        {
            int colon = first.LastIndexOf(':');
            // More than one colon without brackets is an address of version 6.
            portAt = colon >= 0 && first.IndexOf(':', StringComparison.Ordinal) == colon ? colon : -1;
            host = portAt < 0 ? first : first[..portAt];
        }
        if (portAt >= 0 && (!int.TryParse(first.AsSpan(portAt + 1), out port) || port is < 1 or > 65535)) return false;
        return Uri.CheckHostName(host) != UriHostNameType.Unknown;
    }
}
