using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>What the node ids of simulated variables are made of.</summary>
public enum UaNodeForm
{
    /// <summary>The tag's name: <c>ns=2;s=temperature.001</c>.</summary>
    Text,

    /// <summary>A number, counted up in the order of the tags: <c>ns=2;i=1001</c>.</summary>
    Numeric,
}

/// <summary>How a group of simulated devices is OPC UA servers, a port each: what they offer, whom they let in, and how their nodes are called.</summary>
public sealed record UaServerDeviceOptions
{
    /// <summary>The ways to secure messages that are offered, at least one; default None alone.</summary>
    public IReadOnlyList<UaEndpointSecurity> Security { get; init; } = [new(UaSecurityPolicy.None, UaSecurityMode.None)];

    /// <summary>Whether a session may be had without a user; default true.</summary>
    public bool Anonymous { get; init; } = true;

    /// <summary>The users that are let in, with their passwords; default none.</summary>
    public IReadOnlyList<UaPasswordIdentity> Users { get; init; } = [];

    /// <summary>The URI of the namespace of the variables, with a place for <c>{plant}</c>; it has the index 2 of every server. Default <c>urn:hyperingest:{plant}</c>.</summary>
    public string Namespace { get; init; } = "urn:hyperingest:{plant}";

    /// <summary>What node ids are made of; default the tag's name.</summary>
    public UaNodeForm Nodes { get; init; }

    /// <summary>The shortest interval at which a variable is sampled, 1 ms to 1 h; default 10 ms.</summary>
    public TimeSpan MinSampling { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The shortest interval at which a subscription publishes, 1 ms to 1 h; default 10 ms.</summary>
    public TimeSpan MinPublishing { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Most sessions of a server at once, 1 to 1,000; default 100.</summary>
    public int MaxSessions { get; init; } = 100;

    /// <summary>Nodes or items that a server takes in one call (its OperationLimits), 1 to 1,000,000; default 1,000.</summary>
    public int MaxNodesPerCall { get; init; } = 1000;

    /// <summary>
    /// The folder of certificates (<c>own/</c>, <c>trusted/</c>, <c>rejected/</c>): the servers' own lies there, and clients must be trusted there. Null for a test bench: a certificate that is made on start and
    /// is gone with the simulator, and every client's is taken.
    /// </summary>
    public string? Certificates { get; init; }
}
