using System.Net.Sockets;

namespace HyperIngest.Core.Sockets;

/// <summary>Ports for servers that were given none: a run of free ones in a row.</summary>
public static class ChosenPorts
{
    // Below the range Linux takes client ports from (32768 to 60999): a client socket must not sit on a port that a server is about to get.
    private const int Lowest = 10_000;
    private const int Highest = 32_767;

    // Where one port in a thousand is taken, a run of 1,000 is free once in three: 64 tries find none once in 10^12.
    private const int Tries = 64;

    /// <summary>The longest run there can be.</summary>
    public const int MostPorts = Highest - Lowest + 1;

    /// <summary>Listens on a free run of ports, and gives what listens.</summary>
    /// <param name="ports">How many, 1 to <see cref="MostPorts"/>.</param>
    /// <param name="listen">Listens on all ports from the one it is given, or throws and listens on none.</param>
    /// <exception cref="SocketException">No free run was found, or an address is none of this machine.</exception>
    public static T Listen<T>(int ports, Func<int, T> listen)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ports);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ports, MostPorts);
        SocketException? last = null;
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            int first = Random.Shared.Next(Lowest, Highest + 2 - ports);
            try
            {
                return listen(first);
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                last = taken;
            }
        }
        throw new SocketException((int)last!.SocketErrorCode, $"No free run of {ports} ports between {Lowest} and {Highest} was found in {Tries} tries; name a base port.");
    }
}
