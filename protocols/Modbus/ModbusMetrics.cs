using System.Text.Json;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Protocols.Modbus;

/// <summary>The counters of a Modbus source; see docs/modbus.md for each.</summary>
internal sealed class ModbusMetrics
{
    private readonly Counter[] _faults;

    public ModbusMetrics(MetricRegistry registry)
    {
        _faults = new Counter[Enum.GetValues<ModbusFault>().Length];
        foreach (ModbusFault fault in Enum.GetValues<ModbusFault>())
        {
            _faults[(int)fault] = fault == ModbusFault.None
                ? new Counter()
                : registry.Counter(
                    "hyperingest_modbus_faults_total", "Faults of Modbus devices and connections, by kind.", new MetricLabel("fault", NameOf(fault)));
        }
        Polls = registry.Counter("hyperingest_modbus_polls_total", "Polls begun.");
        PollsDelayed = registry.Counter("hyperingest_modbus_polls_delayed_total", "Polls begun late because the shard's ring had no room for their readings.");
        DecodesDelayed = registry.Counter("hyperingest_modbus_decodes_delayed_total", "Responses left in the receive buffer because the shard's ring was full.");
        BlocksSplit = registry.Counter("hyperingest_modbus_blocks_split_total", "Merged reads split in two because the device refused an address in them.");
        Readings = registry.Counter("hyperingest_modbus_readings_total", "Readings published, bad ones included.");
        BadReadings = registry.Counter("hyperingest_modbus_bad_readings_total", "Readings published with a bad status instead of a value.");
        Sends = registry.Counter("hyperingest_modbus_sends_total", "Send calls; each carries all requests that were ready.");
        ReceivedBytes = registry.Counter("hyperingest_modbus_received_bytes_total", "Bytes received.");
        Connects = registry.Counter("hyperingest_modbus_connects_total", "Connections made.");
        PollTime = registry.Histogram("hyperingest_modbus_poll_seconds", "From a poll's first request to its last response published, polls without a fault.");
    }

    public Counter Polls { get; }

    public Counter PollsDelayed { get; }

    public Counter DecodesDelayed { get; }

    public Counter BlocksSplit { get; }

    public Counter Readings { get; }

    public Counter BadReadings { get; }

    public Counter Sends { get; }

    public Counter ReceivedBytes { get; }

    public Counter Connects { get; }

    public LatencyHistogram PollTime { get; }

    public Counter Faults(ModbusFault fault) => _faults[(int)fault];

    /// <summary>The fault as a label: <c>wrong_transaction_id</c>.</summary>
    public static string NameOf(ModbusFault fault) => JsonNamingPolicy.SnakeCaseLower.ConvertName(fault.ToString());
}
