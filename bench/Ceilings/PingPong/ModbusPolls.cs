using System.Diagnostics;
using System.Net;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Bench.Ceilings.PingPong;

/// <summary>The product: its Modbus source polls a plant's devices, one at each of some ports, without pause into a ring, which a thread empties.</summary>
internal sealed class ModbusPolls(string name, Plant plant, PollShape shape, IReadOnlyList<int> ports, Process server) : IContender
{
    // A shard's pause when its ring is empty.
    private static readonly TimeSpan EmptyPause = TimeSpan.FromMilliseconds(1);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public ContenderSample Run(TimeSpan slice) => RunAsync(slice).GetAwaiter().GetResult();

    private async Task<ContenderSample> RunAsync(TimeSpan slice)
    {
        int readings = plant.Devices[0].Template.Tags.Count;
        using MetricRegistry metrics = new();
        // The default of a shard's: what arrives in the consumer's pause must fit.
        MpscRing<Reading> ring = new(1 << 18);
        using CancellationTokenSource stop = new();
        Thread consumer = new(() => Empty(ring, stop.Token)) { IsBackground = true, Name = "ring consumer" };
        consumer.Start();
        ModbusSource source = new(
            "plant", Devices(), new SeriesCatalog(), new Intake([new ShardInlet(0, ring)]), metrics, NullLoggerFactory.Instance);
        await using (source.ConfigureAwait(false))
        {
            await source.StartAsync(CancellationToken.None).ConfigureAwait(false);
            Counter published = metrics.Counter("hyperingest_modbus_readings_total", "");
            ContenderSample sample = new PollMeter(server).Measure(Name, () => published.Value, slice);
            long bad = metrics.Counter("hyperingest_modbus_bad_readings_total", "").Value;
            if (bad > 0) throw new InvalidOperationException($"{bad:N0} readings came without a value; nothing was measured.");
            await stop.CancelAsync().ConfigureAwait(false);
            // A poll is so many requests and so many readings.
            return sample with { Units = sample.Units / readings * shape.Requests };
        }
    }

    private ModbusDeviceOptions[] Devices() =>
    [
        .. plant.ClientOptions(IPAddress.Loopback.ToString(), 0, new ModbusPollOptions { Interval = TimeSpan.Zero }, new ModbusRequestOptions { MaxInFlight = shape.AtOnce })
            .Select((device, i) => device with { Port = ports[i], OwnConnection = true }),
    ];

    private static void Empty(MpscRing<Reading> ring, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            int seen = ring.Peek().Length;
            if (seen == 0) Thread.Sleep(EmptyPause);
            else ring.Release(seen);
        }
    }
}
