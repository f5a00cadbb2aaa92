namespace HyperIngest.Core;

/// <summary>Something that brings readings in: a Modbus poller, a subscriber. It writes into the shards' inlets it was built with.</summary>
public interface IReadingSource : IAsyncDisposable
{
    /// <summary>The source's name in the configuration.</summary>
    string Name { get; }

    /// <summary>Begins reading devices; returns as soon as the work is under way, whether or not devices answer.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stops: no new polls; what devices have already been asked for is waited for (until <paramref name="cancellationToken"/> fires) and published.
    /// When it returns, the source publishes nothing more.
    /// </summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>The devices as they are now, for /status.</summary>
    IReadOnlyList<DeviceStatus> Devices { get; }
}

/// <summary>How a device is doing, for /status.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Connected">Whether there is a connection.</param>
/// <param name="LastGoodUtcTicks">When it last answered well, UTC ticks; 0 for never.</param>
/// <param name="Readings">Readings it gave.</param>
/// <param name="Faults">Faults counted on it, of all kinds.</param>
/// <param name="LastFault">The last fault in words; null for none.</param>
public readonly record struct DeviceStatus(string Device, bool Connected, long LastGoodUtcTicks, long Readings, long Faults, string? LastFault);
