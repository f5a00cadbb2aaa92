using System.Buffers.Binary;
using HyperIngest.Core.Framing;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Bench.Gate.Workloads;

/// <summary>Responses one behind the other, as a socket brings them: each framed, held against its request and decoded into readings.</summary>
internal sealed class ModbusDecode : Workload
{
    /// <summary>Float32 tags of a response: 120 registers of the 125 a response may have.</summary>
    public const int Tags = 60;

    /// <summary>Responses of an iteration.</summary>
    public const int Frames = 64;

    private readonly byte[] _stream;
    private readonly ModbusBlock _block;
    private readonly Reading[] _readings = new Reading[Tags * Frames];

    public ModbusDecode()
    {
        SeriesCatalog catalog = new();
        ModbusTag[] tags = [.. Enumerable.Range(0, Tags).Select(i => new ModbusTag { Name = $"register.{i:D3}", Address = i * 2, Type = ModbusType.Float32, Order = WordOrder.CDAB })];
        foreach (ModbusTag tag in tags) catalog.Register(new SeriesDefinition("device", tag.Name, tag.Kind()));
        _block = new ModbusBlock(ModbusRequestPlanner.Plan(tags, new ModbusRequestOptions()).Single(), 1, catalog, "device");
        _stream = Stream();
    }

    public override int OperationsPerIteration => Tags * Frames;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            int decoded = Decode(i);
            if (decoded != Frames || _readings[^1].Float64 != Tags - 1) throw new InvalidOperationException($"{decoded} of {Frames} responses were decoded, the last value is {_readings[^1].Float64}.");
        }
    }

    private int Decode(long gatewayTime)
    {
        ReadOnlySpan<byte> left = _stream;
        Span<Reading> free = _readings;
        int frames = 0;
        while (ModbusFrame.Find(left, out int frameBytes) == FrameStatus.Complete)
        {
            ReadOnlySpan<byte> frame = left[..frameBytes];
            if (ModbusFrame.TransactionIdOf(frame) != frames || ModbusFrame.UnitIdOf(frame) != 1) return frames;
            if (ModbusResponse.CheckRead(frame, _block.Function, _block.DataBytes, out ReadOnlySpan<byte> data) != ModbusFault.None) return frames;
            _block.Decode(data, gatewayTime, new RingClaim<Reading>(0, free[..Tags], default));
            free = free[Tags..];
            left = left[frameBytes..];
            frames++;
        }
        return frames;
    }

    // Tag i has the value i.
    private static byte[] Stream()
    {
        const int frameBytes = ModbusFrame.HeaderBytes + 2 + (Tags * 4);
        byte[] stream = new byte[frameBytes * Frames];
        for (int f = 0; f < Frames; f++)
        {
            Span<byte> frame = stream.AsSpan(f * frameBytes, frameBytes);
            ModbusFrame.WriteHeader(frame, (ushort)f, 1, 2 + (Tags * 4));
            frame[ModbusFrame.PduOffset] = (byte)ModbusFunction.ReadHoldingRegisters;
            frame[ModbusFrame.PduOffset + 1] = Tags * 4;
            for (int t = 0; t < Tags; t++)
            {
                uint bits = BitConverter.SingleToUInt32Bits(t);
                Span<byte> registers = frame[(ModbusFrame.PduOffset + 2 + (t * 4))..];
                BinaryPrimitives.WriteUInt16BigEndian(registers, (ushort)bits);
                BinaryPrimitives.WriteUInt16BigEndian(registers[2..], (ushort)(bits >> 16));
            }
        }
        return stream;
    }
}
