using System.Collections.Concurrent;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Modbus;
using static HyperIngest.Tests.Unit.Modbus.ScriptedDevice;

namespace HyperIngest.Tests.Unit.Modbus;

public sealed class ModbusWriteTests
{
    [Fact]
    public async Task Writes_go_out_as_the_specification_has_them_among_the_polls()
    {
        ConcurrentQueue<string> writes = new();
        await using ScriptedDevice device = new();
        device.Script = (peer, request) =>
        {
            if (request[7] >= 5) writes.Enqueue(Convert.ToHexString(request, 6, request.Length - 6));
            return peer.SendAsync(Answer(request));
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, unit: 17, intervalMs: 10));
        await rig.UntilGoodAsync(10);
        // The examples of clauses 6.5, 6.6, 6.11 and 6.12, sent to unit 0x11.
        Assert.True((await rig.Source.WriteAsync("d", ModbusWrite.Coil(0xAC, true))).Confirmed);
        Assert.True((await rig.Source.WriteAsync("d", ModbusWrite.Register(1, 3))).Confirmed);
        Assert.True((await rig.Source.WriteAsync(
            "d", ModbusWrite.Coils(0x13, true, false, true, true, false, false, true, true, true, false))).Confirmed);
        Assert.True((await rig.Source.WriteAsync("d", ModbusWrite.Registers(1, 0x000A, 0x0102))).Confirmed);
        Assert.Equal(["110500ACFF00", "110600010003", "110F0013000A02CD01", "1110000100020" + "4000A0102"], writes);
        await rig.UntilGoodAsync(rig.Readings.Count + 50);
        Assert.Equal(0, rig.Status("d").Faults);
    }

    [Theory]
    [InlineData(2, ModbusFault.IllegalDataAddress, StatusCodes.BadNodeIdUnknown)]
    [InlineData(3, ModbusFault.IllegalDataValue, StatusCodes.BadOutOfRange)]
    public async Task A_refused_write_says_why(byte code, ModbusFault fault, uint status)
    {
        await using ScriptedDevice device = new();
        device.Script = (peer, request) => peer.SendAsync(request[7] >= 5 ? Exception(request, code) : Answer(request));
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port));
        await rig.UntilGoodAsync(10);
        Assert.Equal(new ModbusWriteResult(fault, status, code, true), await rig.Source.WriteAsync("d", ModbusWrite.Register(1, 3)));
    }

    [Theory]
    [InlineData(9, ModbusFault.WrongEcho)]
    [InlineData(11, ModbusFault.WrongEcho)]
    [InlineData(6, ModbusFault.WrongUnit)]
    [InlineData(7, ModbusFault.WrongFunction)]
    public async Task An_echo_that_differs_in_any_byte_is_no_confirmation(int wrongByte, ModbusFault fault)
    {
        await using ScriptedDevice device = new();
        device.Script = (peer, request) =>
        {
            byte[] answer = Answer(request);
            if (request[7] >= 5) answer[wrongByte]++;
            return peer.SendAsync(answer);
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port));
        await rig.UntilGoodAsync(10);
        ModbusWriteResult result = await rig.Source.WriteAsync("d", ModbusWrite.Register(1, 3));
        Assert.Equal((fault, true, (byte)0), (result.Fault, result.Sent, result.ExceptionCode));
        Assert.Equal(1, rig.Faults(fault));
    }

    [Fact]
    public async Task A_write_nobody_answers_times_out_as_sent()
    {
        await using ScriptedDevice device = new();
        device.Script = (peer, request) => request[7] >= 5 ? Task.CompletedTask : peer.SendAsync(Answer(request));
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, timeoutMs: 300));
        await rig.UntilGoodAsync(10);
        ModbusWriteResult result = await rig.Source.WriteAsync("d", ModbusWrite.Coil(1, false));
        Assert.Equal((ModbusFault.ResponseTimeout, true), (result.Fault, result.Sent));
    }

    [Fact]
    public async Task A_write_to_an_unconnected_device_fails_at_once_and_unsent()
    {
        await using ModbusRig rig = new(ModbusRig.Device(9));
        ModbusWriteResult result = await rig.Source.WriteAsync("d", ModbusWrite.Register(1, 3));
        Assert.Equal((ModbusFault.ConnectFailed, false), (result.Fault, result.Sent));
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Source.WriteAsync("no such", ModbusWrite.Register(1, 3)));
    }

    [Fact]
    public async Task A_write_under_way_when_the_connection_breaks_is_given_back_as_sent()
    {
        await using ScriptedDevice device = new();
        device.Script = (peer, request) =>
        {
            if (request[7] < 5) return peer.SendAsync(Answer(request));
            peer.Close();
            return Task.CompletedTask;
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port));
        await rig.UntilGoodAsync(10);
        ModbusWriteResult result = await rig.Source.WriteAsync("d", ModbusWrite.Register(1, 3)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((ModbusFault.ConnectionClosed, true), (result.Fault, result.Sent));
    }

    [Fact]
    public void Writes_beyond_the_protocols_limits_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ModbusWrite.Registers(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ModbusWrite.Registers(0, new ushort[124]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ModbusWrite.Coils(0, new bool[1969]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ModbusWrite.Registers(65_535, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ModbusWrite.Coil(-1, true));
        Assert.Equal(253, ModbusWrite.Registers(0, new ushort[123]).Pdu.Length + 1);
    }
}
