using System.Diagnostics;
using HyperIngest.Protocols.Modbus;
using static HyperIngest.Tests.Unit.LoadGen.ModbusClientOnWire;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class ModbusServerFaultTests : IDisposable
{
    private static readonly byte[] Request = ReadRequest(0x0102, 1, 3, 5, 4);
    private static readonly byte[] Right = [1, 2, 0, 0, 0, 11, 1, 3, 8, 0, 5, 0, 6, 0, 7, 0, 8];

    private readonly MemoryDevice _device = new();
    private readonly ModbusServer _server;
    private readonly ModbusServerUnit _unit;

    public ModbusServerFaultTests()
    {
        _unit = new ModbusServerUnit(1, _device);
        _server = new ModbusServer(new ModbusServerOptions(), [new ModbusServerPort(_unit)]);
        _server.Start();
    }

    public void Dispose() => _server.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public void A_fault_waits_hits_and_expires()
    {
        ModbusFaultRun fault = new(ModbusFaultKind.Exception) { After = 2, Requests = 3, Exception = ModbusExceptionCode.ServerDeviceBusy };
        _unit.Fault = fault;
        using ModbusClientOnWire client = new(_server.BasePort);
        byte[] functions = [.. Enumerable.Range(0, 7).Select(_ => client.Ask(Request)[7])];
        Assert.Equal([3, 3, 0x83, 0x83, 0x83, 3, 3], functions);
        Assert.True(fault.Expired);
        Assert.Equal(3, fault.Hits);
        Assert.Equal(3, _server.Counts.Faulted);
        Assert.Equal(7, _server.Counts.Requests);
    }

    [Fact]
    public void Exception_answers_the_code_given()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.Exception) { Exception = ModbusExceptionCode.MemoryParityError };
        using ModbusClientOnWire client = new(_server.BasePort);
        Assert.Equal([1, 2, 0, 0, 0, 3, 1, 0x83, 8], client.Ask(Request));
        Assert.Equal(0, _device.Reads);
    }

    [Fact]
    public void Drop_closes_the_connection_without_an_answer_and_takes_the_next()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.Drop) { Requests = 1 };
        using (ModbusClientOnWire client = new(_server.BasePort))
        {
            client.Send(Request);
            Assert.True(client.IsClosedByServer());
        }
        using ModbusClientOnWire next = new(_server.BasePort);
        Assert.Equal(Right, next.Ask(Request));
        Assert.Equal(1, _device.Reads);
    }

    [Fact]
    public void Silence_answers_the_next_request_and_not_this_one()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.Silence) { Requests = 1 };
        using ModbusClientOnWire client = new(_server.BasePort);
        client.Send(Request);
        Assert.Equal(9, client.Ask(ReadRequest(9, 1, 3, 0, 1))[1]);
        Assert.Equal(1, _device.Reads);
    }

    [Fact]
    public void Delay_answers_right_and_late()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.Delay) { Pause = TimeSpan.FromMilliseconds(200) };
        using ModbusClientOnWire client = new(_server.BasePort);
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(Right, client.Ask(Request));

        // Not how fast the machine is, but that the pause was made: it cannot be shorter than asked for, but for the grain of the timers' clock, 4 to 10 ms at each end.
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(180));
    }

    [Fact]
    public void Trickle_answers_right_byte_by_byte()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.Trickle);
        using ModbusClientOnWire client = new(_server.BasePort);
        Assert.Equal(Right, client.Ask(Request));
    }

    [Fact]
    public void Wrong_transaction_id_carries_made_up_data()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.WrongTransactionId);
        using ModbusClientOnWire client = new(_server.BasePort);
        byte[] answer = client.Ask(Request);
        Assert.Equal([0x81, 2, 0, 0, 0, 11, 1, 3, 8], answer[..9]);
        Assert.NotEqual(Right[9..], answer[9..]);
        Assert.Equal(0, _device.Reads);
    }

    [Fact]
    public void Wrong_unit_carries_made_up_data()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.WrongUnit);
        using ModbusClientOnWire client = new(_server.BasePort);
        byte[] answer = client.Ask(Request);
        Assert.Equal([1, 2, 0, 0, 0, 11, 2, 3, 8], answer[..9]);
        Assert.NotEqual(Right[9..], answer[9..]);
        Assert.Equal(0, _device.Reads);
    }

    [Fact]
    public void Truncated_leaves_the_stream_out_of_step()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.Truncated) { Requests = 1 };
        using ModbusClientOnWire client = new(_server.BasePort);
        client.Send(Request);
        client.Send(ReadRequest(9, 1, 3, 0, 1));
        byte[] bytes = client.ReceiveExactly((Right.Length / 2) + 11);
        Assert.Equal(Right[..(Right.Length / 2)], bytes[..(Right.Length / 2)]);
        Assert.Equal([0, 9, 0, 0, 0, 5, 1, 3, 2, 0, 0], bytes[(Right.Length / 2)..]);
    }

    [Theory]
    [InlineData(ModbusFaultKind.ShortPayload, 9, 6)]
    [InlineData(ModbusFaultKind.LongPayload, 13, 10)]
    public void Short_and_long_payloads_agree_with_their_own_lengths(ModbusFaultKind kind, byte length, byte byteCount)
    {
        _unit.Fault = new ModbusFaultRun(kind);
        using ModbusClientOnWire client = new(_server.BasePort);
        byte[] answer = client.Ask(Request);
        Assert.Equal([1, 2, 0, 0, 0, length, 1, 3, byteCount], answer[..9]);
        Assert.Equal(9 + byteCount, answer.Length);
        Assert.Equal(0, _device.Reads);
    }

    [Fact]
    public void Long_payload_stays_within_a_frame()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.LongPayload);
        using ModbusClientOnWire client = new(_server.BasePort);
        Assert.Equal(ModbusFrame.MaxFrameBytes, client.Ask(ReadRequest(1, 1, 3, 0, 125)).Length);
    }

    [Fact]
    public void Extra_bytes_follow_a_right_answer()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.ExtraBytes) { Seed = 5 };
        using ModbusClientOnWire client = new(_server.BasePort);
        Assert.Equal(Right, client.Ask(Request));
        client.ReceiveExactly(1);
        Assert.Equal(1, _device.Reads);
    }

    [Fact]
    public void Repeat_sends_a_right_answer_twice_and_reads_the_device_once()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.Repeat);
        using ModbusClientOnWire client = new(_server.BasePort);
        client.Send(Request);
        Assert.Equal([.. Right, .. Right], client.ReceiveExactly(2 * Right.Length));
        Assert.Equal(1, _device.Reads);
    }

    [Fact]
    public void Garbage_is_the_same_for_the_same_seed()
    {
        byte[][] received = new byte[2][];
        for (int run = 0; run < 2; run++)
        {
            _unit.Fault = new ModbusFaultRun(ModbusFaultKind.Garbage) { Seed = 42, Requests = 1 };
            using ModbusClientOnWire client = new(_server.BasePort);
            client.Send(Request);
            received[run] = client.ReceiveExactly(1);
        }
        Assert.Equal(received[0], received[1]);
        Assert.Equal(0, _device.Reads);
    }

    [Fact]
    public void Bit_flips_turn_one_to_three_bits_and_keep_the_length()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            byte[] answer = new byte[ModbusServerFaults.MaxBytes];
            int bytes = ModbusServerFaults.Write(new ModbusFaultAction(ModbusFaultKind.BitFlips, Random: seed), _unit, Request, [], answer, out _);
            Assert.Equal(Right.Length, bytes);
            int turned = 0;
            for (int i = 0; i < bytes; i++) turned += System.Numerics.BitOperations.PopCount((uint)(answer[i] ^ Right[i]));
            Assert.InRange(turned, 1, 3);
        }
    }

    [Fact]
    public void Requests_in_front_of_a_faulty_one_are_answered_first()
    {
        _unit.Fault = new ModbusFaultRun(ModbusFaultKind.Drop) { After = 2 };
        using ModbusClientOnWire client = new(_server.BasePort);
        client.Send([.. Request, .. Request, .. Request, .. Request]);
        Assert.Equal(Right, client.Receive());
        Assert.Equal(Right, client.Receive());
        Assert.True(client.IsClosedByServer());
    }
}
