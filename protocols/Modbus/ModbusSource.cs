using System.Numerics;
using HyperIngest.Core;
using HyperIngest.Core.Framing;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Modbus;

/// <summary>Polls Modbus TCP devices: registers their tags as series, plans their requests, shares connections between units behind one endpoint, and publishes what they answer.</summary>
public sealed class ModbusSource : IReadingSource
{
    private readonly PollScheduler _scheduler;
    private readonly ReceivePool _buffers;
    private readonly ModbusDevice[] _devices;
    private readonly ModbusConnection[] _connections;
    private readonly Dictionary<string, ModbusDevice> _byName = new(StringComparer.Ordinal);
    private int _stopped;

    /// <summary>A source that is not started. Every tag is in the catalog when the constructor returns.</summary>
    /// <param name="name">The source's name in the configuration.</param>
    /// <param name="devices">Its devices, in any number.</param>
    /// <param name="catalog">Where the tags are registered.</param>
    /// <param name="intake">Where the readings go.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="loggers">Where it says what changes.</param>
    /// <param name="clock">The clock of schedule and deadlines; the system's when null.</param>
    /// <exception cref="ArgumentException">The options are wrong (<see cref="ModbusValidation"/> has all errors), a series is known with another kind, or a request makes more readings than a ring holds.</exception>
    public ModbusSource(
        string name, IReadOnlyList<ModbusDeviceOptions> devices, SeriesCatalog catalog, Intake intake, MetricRegistry metrics, ILoggerFactory loggers,
        TimeProvider? clock = null)
    {
        IReadOnlyList<string> errors = ModbusValidation.Check(devices);
        if (errors.Count > 0) throw new ArgumentException($"{name}: {string.Join("; ", errors)}", nameof(devices));
        Name = name;
        ILogger logger = loggers.CreateLogger<ModbusSource>();
        ModbusMetrics modbusMetrics = new(metrics);
        _scheduler = new PollScheduler(metrics, logger, clock);
        _devices = new ModbusDevice[devices.Count];
        // Devices of one template share its list of tags, and so their plan.
        Dictionary<(IReadOnlyList<ModbusTag>, ModbusRequestOptions), IReadOnlyList<ModbusPlannedRead>> plans = [];
        catalog.EnsureCapacity(catalog.Count + devices.Sum(d => d.Tags.Count));
        for (int i = 0; i < _devices.Length; i++)
        {
            ModbusDeviceOptions options = devices[i];
            foreach (ModbusTag tag in options.Tags)
            {
                catalog.Register(new SeriesDefinition(options.Name, tag.Name, tag.Kind(), tag.Unit, Tenant: options.Tenant));
            }
            if (!plans.TryGetValue((options.Tags, options.Requests), out IReadOnlyList<ModbusPlannedRead>? plan))
            {
                plans.Add((options.Tags, options.Requests), plan = ModbusRequestPlanner.Plan(options.Tags, options.Requests));
            }
            _devices[i] = new ModbusDevice(_scheduler, options, plan, catalog, intake.InletOf(options.Name));
            _byName.Add(options.Name, _devices[i]);
        }
        ModbusDevice[][] endpoints = [.. Endpoints(_devices)];
        // One block under each connection's receive, and as many again while rings are full.
        int largestWindow = _devices.Length == 0 ? 1 : _devices.Max(d => d.Options.Requests.MaxInFlight);
        _buffers = new ReceivePool(ReceiveBytesFor(largestWindow), Math.Max(64, endpoints.Length * 2));
        _connections = [.. endpoints.Select(units => new ModbusConnection(units, _scheduler, _buffers, modbusMetrics, logger))];
        metrics.Gauge(
            "hyperingest_modbus_devices_connected", "Modbus devices whose connection is up.", ConnectedDevices, new MetricLabel("source", name));
        metrics.Gauge(
            "hyperingest_modbus_connections", "Connections the Modbus source keeps.", () => _connections.Length, new MetricLabel("source", name));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>When its devices are polled: its clock, its pace, and what became of the polls.</summary>
    public PollScheduler Scheduler => _scheduler;

    /// <summary>Faults counted on all devices, of all kinds.</summary>
    public long FaultCount
    {
        get
        {
            long faults = 0;
            foreach (ModbusDevice device in _devices) faults += device.FaultCount;
            return faults;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DeviceStatus> Devices => [.. _devices.Select(d => d.Status(d.Connection!.IsConnected))];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (ModbusConnection connection in _connections) connection.Start();
        foreach (ModbusDevice device in _devices) _scheduler.Add(device);
        _scheduler.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        _scheduler.StopPolls();
        // Reminders go on until the last connection is quiet: what is under way still meets its deadline.
        await Task.WhenAll(_connections.Select(c => c.StopAsync(cancellationToken))).ConfigureAwait(false);
        _scheduler.Dispose();
        foreach (ModbusConnection connection in _connections) connection.Dispose();
        _buffers.Dispose();
    }

    /// <summary>
    /// Writes to a device over the connection that polls it, before any further poll, and waits until it confirms with the right echo, refuses or lets the response timeout pass.
    /// Nothing is written again by itself: a caller who sees <see cref="ModbusWriteResult.Sent"/> without a confirmation decides.
    /// </summary>
    /// <param name="device">The device's name.</param>
    /// <param name="write">What to write.</param>
    /// <param name="cancellationToken">Takes the write back as long as it was not sent.</param>
    /// <exception cref="ArgumentException">No such device.</exception>
    /// <exception cref="OperationCanceledException">Taken back before it was sent.</exception>
    public async Task<ModbusWriteResult> WriteAsync(string device, ModbusWrite write, CancellationToken cancellationToken = default)
    {
        if (!_byName.TryGetValue(device, out ModbusDevice? target))
        {
            throw new ArgumentException($"Source {Name} has no device '{device}'.", nameof(device));
        }
        cancellationToken.ThrowIfCancellationRequested();
        PendingWrite pending = new(target, write);
        target.Connection!.Write(pending);
        await using (cancellationToken.UnsafeRegister(static (state, token) => ((PendingWrite)state!).Cancel(token), pending).ConfigureAwait(false))
        {
            return await pending.Answer.ConfigureAwait(false);
        }
    }

    /// <summary>Stops without waiting for answers, when it was not stopped before.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);

    private double ConnectedDevices()
    {
        int connected = 0;
        foreach (ModbusDevice device in _devices)
        {
            if (device.Connection!.IsConnected) connected++;
        }
        return connected;
    }

    // Room for a whole window of the longest responses in one receive: 4 KiB up to 15 requests, 8 KiB for 16.
    private static int ReceiveBytesFor(int window) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4096, window * ModbusFrame.MaxFrameBytes));

    private static IEnumerable<ModbusDevice[]> Endpoints(ModbusDevice[] devices)
    {
        foreach (ModbusDevice device in devices.Where(d => d.Options.OwnConnection)) yield return [device];
        foreach (IGrouping<(string, int), ModbusDevice> shared in devices.Where(d => !d.Options.OwnConnection)
            .GroupBy(d => (d.Options.Host.ToUpperInvariant(), d.Options.Port)))
        {
            yield return [.. shared];
        }
    }
}
