using HyperIngest.Core.Telemetry;

namespace HyperIngest.Protocols.Modbus;

/// <summary>What the connections of one server count together; each adds once a receive, not once a request.</summary>
internal sealed class ModbusServerCounters
{
    public Counter Accepted { get; } = new();

    public Counter Refused { get; } = new();

    public Counter Requests { get; } = new();

    public Counter Exceptions { get; } = new();

    public Counter Faulted { get; } = new();

    public Counter Malformed { get; } = new();

    public Counter Broken { get; } = new();
}
