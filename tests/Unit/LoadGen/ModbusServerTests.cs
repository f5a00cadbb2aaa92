using HyperIngest.Protocols.Modbus;
using static HyperIngest.Tests.Unit.LoadGen.ModbusClientOnWire;

namespace HyperIngest.Tests.Unit.LoadGen;

public sealed class ModbusServerTests : IDisposable
{
    private readonly MemoryDevice _device = new();
    private readonly MemoryDevice _second = new();
    private readonly ModbusServer _server;

    public ModbusServerTests()
    {
        _server = new ModbusServer(
            new ModbusServerOptions { MaxConnectionsPerPort = 2 },
            [new ModbusServerPort(new ModbusServerUnit(1, _device)), new ModbusServerPort(new ModbusServerUnit(1, _device), new ModbusServerUnit(7, _second))]);
        _server.Start();
    }

    public void Dispose() => _server.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public void Registers_are_read_high_byte_first()
    {
        using ModbusClientOnWire client = new(_server.BasePort);
        Assert.Equal([0x12, 0x34, 0, 0, 0, 7, 1, 3, 4, 0x01, 0x02, 0x01, 0x03], client.Ask(ReadRequest(0x1234, 1, 3, 0x102, 2)));
        Assert.Equal([0, 9, 0, 0, 0, 5, 1, 4, 2, 0, 5], client.Ask(ReadRequest(9, 1, 4, 5, 1)));
    }

    [Fact]
    public void Bits_are_packed_low_bit_first()
    {
        using ModbusClientOnWire client = new(_server.BasePort);
        Assert.Equal([0, 1, 0, 0, 0, 5, 1, 1, 2, 0b1010_1010, 0b10], client.Ask(ReadRequest(1, 1, 1, 0, 10)));
        Assert.Equal([0, 1, 0, 0, 0, 4, 1, 2, 1, 0b1], client.Ask(ReadRequest(1, 1, 2, 1, 1)));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        using ModbusClientOnWire client = new(_server.BasePort);
        byte[] single = Frame(1, 1, 6, 0, 10, 0xAB, 0xCD);
        Assert.Equal(single, client.Ask(single));
        Assert.Equal([0, 2, 0, 0, 0, 6, 1, 16, 0, 11, 0, 2], client.Ask(Frame(2, 1, 16, 0, 11, 0, 2, 4, 1, 2, 3, 4)));
        Assert.Equal([0xAB, 0xCD, 1, 2, 3, 4], client.Ask(ReadRequest(3, 1, 3, 10, 3))[9..]);

        byte[] coil = Frame(4, 1, 5, 0, 20, 0xFF, 0);
        Assert.Equal(coil, client.Ask(coil));
        Assert.Equal([0, 5, 0, 0, 0, 6, 1, 15, 0, 21, 0, 9], client.Ask(Frame(5, 1, 15, 0, 21, 0, 9, 2, 0xFF, 0x00)));
        Assert.Equal([0xFF, 0b01], client.Ask(ReadRequest(6, 1, 1, 20, 10))[9..]);
    }

    [Theory]
    [InlineData(new byte[] { 7, 0, 0 }, 1)]
    [InlineData(new byte[] { 0x83, 0, 0 }, 1)]
    [InlineData(new byte[] { 3, 0x03, 0xE8, 0, 1 }, 2)]
    [InlineData(new byte[] { 3, 0xFF, 0xFF, 0, 2 }, 2)]
    [InlineData(new byte[] { 3, 0, 0, 0, 0 }, 3)]
    [InlineData(new byte[] { 3, 0, 0, 0, 126 }, 3)]
    [InlineData(new byte[] { 3, 0, 0, 0, 1, 9 }, 3)]
    [InlineData(new byte[] { 3, 0, 0 }, 3)]
    [InlineData(new byte[] { 3 }, 3)]
    [InlineData(new byte[] { 1, 0, 0, 0x07, 0xD1 }, 3)]
    [InlineData(new byte[] { 5, 0, 0, 0x12, 0x34 }, 3)]
    [InlineData(new byte[] { 6, 0, 0, 0 }, 3)]
    [InlineData(new byte[] { 16, 0, 0, 0, 2, 3, 1, 2, 3 }, 3)]
    [InlineData(new byte[] { 16, 0, 0, 0, 2, 4, 1, 2, 3 }, 3)]
    [InlineData(new byte[] { 16, 0, 0, 0, 0, 0 }, 3)]
    [InlineData(new byte[] { 15, 0, 0, 0, 9, 1, 1 }, 3)]
    [InlineData(new byte[] { 16, 0x03, 0xE7, 0, 2, 4, 1, 2, 3, 4 }, 2)]
    public void Wrong_requests_are_answered_with_the_exception_of_the_specification(byte[] pdu, byte code)
    {
        using ModbusClientOnWire client = new(_server.BasePort);
        Assert.Equal([0, 5, 0, 0, 0, 3, 1, (byte)(pdu[0] | 0x80), code], client.Ask(Frame(5, 1, pdu)));
        Assert.Equal(13, client.Ask(ReadRequest(6, 1, 3, 0, 2)).Length);
    }

