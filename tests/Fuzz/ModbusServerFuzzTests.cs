using System.Net.Sockets;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Tests.Unit.LoadGen;

namespace HyperIngest.Tests.Fuzz;

/// <summary>Whatever bytes a client sends, the server answers with well-formed frames or closes; it never throws and never writes beyond its buffers.</summary>
public sealed class ModbusServerFuzzTests
{
    private static readonly byte[][] Seeds =
    [
        ModbusClientOnWire.ReadRequest(1, 1, 1, 0, 16),
        ModbusClientOnWire.ReadRequest(2, 1, 2, 0, 2000),
        ModbusClientOnWire.ReadRequest(3, 1, 3, 0, 125),
        ModbusClientOnWire.ReadRequest(4, 1, 4, 65535, 1),
        ModbusClientOnWire.Frame(5, 1, 5, 0, 1, 0xFF, 0),
        ModbusClientOnWire.Frame(6, 1, 6, 0, 1, 2, 3),
        ModbusClientOnWire.Frame(7, 1, 15, 0, 1, 0, 9, 2, 0xFF, 1),
        ModbusClientOnWire.Frame(8, 1, 16, 0, 1, 0, 2, 4, 1, 2, 3, 4),
        ModbusClientOnWire.Frame(9, 1, 43, 14, 1, 0),
    ];

    private static readonly DeviceTemplate Template = TestPlants.Device(
        [
            .. TestPlants.OneOfEach(),
            new PlantTagOptions { Name = "memory.{n}", Count = 200, Type = ModbusType.UInt16, StartAddress = 20, Generator = new() { Kind = GeneratorKind.Memory } },
            new PlantTagOptions { Name = "coil.{n}", Count = 100, Table = ModbusTable.Coil, Type = ModbusType.Bool, Generator = new() { Kind = GeneratorKind.Memory } },
        ]).Template;

    [Fact]
    public void Random_bytes()
    {
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);

            // Every other one gets a header that passes, or no byte after the third would ever be looked at.
            if (bytes.Length > 8 && i % 2 == 0) bytes = ModbusClientOnWire.Frame((ushort)i, 1, bytes.AsSpan(0, Math.Min(bytes.Length, ModbusFrame.MaxPduBytes)));
            Feed(bytes, random);
        }
    }

    [Fact]
    public void Mutated_requests()
    {
        Random random = new(2);
        for (int i = 0; i < 50_000; i++)
        {
            List<byte> bytes = [.. Seeds[random.Next(Seeds.Length)], .. Seeds[random.Next(Seeds.Length)], .. Seeds[random.Next(Seeds.Length)]];
            for (int changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
            {
                int at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes.RemoveAt(at);
                        break;
                    case 2:
                        bytes.Insert(at, (byte)random.Next(256));
                        break;
                    default:
                        bytes[at] = (byte)(random.Next(2) * 255);
                        break;
                }
            }
            Feed([.. bytes], random);
        }
    }

    [Fact]
    public void Requests_split_at_every_byte_get_the_same_answers()
    {
        byte[] stream = [.. Seeds.SelectMany(s => s)];
        byte[] expected = Answers(stream, [stream.Length]);
        for (int cut = 0; cut <= stream.Length; cut++) Assert.Equal(expected, Answers(stream, [cut, stream.Length - cut]));
        Assert.Equal(expected, Answers(stream, [.. Enumerable.Repeat(1, stream.Length)]));
    }

    [Fact]
    public void Every_function_code_and_every_short_length()
    {
        for (int function = 0; function < 256; function++)
        {
            for (int length = 1; length <= 12; length++)
            {
                byte[] pdu = new byte[length];
                pdu[0] = (byte)function;
                byte[] answer = Answers(ModbusClientOnWire.Frame(1, 1, pdu), [length + 7]);
                Assert.True(answer.Length >= 9, $"function {function}, {length} bytes");
                if (function is 0 or > 6 and not (15 or 16)) Assert.Equal([(byte)(function | 0x80), 1], answer[7..9]);
            }
        }
    }

    private static void Feed(byte[] bytes, Random random)
    {
        List<int> pieces = [];
        for (int left = bytes.Length; left > 0; left -= pieces[^1]) pieces.Add(random.Next(1, left + 1));
        byte[] answers = Answers(bytes, pieces);

        // Whatever was asked, the answers are whole frames with lengths of their own that hold.
        for (int at = 0; at < answers.Length;)
        {
            Assert.Equal(Core.Framing.FrameStatus.Complete, ModbusFrame.Find(answers.AsSpan(at), out int frame));
            byte[] pdu = answers[(at + ModbusFrame.PduOffset)..(at + frame)];
            if ((pdu[0] & 0x80) != 0) Assert.True(pdu.Length == 2 && pdu[1] is 1 or 2 or 3 or 11, Convert.ToHexString(pdu));
            else if (pdu[0] <= 4) Assert.Equal(pdu.Length - 2, pdu[1]);
            else Assert.Equal(5, pdu.Length);
            at += frame;
        }
    }

    private static byte[] Answers(byte[] bytes, IReadOnlyList<int> pieces)
    {
        SimulatedDevice device = new("fuzzed", Template);
        using Socket never = new(SocketType.Stream, ProtocolType.Tcp);
        ModbusServerConnection connection = new(never, new ModbusServerPort(new ModbusServerUnit(1, device)), new ModbusServerOptions(), new ModbusServerCounters());
        List<byte> answers = [];
        int at = 0;
        foreach (int piece in pieces)
        {
            answers.AddRange(connection.Exchange(bytes.AsSpan(at, piece), out bool open));
            if (!open) break;
            at += piece;
        }
        return [.. answers];
    }
}
