using System.Buffers.Binary;
using HyperIngest.Core.Framing;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Bench.Ceilings.Stages;

/// <summary>Modbus responses to readings in a ring, beside copies of the registers and of the readings.</summary>
internal sealed class ModbusDecodeStage : CeilingStage
{
    // Responses a step: some tens of microseconds.
    private const int Repeats = 32;

    private readonly Responses _demo = Responses.OfDemoPlant();
    private readonly Responses _plain = Responses.OfPlainRegisters();
    private readonly byte[] _copied = new byte[ModbusFrame.MaxFrameBytes];
    private readonly Reading[] _source = new Reading[ModbusFrame.MaxReadRegisters];
    private readonly Reading[] _target = GC.AllocateArray<Reading>(Responses.RingSlots, pinned: true);

    // Round the whole of the target, as the decoder goes round its ring.
    private int _at;

    /// <summary>The stage.</summary>
    public ModbusDecodeStage()
    {
        Contenders =
        [
            new StepContender("decode, the demo's six types", () => _demo.Decode(Repeats)),
            new StepContender("memcpy of the registers", () => CopyRegisters(_demo)),
            new StepContender("memcpy of as many readings into ring slots", () => CopyReadings(_demo)),
            new StepContender("decode, 125 uint16: a reading each", () => _plain.Decode(Repeats)),
        ];
    }

    /// <inheritdoc/>
    public override string Name => "modbus-decode";

    /// <inheritdoc/>
    public override string Unit => "registers";

    /// <inheritdoc/>
    public override StageClock Clock => StageClock.Core;

    /// <inheritdoc/>
    public override string Includes =>
        $"a device's poll of the demo plant: {_demo.Registers:N0} registers in {_demo.Count} responses of at most 125, which make {_demo.Readings} readings (float32, int32, uint32, float64, int16, uint16). Finding the frame, "
        + $"holding it against its request, the claim on a many-producer ring of {Responses.RingSlots:N0} slots, decoding, publishing, and the consumer's release on the same thread. No sockets, no transactions, nothing is read back.";

    /// <inheritdoc/>
    public override IReadOnlyList<IContender> Contenders { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StageTarget> Targets { get; } = [new LeastRate(150), new AllocatedAtMost(0)];

    private long CopyRegisters(Responses responses)
    {
        for (int n = 0; n < Repeats; n++)
        {
            foreach (byte[] frame in responses.Frames) frame.AsSpan(ModbusFrame.PduOffset + 2).CopyTo(_copied);
        }
        return (long)Repeats * responses.Registers;
    }

    private long CopyReadings(Responses responses)
    {
        for (int n = 0; n < Repeats; n++)
        {
            foreach (ModbusBlock block in responses.Blocks)
            {
                if (_at + block.Readings > _target.Length) _at = 0;
                _source.AsSpan(0, block.Readings).CopyTo(_target.AsSpan(_at));
                _at += block.Readings;
            }
        }
        return (long)Repeats * responses.Registers;
    }

    /// <summary>A device's responses as they come over the wire, and the decoder's plan for them.</summary>
    private sealed class Responses
    {
        /// <summary>Slots of the ring they are decoded into, the default of a shard's: 8 MiB, so that slots are written that no near cache has.</summary>
        public const int RingSlots = 1 << 18;

        private const long ArrivedUtc = 639_000_000_000_000_000;
        private readonly MpscRing<Reading> _ring = new(RingSlots);

        private Responses(IReadOnlyList<ModbusTag> tags, Func<ModbusBlock, byte[]> answer)
        {
            SeriesCatalog catalog = new();
            foreach (ModbusTag tag in tags) catalog.Register(new SeriesDefinition("device", tag.Name, tag.Kind()));
            Blocks = [.. ModbusRequestPlanner.Plan(tags, new ModbusRequestOptions()).Select(read => new ModbusBlock(read, 1, catalog, "device"))];
            Frames = [.. Blocks.Select(answer)];
            Registers = Blocks.Sum(b => b.Read.Count);
            Readings = Blocks.Sum(b => b.Readings);
        }

        public ModbusBlock[] Blocks { get; }

        public byte[][] Frames { get; }

        public int Count => Blocks.Length;

        public int Registers { get; }

        public int Readings { get; }

        /// <summary>What the simulator answers for a device of the demo.</summary>
        public static Responses OfDemoPlant()
        {
            Plant plant = new(DemoPlant.Create(devices: 1));
            ModbusServerUnit unit = new(1, new SimulatedDevice(plant.Devices[0].Name, plant.Devices[0].Template));
            return new Responses(plant.Devices[0].Template.ClientTags, block =>
            {
                byte[] request = new byte[ModbusBlock.RequestBytes];
                block.WriteRequest(request, transactionId: 1);
                byte[] response = new byte[ModbusFrame.MaxFrameBytes];
                int bytes = ModbusServerAnswer.Write(unit, request, response, out ModbusExceptionCode code);
                return code == ModbusExceptionCode.None ? response[..bytes] : throw new InvalidOperationException($"The simulated device answered {code}.");
            });
        }

        /// <summary>One response of 125 unscaled uint16 registers: the most readings a register can make.</summary>
        public static Responses OfPlainRegisters() => new(
            [.. Enumerable.Range(0, ModbusFrame.MaxReadRegisters).Select(i => new ModbusTag { Name = $"r{i}", Address = i, Type = ModbusType.UInt16 })],
            block =>
            {
                byte[] response = new byte[ModbusFrame.PduOffset + 2 + block.DataBytes];
                ModbusFrame.WriteHeader(response, 1, 1, 2 + block.DataBytes);
                response[ModbusFrame.PduOffset] = (byte)block.Function;
                response[ModbusFrame.PduOffset + 1] = (byte)block.DataBytes;
                for (int i = 0; i < block.Read.Count; i++) BinaryPrimitives.WriteUInt16BigEndian(response.AsSpan(ModbusFrame.PduOffset + 2 + (2 * i)), (ushort)(i * 517));
                return response;
            });

        /// <summary>Decodes all responses so many times; returns the registers.</summary>
        public long Decode(int times)
        {
            for (int n = 0; n < times; n++)
            {
                for (int i = 0; i < Blocks.Length; i++) Decode(Blocks[i], Frames[i]);
            }
            return (long)times * Registers;
        }

        private void Decode(ModbusBlock block, byte[] received)
        {
            if (ModbusFrame.Find(received, out int bytes) != FrameStatus.Complete
                || ModbusResponse.CheckRead(received.AsSpan(0, bytes), block.Function, block.DataBytes, out ReadOnlySpan<byte> data) != ModbusFault.None
                || !_ring.TryClaim(block.Readings, out RingClaim<Reading> claim))
            {
                throw new InvalidOperationException("A sound response was refused.");
            }
            block.Decode(data, ArrivedUtc, claim);
            _ring.Publish(claim);
            for (int left = block.Readings; left > 0;)
            {
                int seen = _ring.Peek().Length;
                _ring.Release(seen);
                left -= seen;
            }
        }
    }
}
