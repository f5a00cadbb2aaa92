using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Integration.OpcUa;

/// <summary>Doubles at <c>ns=2;s=vN</c> whose values are 1, 2, 3 and so on, one each time they are taken: whoever gets them sees what is missing, twice or out of order.</summary>
internal sealed class CountedVariables(int count) : IUaVariables
{
    private readonly long[] _taken = new long[count];

    public int Count => count;

    public UaVariableInfo Describe(int variable) => new(new UaNodeId($"v{variable}", 2), $"v{variable}", UaBuiltInType.Double, false, TimeSpan.Zero, double.NaN, double.NaN);

    public bool TryFind(in UaNodeId node, out int variable)
    {
        variable = 0;
        return node.NamespaceIndex == 2 && node.Text is ['v', ..] text && int.TryParse(text.AsSpan(1), out variable) && (uint)variable < (uint)count;
    }

    public void Take(ReadOnlySpan<int> variables, long ticks, Span<UaSample> into)
    {
        for (int i = 0; i < variables.Length; i++)
        {
            into[i] = new UaSample { Bits = BitConverter.DoubleToUInt64Bits(++_taken[variables[i]]), SourceTicks = ticks, Type = UaBuiltInType.Double };
        }
    }

    public int WriteText(int variable, in UaSample sample, Span<byte> destination) => 0;

    public uint Write(int variable, in UaDataValue value) => UaStatusCodes.BadNotWritable;
}
