using System.Text.Json;
using System.Text.Json.Serialization;

namespace HyperIngest.LoadGen.Devices;

/// <summary>The line a simulator process prints once its devices can be reached.</summary>
/// <param name="Ready">Always true.</param>
/// <param name="Host">The address it listens on.</param>
/// <param name="BasePort">Its first port.</param>
/// <param name="PortCount">How many ports follow one another from there.</param>
/// <param name="Devices">Devices.</param>
/// <param name="Tags">Tags over all devices.</param>
/// <param name="Pid">Its process id.</param>
public sealed record SimulatorReady(bool Ready, string Host, int BasePort, int PortCount, int Devices, long Tags, int Pid);

/// <summary>The line a simulator process prints for <c>stats</c>, and as its last for <c>stop</c>.</summary>
/// <param name="Requests">Requests received.</param>
/// <param name="Readings">Readings answered.</param>
/// <param name="Exceptions">Requests answered with an exception.</param>
/// <param name="Faulted">Requests that met a fault.</param>
/// <param name="Malformed">Connections closed because they spoke no Modbus TCP.</param>
/// <param name="Connections">Connections open now.</param>
/// <param name="CpuSeconds">Processor time of the process since its start, in seconds.</param>
/// <param name="RssMb">Resident memory in MiB.</param>
/// <param name="FaultHits">Hits of each kind of injected fault that has hit anything, by the kind's word.</param>
public sealed record SimulatorStats(
    long Requests, long Readings, long Exceptions, long Faulted, long Malformed, int Connections, double CpuSeconds, double RssMb,
    IReadOnlyDictionary<string, long>? FaultHits = null);

/// <summary>The line a simulator process prints for <c>inject</c> and <c>clear</c>.</summary>
/// <param name="Id">The fault's id.</param>
public sealed record SimulatorFault(string Id);

/// <summary>What a simulator process prints for a command it cannot carry out.</summary>
/// <param name="Error">Why, and what was expected.</param>
public sealed record SimulatorError(string Error);

/// <summary>The JSON of the lines between the demo and its simulator process.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SimulatorReady))]
[JsonSerializable(typeof(SimulatorStats))]
[JsonSerializable(typeof(SimulatorFault))]
[JsonSerializable(typeof(SimulatorError))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class SimulatorJson : JsonSerializerContext;
