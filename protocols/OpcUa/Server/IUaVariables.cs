using System.Runtime.InteropServices;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>
/// The variables of a server, numbered from 0: what a simulated device has. The server adds the standard nodes, sessions and subscriptions around it. Called by the server's threads, one call at a time for
/// one server. Sampling allocates nothing.
/// </summary>
public interface IUaVariables
{
    /// <summary>How many; it does not change.</summary>
    int Count { get; }

    /// <summary>What a variable is; asked when a client browses or reads attributes, not for values.</summary>
    UaVariableInfo Describe(int variable);

    /// <summary>The variable with a node id; false when there is none.</summary>
    bool TryFind(in UaNodeId node, out int variable);

    /// <summary>Takes the values that variables have now. Each call counts as one value of each of them being on its way to a client: a sequence goes on.</summary>
    /// <param name="variables">Which; often a run of consecutive numbers.</param>
    /// <param name="ticks">Now, or when the sample was due, UTC ticks.</param>
    /// <param name="into">As many as variables.</param>
    void Take(ReadOnlySpan<int> variables, long ticks, Span<UaSample> into);

    /// <summary>The UTF-8 text of a sample of type String; returns its bytes, at most 64.</summary>
    int WriteText(int variable, in UaSample sample, Span<byte> destination);

    /// <summary>A client writes a value; the answer is a StatusCode, such as BadNotWritable.</summary>
    uint Write(int variable, in UaDataValue value);
}

/// <summary>A value on its way: 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct UaSample
{
    /// <summary>The value as it lies on the wire, with zeros above (<see cref="UaVariant.Bits"/>); of a String the owner's own number for the text.</summary>
    public ulong Bits;

    /// <summary>When the source had it, UTC ticks.</summary>
    public long SourceTicks;

    /// <summary>The StatusCode; with a bad one the value is not sent.</summary>
    public uint Status;

    /// <summary>The type.</summary>
    public UaBuiltInType Type;
}

/// <summary>What a variable is.</summary>
/// <param name="Node">Its node id.</param>
/// <param name="BrowseName">Its browse name; in the namespace of the node id.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="IsWritable">Whether clients may write it.</param>
/// <param name="MinimumSampling">The fastest it is sampled; zero for no limit.</param>
/// <param name="Low">Low end of its EURange; NaN when it has none.</param>
/// <param name="High">High end of its EURange; NaN when it has none.</param>
public sealed record UaVariableInfo(UaNodeId Node, string BrowseName, UaBuiltInType Type, bool IsWritable, TimeSpan MinimumSampling, double Low, double High);
