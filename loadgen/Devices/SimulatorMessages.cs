using System.Text.Json;
using System.Text.Json.Serialization;

namespace HyperIngest.LoadGen.Devices;

/// <summary>The line a simulator process prints once its devices can be reached.</summary>
/// <param name="Ready">Always true.</param>
/// <param name="Host">The address it listens on.</param>
/// <param name="BasePort">The first port of its Modbus devices.</param>
/// <param name="PortCount">How many ports follow one another from there.</param>
/// <param name="Devices">Devices.</param>
/// <param name="Tags">Tags over all devices.</param>
/// <param name="Pid">Its process id.</param>
/// <param name="UaBasePort">The first port of its OPC UA servers; null when there are none.</param>
/// <param name="UaPortCount">How many ports follow one another from there; null when there are none.</param>
public sealed record SimulatorReady(bool Ready, string Host, int BasePort, int PortCount, int Devices, long Tags, int Pid, int? UaBasePort = null, int? UaPortCount = null);

/// <summary>The line a simulator process prints for <c>stats</c>, and as its last for <c>stop</c>.</summary>
/// <param name="Requests">Requests received, and messages published.</param>
/// <param name="Readings">Readings answered, and published.</param>
/// <param name="Exceptions">Requests answered with an exception.</param>
/// <param name="Faulted">Requests that met a fault.</param>
/// <param name="Malformed">Connections closed because they spoke no Modbus TCP, and OPC UA requests that could not be read.</param>
/// <param name="Connections">Connections open now, those to a broker too.</param>
/// <param name="CpuSeconds">Processor time of the process since its start, in seconds.</param>
/// <param name="RssMb">Resident memory in MiB.</param>
/// <param name="FaultHits">Hits of each kind of injected fault that has hit anything, by the kind's word.</param>
/// <param name="Mqtt">The publishers; null when there are none.</param>
/// <param name="OpcUa">The OPC UA servers; null when there are none.</param>
public sealed record SimulatorStats(
    long Requests, long Readings, long Exceptions, long Faulted, long Malformed, int Connections, double CpuSeconds, double RssMb,
    IReadOnlyDictionary<string, long>? FaultHits = null, SimulatorPublishStats? Mqtt = null, SimulatorUaStats? OpcUa = null);

/// <summary>What a simulator's OPC UA servers have and have done, together.</summary>
/// <param name="Servers">Servers.</param>
/// <param name="Sessions">Sessions now.</param>
/// <param name="Subscriptions">Subscriptions now.</param>
/// <param name="Items">Monitored items now.</param>
/// <param name="Notified">Values put into notifications.</param>
/// <param name="Read">Values put into answers to Read.</param>
/// <param name="Queued">Values that wait for a notification.</param>
/// <param name="Unacknowledged">Values in notifications that were not acknowledged.</param>
/// <param name="Lost">Values that no client can have any more: a full queue lost them, or their subscription went.</param>
/// <param name="Forgotten">Values in notifications that were sent, not acknowledged, and can not be asked for again; a client may have had them.</param>
/// <param name="Missed">Samplings that did not take place because the process stood still, an item each.</param>
public sealed record SimulatorUaStats(
    int Servers, int Sessions, int Subscriptions, int Items, long Notified, long Read, long Queued, long Unacknowledged, long Lost, long Forgotten, long Missed);

/// <summary>What a simulator's publishers have done.</summary>
/// <param name="Nodes">Connections there are to be.</param>
/// <param name="Connected">Connections that stand, their births sent.</param>
/// <param name="Opened">Connections accepted so far; more than nodes when some came back.</param>
/// <param name="Messages">Messages of readings published, and those that faults put in.</param>
/// <param name="Births">Births published.</param>
/// <param name="Rebirths">Times that a host wanted births again.</param>
/// <param name="SentAgain">Messages of QoS 1 sent again after a connection was lost.</param>
/// <param name="Refused">Messages that the broker would not take.</param>
/// <param name="Unsettled">Messages of QoS 1 that the broker has not acknowledged.</param>
/// <param name="LateP50Ms">Median from due to begun, ms.</param>
/// <param name="LateP99Ms">99th percentile of it, ms.</param>
/// <param name="LateMaxMs">The most of it, ms.</param>
/// <param name="Curve">What became of the measured time of a pace; null while none has begun.</param>
public sealed record SimulatorPublishStats(
    long Nodes, long Connected, long Opened, long Messages, long Births, long Rebirths, long SentAgain, long Refused, long Unsettled, double LateP50Ms, double LateP99Ms, double LateMaxMs,
    SimulatorCurveStats? Curve = null);

/// <summary>The readings of a pace's measured time, by their due times.</summary>
/// <param name="Due">Due in it by the schedule alone, up to its end or the pause that ended it.</param>
/// <param name="Published">Of those, published so far.</param>
/// <param name="Refused">Of the published, readings that the broker would not take.</param>
/// <param name="Seconds">How long it is, from its begin to its end as it stands.</param>
public sealed record SimulatorCurveStats(long Due, long Published, long Refused, double Seconds);

/// <summary>The line a simulator process prints when publishing has begun, or the measured time of a pace has.</summary>
/// <param name="Begins">From when on, UTC: the first due time is not before.</param>
/// <param name="Ends">When nothing is due any more; null for when it is told.</param>
public sealed record SimulatorPublishing(DateTime Begins, DateTime? Ends = null);

/// <summary>A rate over time for publishers, in readings a second over all of the plant's tags that are published.</summary>
/// <param name="WarmUp">The rate until the curve begins; above 0.</param>
/// <param name="Pieces">The curve; null for the warm-up's rate until it is paused.</param>
public sealed record SimulatorPace(double WarmUp, IReadOnlyList<SimulatorPacePiece>? Pieces = null);

/// <summary>A stretch of a curve.</summary>
/// <param name="From">Readings a second at its begin.</param>
/// <param name="To">Readings a second at its end.</param>
/// <param name="Seconds">How long.</param>
public sealed record SimulatorPacePiece(double From, double To, double Seconds);

/// <summary>The line a simulator process prints for <c>inject</c> and <c>clear</c>.</summary>
/// <param name="Id">The fault's id.</param>
public sealed record SimulatorFault(string Id);

/// <summary>What a simulator process prints for a command it cannot carry out.</summary>
/// <param name="Error">Why, and what was expected.</param>
public sealed record SimulatorError(string Error);

/// <summary>The JSON of the lines between the demo and its simulator process.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SimulatorReady))]
[JsonSerializable(typeof(SimulatorStats))]
[JsonSerializable(typeof(SimulatorFault))]
[JsonSerializable(typeof(SimulatorError))]
[JsonSerializable(typeof(SimulatorPublishing))]
[JsonSerializable(typeof(SimulatorPace))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class SimulatorJson : JsonSerializerContext;
