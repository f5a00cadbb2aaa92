using System.Diagnostics;
using HyperIngest.Core;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Commands.Demo.Feeds;

/// <summary>Waits for the sessions with a plant's OPC UA servers, which a run needs before it measures.</summary>
internal static class UaPlantConnection
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until all are connected.</summary>
    /// <param name="source">Whose.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="alsoReady">What must be true besides; null for nothing.</param>
    /// <exception cref="InvalidOperationException">Some are not after a minute; the message has a fault of theirs.</exception>
    public static async Task WaitAsync(UaSource source, CancellationToken cancellationToken, Func<Task<bool>>? alsoReady = null)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            IReadOnlyList<DeviceStatus> devices = source.Devices;
            if (devices.All(d => d.Connected) && (alsoReady is null || await alsoReady())) return;
            if (Stopwatch.GetElapsedTime(began) > Longest)
            {
                string? fault = devices.Where(d => !d.Connected).Select(d => d.LastFault).FirstOrDefault(f => f is not null);
                throw new InvalidOperationException($"{devices.Count(d => d.Connected):N0} of {devices.Count:N0} OPC UA servers are connected after {Longest.TotalSeconds:0} s; {fault ?? "no fault was seen"}");
            }
            await Task.Delay(Look, cancellationToken);
        }
    }
}
