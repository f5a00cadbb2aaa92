using System.Text;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Server;

/// <summary>Variables that count how often each was taken: that is their value. Number n is <c>ns=I;s=Tag{n}</c>; every tenth is a text, the first can be written and has then the value written.</summary>
internal sealed class TestVariables(int count, ushort namespaceIndex = 2) : IUaVariables
{
    private readonly long[] _taken = new long[count];
    private double? _written;

    public int Count => count;

    /// <summary>How many values were taken, of all.</summary>
    public long Taken => _taken.Sum();

    /// <summary>When true, values do not change: each take gives the same.</summary>
    public bool IsStill { get; set; }

    /// <summary>Values of all: set, they are that.</summary>
    public double? Fixed { get; set; }

    public long TakenOf(int variable) => Volatile.Read(ref _taken[variable]);

    public UaNodeId NodeOf(int variable) => new($"Tag{variable}", namespaceIndex);

    public static bool IsText(int variable) => variable % 10 == 9;

    public UaVariableInfo Describe(int variable) => new(
        NodeOf(variable), $"Tag{variable}", IsText(variable) ? UaBuiltInType.String : UaBuiltInType.Double, variable == 0, TimeSpan.Zero, IsText(variable) ? double.NaN : 0, IsText(variable) ? double.NaN : 200);

    public bool TryFind(in UaNodeId node, out int variable)
    {
        variable = 0;
        return node.NamespaceIndex == namespaceIndex && node.Text is { } text && text.StartsWith("Tag", StringComparison.Ordinal) && int.TryParse(text.AsSpan(3), out variable) && (uint)variable < (uint)count;
    }

    public void Take(ReadOnlySpan<int> variables, long ticks, Span<HyperIngest.Protocols.OpcUa.Server.UaSample> into)
    {
        for (int i = 0; i < variables.Length; i++)
        {
            int variable = variables[i];
            long taken = ++_taken[variable];
            if (IsStill) taken = 1;
            double value = Fixed ?? (variable == 0 && _written is { } written ? written : taken);
            into[i] = new HyperIngest.Protocols.OpcUa.Server.UaSample
            {
                Bits = IsText(variable) ? (ulong)taken : BitConverter.DoubleToUInt64Bits(value),
                SourceTicks = ticks,
                Type = IsText(variable) ? UaBuiltInType.String : UaBuiltInType.Double,
            };
        }
    }

    public int WriteText(int variable, in HyperIngest.Protocols.OpcUa.Server.UaSample sample, Span<byte> destination) => Encoding.UTF8.GetBytes($"value {sample.Bits}", destination);

    public uint Write(int variable, in UaDataValue value)
    {
        if (variable != 0) return UaStatusCodes.BadNotWritable;
        if (value.Value.Type != UaBuiltInType.Double) return UaStatusCodes.BadTypeMismatch;
        _written = BitConverter.UInt64BitsToDouble(value.Value.Bits);
        return UaStatusCodes.Good;
    }
}
