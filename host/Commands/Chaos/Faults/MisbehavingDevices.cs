using System.Globalization;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Host.Commands.Chaos.Faults;

/// <summary>
/// Some devices misbehave in one way on their next few requests. Only ways that cost no answer: one that a client can but throw away (half a frame and what follows it, an answer
/// after its time) is lost however good the client is, and would hide a loss that is the node's.
/// </summary>
internal sealed class MisbehavingDevices : IChaosFault
{
    private const int MostDevices = 10;
    private const int MostRequests = 5;

    // Far below the devices' response timeout, and several polls long.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(700);

    // The way, the metric that counts it with its label, and whether it costs the client a response timeout each time.
    private static readonly (ModbusFaultKind Kind, string Metric, string Label, bool TimesOut)[] Ways =
    [
        (ModbusFaultKind.Drop, FaultsMetric, "connection_closed", false),
        (ModbusFaultKind.Silence, FaultsMetric, "response_timeout", true),
        (ModbusFaultKind.Exception, FaultsMetric, "server_device_busy", false),
        (ModbusFaultKind.WrongTransactionId, FaultsMetric, "wrong_transaction_id", true),
        (ModbusFaultKind.WrongUnit, FaultsMetric, "wrong_unit", false),
        (ModbusFaultKind.ShortPayload, FaultsMetric, "short_response", false),
        (ModbusFaultKind.LongPayload, FaultsMetric, "long_response", false),
        (ModbusFaultKind.Repeat, FaultsMetric, "wrong_transaction_id", false),
        (ModbusFaultKind.Delay, "hyperingest_polls_skipped_total", "", false),
    ];

    private const string FaultsMetric = "hyperingest_modbus_faults_total";

    /// <inheritdoc/>
    public FaultKind Kind { get; } = new("misbehaving-devices", TimeSpan.Zero, TimeSpan.Zero);

    /// <inheritdoc/>
    public async Task<string> HappenAsync(ChaosStage stage, ScheduledFault fault, CancellationToken hurry)
    {
        Random random = new(fault.Seed);
        (ModbusFaultKind kind, string metric, string label, bool timesOut) = Ways[random.Next(Ways.Length)];
        PlantDevice[] devices = random.GetItems([.. stage.Plant.Devices], random.Next(1, MostDevices + 1));
        int requests = timesOut ? 1 : random.Next(1, MostRequests + 1);

        NodeSnapshot? before = await stage.Node.LookAsync();
        double counted = before?.Metric(metric, label) ?? 0;
        long faulted = (await stage.AskSimulatorAsync(s => s.StatsAsync(CancellationToken.None))).Faulted;
        foreach (PlantDevice device in devices) await stage.AskSimulatorAsync(s => s.MisbehaveAsync(device.Name, kind, requests, Delay, CancellationToken.None));
        await stage.UntilAsync((SimulatorStats seen) => seen.Faulted > faulted, $"a request of {devices.Length} devices meets {kind}");
        bool restarted = false;
        await stage.UntilAsync(
            (NodeSnapshot seen) => (restarted = seen.Life != before?.Life) || seen.Metric(metric, label) > counted, $"{kind} of {devices.Length} devices shows in {metric} {label}");
        return string.Create(CultureInfo.InvariantCulture,
            $"{kind} on {requests} {(requests == 1 ? "request" : "requests")} of {devices.Distinct().Count()} devices, first {devices[0].Name}; {(restarted ? "the node was restarted meanwhile" : "the node counts it")}");
    }
}
