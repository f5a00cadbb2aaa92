using System.Net;
using System.Net.Sockets;

namespace HyperIngest.LoadGen;

/// <summary>A TCP port of 127.0.0.1 for a server of one's own.</summary>
internal static class FreePort
{
    /// <summary>A port that was free a moment ago; another program may have it by the time it is used.</summary>
    public static int Find()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