    [Fact]
    public void Units_behind_one_port_answer_for_themselves()
    {
        using ModbusClientOnWire client = new(_server.BasePort + 1);
        client.Ask(Frame(1, 7, 6, 0, 0, 0, 77));
        Assert.Equal([0, 77], client.Ask(ReadRequest(2, 7, 3, 0, 1))[9..]);
        Assert.Equal([0, 0], client.Ask(ReadRequest(3, 1, 3, 0, 1))[9..]);
        Assert.Equal([0, 4, 0, 0, 0, 3, 9, 0x83, 11], client.Ask(ReadRequest(4, 9, 3, 0, 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    public void A_port_with_one_unit_is_that_unit_at_0_and_255_too(byte unit)
    {
        using ModbusClientOnWire client = new(_server.BasePort);
        Assert.Equal(3, client.Ask(ReadRequest(1, unit, 3, 0, 1))[7]);
    }

    [Fact]
    public void Requests_that_come_together_are_answered_in_order()
    {
        using ModbusClientOnWire client = new(_server.BasePort);
        byte[] burst = [.. Enumerable.Range(0, 200).SelectMany(i => ReadRequest((ushort)i, 1, 3, i, 125))];
        client.Send(burst);
        for (int i = 0; i < 200; i++)
        {
            byte[] answer = client.Receive();
            Assert.Equal(i, (answer[0] << 8) | answer[1]);
            Assert.Equal(i, (answer[9] << 8) | answer[10]);
            Assert.Equal(259, answer.Length);
        }
    }

    [Fact]
    public void A_request_split_at_every_byte_is_answered_once()
    {
        using ModbusClientOnWire client = new(_server.BasePort);
        byte[] request = Frame(1, 1, 16, 0, 11, 0, 2, 4, 1, 2, 3, 4);
        for (int cut = 1; cut < request.Length; cut++)
        {
            client.Send(request.AsSpan(0, cut));
            client.Send(request.AsSpan(cut));
            Assert.Equal([0, 1, 0, 0, 0, 6, 1, 16, 0, 11, 0, 2], client.Receive());
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 1, 0, 1, 0, 6 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 0, 1, 1 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 0xFF, 0xFF })]
    public void Bytes_that_are_no_Modbus_TCP_close_the_connection_and_nothing_else(byte[] bytes)
    {
        using ModbusClientOnWire client = new(_server.BasePort), other = new(_server.BasePort);
        client.Send(bytes);
        Assert.True(client.IsClosedByServer());
        Assert.Equal(11, other.Ask(ReadRequest(1, 1, 3, 0, 1)).Length);
        Assert.Equal(1, _server.Counts.Malformed);
    }

    [Fact]
    public void One_connection_too_many_is_closed_and_the_others_stay()
    {
        using ModbusClientOnWire first = new(_server.BasePort), second = new(_server.BasePort);
        first.Ask(ReadRequest(1, 1, 3, 0, 1));
        second.Ask(ReadRequest(1, 1, 3, 0, 1));
        using ModbusClientOnWire third = new(_server.BasePort);
        Assert.True(third.IsClosedByServer());
        Assert.Equal(11, first.Ask(ReadRequest(1, 1, 3, 0, 1)).Length);
        Assert.Equal(1, _server.Counts.Refused);
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        await using ModbusServer second = new(new ModbusServerOptions { BasePort = _server.BasePort }, [new ModbusServerPort(new ModbusServerUnit(1, _device))]);
        Exception refused = Assert.ThrowsAny<Exception>(second.Start);
        Assert.Contains(_server.BasePort.ToString(), refused.Message);
    }

    [Fact]
    public void Answering_allocates_nothing()
    {
        ModbusServerPort port = new(new ModbusServerUnit(1, _device));
        using System.Net.Sockets.Socket socket = new(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        ModbusServerConnection connection = new(socket, port, new ModbusServerOptions(), new ModbusServerCounters());
        byte[] requests = [.. ReadRequest(1, 1, 3, 0, 125), .. ReadRequest(2, 1, 1, 0, 2000), .. ReadRequest(3, 1, 3, 999, 2), .. Frame(4, 1, 6, 0, 1, 2, 3), .. Frame(5, 9, 99)];
        int answered = connection.Exchange(requests, out _).Length;
        Assert.Equal(259 + 259 + 9 + 12 + 9, answered);
        for (int i = 0; i < 1000; i++) connection.Exchange(requests, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) connection.Exchange(requests, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
