using System.Diagnostics;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>
/// A simulated device's tags as the variables of its server, a variable a tag. Each value taken counts as served: a verifiable sequence goes on by one. Times are when the sample was due, by the device's clock,
/// however late it was taken.
/// </summary>
/// <param name="device">The device.</param>
/// <param name="options">How its nodes are called.</param>
/// <param name="hold">Whether values go on.</param>
internal sealed class UaDeviceVariables(SimulatedDevice device, UaServerDeviceOptions options, ValueHold hold) : IUaVariables
{
    // So many at a time: what they are worked out in stays in the first-level cache, and hundreds of servers need little of it.
    private const int Stretch = SimulatedDevice.MostAgain;

    private const double NoRange = double.NaN;

    private readonly TagSamples _samples = new();
    private readonly DeviceTemplate _template = device.Template;
    private readonly bool _byNumber = options.Nodes == UaNodeForm.Numeric;

    /// <inheritdoc/>
    public int Count => _template.Tags.Count;

    /// <summary>The built-in type of a tag's values.</summary>
    public static UaBuiltInType TypeOf(ModbusType type) => type switch
    {
        ModbusType.Bool => UaBuiltInType.Boolean,
        ModbusType.Int16 => UaBuiltInType.Int16,
        ModbusType.UInt16 => UaBuiltInType.UInt16,
        ModbusType.Int32 => UaBuiltInType.Int32,
        ModbusType.UInt32 => UaBuiltInType.UInt32,
        ModbusType.Int64 => UaBuiltInType.Int64,
        ModbusType.UInt64 => UaBuiltInType.UInt64,
        ModbusType.Float32 => UaBuiltInType.Float,
        ModbusType.Float64 => UaBuiltInType.Double,
        ModbusType.Ascii => UaBuiltInType.String,
        _ => throw new UnreachableException($"A type of no device: {type}."),
    };

    /// <summary>The node id of a tag.</summary>
    public static UaNodeId NodeOf(UaServerDeviceOptions options, int tag, string name) => options.Nodes == UaNodeForm.Numeric
        ? new UaNodeId(UaServerDeviceRules.FirstNumber + (uint)tag, UaServerDeviceRules.NamespaceIndex)
        : new UaNodeId(name, UaServerDeviceRules.NamespaceIndex);

    /// <inheritdoc/>
    public UaVariableInfo Describe(int variable)
    {
        PlantTag tag = _template.Tags[variable];
        bool hasRange = tag.Generator.Kind is GeneratorKind.Sine or GeneratorKind.Triangle or GeneratorKind.Square or GeneratorKind.Step or GeneratorKind.Counter or GeneratorKind.RandomWalk or GeneratorKind.Noise
            && tag.Type is not (ModbusType.Bool or ModbusType.Ascii);
        return new UaVariableInfo(
            NodeOf(options, variable, tag.Name), tag.Name, TypeOf(tag.Type), IsWritable(tag), options.MinSampling,
            hasRange ? tag.Generator.Min : NoRange, hasRange ? tag.Generator.Max : NoRange);
    }

    /// <inheritdoc/>
    public bool TryFind(in UaNodeId node, out int variable)
    {
        variable = -1;
        if (node.NamespaceIndex != UaServerDeviceRules.NamespaceIndex) return false;
        if (!_byNumber) variable = node.Type == UaIdentifierType.String ? _template.IndexOf(node.Text!) : -1;
        else if (node.Type == UaIdentifierType.Numeric && node.Numeric - UaServerDeviceRules.FirstNumber < (uint)Count) variable = (int)(node.Numeric - UaServerDeviceRules.FirstNumber);
        return variable >= 0;
    }

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<int> variables, long ticks, Span<UaSample> into)
    {
        bool isHeld = hold.IsHeld(ticks);
        long now = device.ClockAt(isHeld ? hold.Since : ticks);
        while (variables.Length > 0)
        {
            int run = RunOf(variables[..Math.Min(variables.Length, Stretch)]), first = variables[0];
            if (isHeld) device.SampleAgain(first, run, now, _samples);
            else device.Sample(first, run, now, _samples);
            Fill(first, now, isHeld ? UaStatusCodes.BadWaitingForInitialData : UaStatusCodes.BadDeviceFailure, into);
            if (!isHeld) device.CountSent(first, _samples);
            variables = variables[run..];
            into = into[run..];
        }
    }

    /// <inheritdoc/>
    public int WriteText(int variable, in UaSample sample, Span<byte> destination) => TagValues.WriteText(_template.Tags[variable], sample.Bits, destination);

    /// <inheritdoc/>
    public uint Write(int variable, in UaDataValue value)
    {
        PlantTag tag = _template.Tags[variable];
        if (!IsWritable(tag)) return UaStatusCodes.BadNotWritable;
        if (value.Value.IsArray || value.Value.Type != TypeOf(tag.Type)) return UaStatusCodes.BadTypeMismatch;
        // The times and the status of its values are the device's own.
        if (value.Status != UaStatusCodes.Good) return UaStatusCodes.BadWriteNotSupported;
        device.WriteByName(variable, value.Value.Bits);
        return UaStatusCodes.Good;
    }

    // A number holds all that a client can write; a text's digits are a number's, and a client's text need be none.
    private static bool IsWritable(PlantTag tag) => tag.Generator.Kind == GeneratorKind.Memory && tag.Type != ModbusType.Ascii;

    // How many of them follow one another.
    private static int RunOf(ReadOnlySpan<int> variables)
    {
        int run = 1;
        while (run < variables.Length && variables[run] == variables[0] + run) run++;
        return run;
    }

    // Tags that are alike have one type: their values are copied in one loop, with the bits that are on the wire.
    private void Fill(int first, long now, uint bad, Span<UaSample> into)
    {
        int count = _samples.Count;
        ReadOnlySpan<ulong> bits = _samples.Bits;
        foreach (AlikeRun run in _template.AlikeRuns)
        {
            if (run.First >= first + count) break;
            int from = Math.Max(first, run.First) - first, to = Math.Min(first + count, run.End) - first;
            if (from >= to) continue;
            UaBuiltInType type = TypeOf(run.Tag.Type);
            ulong onWire = OnWire(run.Tag.Type);
            for (int i = from; i < to; i++)
            {
                ref UaSample sample = ref into[i];
                sample.Bits = bits[i] & onWire;
                sample.SourceTicks = now;
                sample.Status = UaStatusCodes.Good;
                sample.Type = type;
            }
        }
        if (_samples.AllGood) return;
        ReadOnlySpan<SimulatedQuality> qualities = _samples.Qualities;
        for (int i = 0; i < count; i++)
        {
            into[i].Status = qualities[i] switch { SimulatedQuality.Good => UaStatusCodes.Good, SimulatedQuality.Uncertain => UaStatusCodes.UncertainLastUsableValue, _ => bad };
        }
    }

    private static ulong OnWire(ModbusType type) => type switch
    {
        ModbusType.Bool => 1,
        ModbusType.Int16 or ModbusType.UInt16 => ushort.MaxValue,
        ModbusType.Int32 or ModbusType.UInt32 or ModbusType.Float32 => uint.MaxValue,
        _ => ulong.MaxValue,
    };
}
