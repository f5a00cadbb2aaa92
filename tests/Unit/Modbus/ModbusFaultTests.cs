using System.Net;
using System.Net.Sockets;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Modbus;
using static HyperIngest.Tests.Unit.Modbus.ScriptedDevice;

namespace HyperIngest.Tests.Unit.Modbus;

/// <summary>Each thing a device can do wrong: counted under its name, published as bad readings, never as a value, and over when the device behaves again.</summary>
public sealed class ModbusFaultTests
{
    [Fact]
    public async Task A_device_that_answers_well_yields_its_values()
    {
        await using ScriptedDevice device = new();
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, registers: 300, window: 4, perRequest: 50));
        await rig.UntilGoodAsync(900);
        Assert.Equal(0, rig.Status("d").Faults);
        Assert.True(rig.Status("d").Connected);
        Assert.NotEqual(0, rig.Status("d").LastGoodUtcTicks);
        rig.AssertNoWrongValue(("d", 1));
        Assert.Equal(300, rig.Readings.Select(r => r.SeriesId).Distinct().Count());
    }

    [Fact]
    public async Task Requests_of_a_poll_that_fit_the_window_go_out_in_one_send()
    {
        await using ScriptedDevice device = new();
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, registers: 100, window: 10, perRequest: 10, intervalMs: 50));
        await rig.UntilGoodAsync(1000);
        long polls = rig.Count("hyperingest_modbus_polls_total");
        Assert.InRange(rig.Count("hyperingest_modbus_sends_total"), polls - 1, polls + 1);
        Assert.InRange(device.Requests, (polls - 1) * 10, polls * 10);
    }

    [Fact]
    public async Task Never_more_requests_than_the_window_are_under_way()
    {
        int waiting = 0, most = 0;
        await using ScriptedDevice device = new();
        device.Script = async (peer, request) =>
        {
            most = Math.Max(most, ++waiting);
            peer.Held.Add(request);
            // Answer only when nothing more is waiting in the socket: whoever overran the window would have shown it by then.
            if (peer.Socket.Available > 0) return;
            foreach (byte[] held in peer.Held)
            {
                waiting--;
                await peer.SendAsync(Answer(held));
            }
            peer.Held.Clear();
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, registers: 100, window: 3, perRequest: 10, intervalMs: 10));
        await rig.UntilGoodAsync(500);
        Assert.InRange(most, 1, 3);
        rig.AssertNoWrongValue(("d", 1));
    }

    public static TheoryData<ModbusFault, uint> WrongAnswers => new()
    {
        { ModbusFault.WrongUnit, StatusCodes.BadDecodingError },
        { ModbusFault.WrongFunction, StatusCodes.BadDecodingError },
        { ModbusFault.ShortResponse, StatusCodes.BadDecodingError },
        { ModbusFault.LongResponse, StatusCodes.BadDecodingError },
        { ModbusFault.ResponseTimeout, StatusCodes.BadTimeout },
        { ModbusFault.WrongTransactionId, StatusCodes.BadTimeout },
        { ModbusFault.MalformedFrame, StatusCodes.BadDecodingError },
        { ModbusFault.ConnectionClosed, StatusCodes.BadCommunicationError },
    };

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public async Task A_wrong_answer_is_counted_by_name_and_becomes_bad_readings_and_the_device_recovers(ModbusFault fault, uint status)
    {
        bool wrong = true;
        await using ScriptedDevice device = new();
        device.Script = async (peer, request) =>
        {
            byte[] answer = Answer(request);
            if (!Volatile.Read(ref wrong))
            {
                await peer.SendAsync(answer);
                return;
            }
            switch (fault)
            {
                case ModbusFault.WrongUnit: answer[6]++; break;
                case ModbusFault.WrongFunction: answer[7] = 4; break;
                case ModbusFault.ShortResponse: answer = Frame(request, [3, 18, .. new byte[18]]); break;
                case ModbusFault.LongResponse: answer = Frame(request, [3, 22, .. new byte[22]]); break;
                case ModbusFault.ResponseTimeout: return;
                case ModbusFault.WrongTransactionId: answer[0] ^= 0x40; break;
                case ModbusFault.MalformedFrame: answer[2] = 0x55; break;
                default: peer.Close(); return;
            }
            await peer.SendAsync(answer);
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, timeoutMs: 150));
        await rig.UntilFaultAsync(fault, 2);
        await rig.UntilAsync(() => rig.Readings.Count(r => r.Status == status) >= 10, "bad readings of the first poll");
        Assert.Empty(rig.Good("d"));
        Assert.NotEqual(0, rig.Status("d").Faults);
        Assert.NotNull(rig.Status("d").LastFault);
        Volatile.Write(ref wrong, false);
        await rig.UntilGoodAsync(30);
        rig.AssertNoWrongValue(("d", 1));
    }

    [Theory]
    // The MBAP length right and the byte count wrong, and the other way round.
    [InlineData(ModbusFault.ShortResponse, new byte[] { 3, 20, 0, 1 })]
    [InlineData(ModbusFault.ShortResponse, new byte[] { 3 })]
    [InlineData(ModbusFault.ShortResponse, new byte[] { 3, 0 })]
    [InlineData(ModbusFault.ShortResponse, new byte[] { 0x83 })]
    [InlineData(ModbusFault.ShortResponse, new byte[] { 3, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(ModbusFault.LongResponse, new byte[] { 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(ModbusFault.LongResponse, new byte[] { 0x83, 2, 0 })]
    [InlineData(ModbusFault.WrongFunction, new byte[] { 0x84, 2 })]
    [InlineData(ModbusFault.WrongFunction, new byte[] { 0 })]
    public void A_response_is_held_against_its_request_byte_for_byte(ModbusFault expected, byte[] pdu)
    {
        byte[] frame = [0, 1, 0, 0, 0, (byte)(pdu.Length + 1), 1, .. pdu];
        ModbusFault fault = ModbusResponse.CheckRead(frame, ModbusFunction.ReadHoldingRegisters, 20, out ReadOnlySpan<byte> data);
        Assert.Equal(expected, fault);
        Assert.True(data.IsEmpty);
    }

    [Theory]
    [InlineData(1, ModbusFault.IllegalFunction, StatusCodes.BadNotSupported)]
    [InlineData(2, ModbusFault.IllegalDataAddress, StatusCodes.BadNodeIdUnknown)]
    [InlineData(3, ModbusFault.IllegalDataValue, StatusCodes.BadOutOfRange)]
    [InlineData(4, ModbusFault.ServerDeviceFailure, StatusCodes.BadDeviceFailure)]
    [InlineData(5, ModbusFault.Acknowledge, StatusCodes.BadResourceUnavailable)]
    [InlineData(6, ModbusFault.ServerDeviceBusy, StatusCodes.BadResourceUnavailable)]
    [InlineData(7, ModbusFault.NegativeAcknowledge, StatusCodes.BadDeviceFailure)]
    [InlineData(8, ModbusFault.MemoryParityError, StatusCodes.BadDeviceFailure)]
    [InlineData(9, ModbusFault.UnknownException, StatusCodes.Bad)]
    [InlineData(10, ModbusFault.GatewayPathUnavailable, StatusCodes.BadNoCommunication)]
    [InlineData(11, ModbusFault.GatewayTargetFailedToRespond, StatusCodes.BadTimeout)]
    [InlineData(99, ModbusFault.UnknownException, StatusCodes.Bad)]
    public async Task An_exception_becomes_its_status(byte code, ModbusFault fault, uint status)
    {
        await using ScriptedDevice device = new((peer, request) => peer.SendAsync(Exception(request, code)));
        // What a gateway says of a silent unit backs off, by the response timeout.
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, registers: 1, timeoutMs: 2000));
        await rig.UntilFaultAsync(fault, 2);
        await rig.UntilAsync(() => rig.Readings.Count >= 2, "two bad readings");
        Assert.All(rig.Readings, r => Assert.Equal((status, 0L), (r.Status, r.ValueBits)));
    }

    [Fact]
    public async Task One_register_that_cannot_be_read_costs_its_tag_only()
    {
        await using ScriptedDevice device = new();
        device.Script = (peer, request) =>
        {
            int address = (request[8] << 8) | request[9], count = (request[10] << 8) | request[11];
            return peer.SendAsync(address <= 37 && 37 < address + count ? Exception(request, 2) : Answer(request));
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, registers: 100, window: 8));
        await rig.UntilAsync(() => rig.Good("d").Select(r => r.SeriesId).Distinct().Count() == 99, "99 good tags");
        // Seven halvings of 100 tags isolate one.
        Assert.InRange(rig.Count("hyperingest_modbus_blocks_split_total"), 6, 7);
        int seen = rig.Readings.Count;
        await rig.UntilAsync(() => rig.Readings.Count > seen + 500, "more polls");
        Assert.All(rig.Readings.Skip(seen + 100), r => Assert.Equal(rig.Catalog.TagOf(r.SeriesId) == "r037", StatusCodes.IsBad(r.Status)));
        rig.AssertNoWrongValue(("d", 1));
    }

    [Fact]
    public async Task A_device_that_takes_only_short_requests_is_asked_shorter_ones()
    {
        await using ScriptedDevice device = new();
        device.Script = (peer, request) => peer.SendAsync(request[11] > 20 ? Exception(request, 3) : Answer(request));
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, registers: 100));
        await rig.UntilAsync(() => rig.Good("d").Select(r => r.SeriesId).Distinct().Count() == 100, "all tags good");
        rig.AssertNoWrongValue(("d", 1));
    }

    [Fact]
    public async Task A_response_trickled_byte_by_byte_is_read()
    {
        await using ScriptedDevice device = new();
        device.Script = async (peer, request) =>
        {
            foreach (byte b in Answer(request)) await peer.SendAsync([b]);
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port));
        await rig.UntilGoodAsync(50);
        Assert.Equal(0, rig.Status("d").Faults);
        rig.AssertNoWrongValue(("d", 1));
    }

    [Fact]
    public async Task A_connection_closed_in_the_middle_of_a_frame_is_made_anew()
    {
        await using ScriptedDevice device = new();
        device.Script = async (peer, request) =>
        {
            byte[] answer = Answer(request);
            if (device.Connections > 1)
            {
                await peer.SendAsync(answer);
                return;
            }
            await peer.SendAsync(answer[..15]);
            peer.Close();
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port));
        await rig.UntilGoodAsync(30);
        Assert.Equal(1, rig.Faults(ModbusFault.ConnectionClosed));
        Assert.Equal(10, rig.Readings.Count(r => r.Status == StatusCodes.BadCommunicationError));
        rig.AssertNoWrongValue(("d", 1));
    }

    [Fact]
    public async Task A_late_response_is_counted_and_never_taken_for_another()
    {
        await using ScriptedDevice device = new();
        byte[]? late = null;
        device.Script = async (peer, request) =>
        {
            if (late is null)
            {
                late = Answer(request);
                late[9] = 0x77;
                return;
            }
            if (late.Length > 0) await peer.SendAsync(late);
            late = [];
            await peer.SendAsync(Answer(request));
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, timeoutMs: 150));
        await rig.UntilFaultAsync(ModbusFault.LateResponse);
        await rig.UntilGoodAsync(30);
        // On a busy machine the device may be late of itself once more.
        Assert.InRange(rig.Faults(ModbusFault.LateResponse), 1, rig.Faults(ModbusFault.ResponseTimeout));
        Assert.Equal(0, rig.Faults(ModbusFault.WrongTransactionId));
        Assert.Equal(1, device.Connections);
        rig.AssertNoWrongValue(("d", 1));
    }

    [Fact]
    public async Task A_silent_unit_behind_a_gateway_freezes_no_other()
    {
        await using ScriptedDevice gateway = new();
        gateway.Script = (peer, request) => UnitOf(request) == 7 ? Task.CompletedTask : peer.SendAsync(Answer(request));
        ModbusDeviceOptions[] units =
        [
            .. Enumerable.Range(1, 20).Select(u => ModbusRig.Device(gateway.Port, $"u{u}", (byte)u, registers: 5, intervalMs: 50, timeoutMs: u == 7 ? 100 : 30_000)),
        ];
        await using ModbusRig rig = await ModbusRig.StartAsync(units);
        await rig.UntilFaultAsync(ModbusFault.ResponseTimeout, 4);
        await rig.UntilAsync(() => units.Where(u => u.UnitId != 7).All(u => rig.Good(u.Name).Count() >= 25), "five polls of each of the others");
        Assert.Empty(rig.Good("u7"));
        Assert.All(rig.Source.Devices.Where(d => d.Device != "u7"), d => Assert.Equal(0, d.Faults));
        Assert.Equal(1, gateway.Connections);
        rig.AssertNoWrongValue([.. units.Select(u => (u.Name, (int)u.UnitId))]);
    }

    [Fact]
    public async Task A_silent_unit_backs_off_and_so_costs_the_others_ever_less()
    {
        await using ScriptedDevice gateway = new();
        int asked = 0;
        gateway.Script = (peer, request) =>
        {
            if (UnitOf(request) != 7) return peer.SendAsync(Answer(request));
            asked++;
            return Task.CompletedTask;
        };
        ModbusDeviceOptions silent = ModbusRig.Device(gateway.Port, "silent", 7, intervalMs: 10, timeoutMs: 10);
        silent = silent with { Poll = silent.Poll with { LongestBackoff = TimeSpan.FromHours(1) } };
        await using ModbusRig rig = await ModbusRig.StartAsync(silent, ModbusRig.Device(gateway.Port, "good", 1, intervalMs: 10, registers: 1));
        // 1 + 2 + 4 ... x 10 ms: after 300 intervals of 10 ms the silent one was asked about nine times, not 150.
        await rig.UntilGoodAsync(300, "good");
        Assert.InRange(asked, 2, 14);
    }

    [Fact]
    public async Task A_device_that_floods_is_disconnected_and_its_memory_stays_bounded()
    {
        await using ScriptedDevice device = new();
        byte[] unasked = [.. Enumerable.Range(0, 200).SelectMany(i => new byte[] { 0x7F, (byte)i, 0, 0, 0, 3, 1, 3, 0 })];
        device.Connected = async peer =>
        {
            while (device.Connections < 3) await peer.SendAsync(unasked);
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port));
        await rig.UntilFaultAsync(ModbusFault.Flood, 2);
        await rig.UntilGoodAsync(10);
        rig.AssertNoWrongValue(("d", 1));
    }

    [Fact]
    public async Task A_silent_connection_is_made_anew_after_three_timeouts()
    {
        await using ScriptedDevice device = new();
        await using ModbusRig rig = new(ModbusRig.Device(device.Port, timeoutMs: 150));
        long[]? faults = null;
        device.Script = (peer, request) =>
        {
            if (device.Connections == 1) return Task.CompletedTask;
            // Looked at now: on a busy machine this answer may be late too.
            faults ??= [rig.Faults(ModbusFault.ResponseTimeout), rig.Faults(ModbusFault.SilentConnection)];
            return peer.SendAsync(Answer(request));
        };
        await rig.Source.StartAsync(CancellationToken.None);
        await rig.UntilGoodAsync(10);
        Assert.Equal([3, 1], faults!);
    }

    [Fact]
    public async Task A_refused_connection_is_told_once_and_tried_again_until_it_is_taken()
    {
        TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(port));
        await rig.UntilFaultAsync(ModbusFault.ConnectRefused, 4);
        await rig.UntilAsync(() => rig.Readings.Count >= 10, "one bad reading a tag");
        Assert.Equal(10, rig.Readings.Count);
        Assert.All(rig.Readings, r => Assert.Equal(StatusCodes.BadNoCommunication, r.Status));
        Assert.False(rig.Status("d").Connected);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_counted_and_costs_only_its_device()
    {
        await using ScriptedDevice device = new();
        await using ModbusRig rig = await ModbusRig.StartAsync(
            ModbusRig.Device(device.Port, "good"), ModbusRig.Device(502, "lost") with { Host = "no-such-host.invalid" });
        await rig.UntilFaultAsync(ModbusFault.ConnectFailed);
        await rig.UntilGoodAsync(30, "good");
        Assert.Empty(rig.Good("lost"));
    }

    [Fact]
    public async Task Texts_beyond_the_table_are_bad_readings_and_counted()
    {
        await using ScriptedDevice device = new();
        ModbusDeviceOptions options = ModbusRig.Device(device.Port) with
        {
            Tags = [new ModbusTag { Name = "text", Address = 0x4141, Type = ModbusType.Ascii, Length = 2 }],
        };
        await using ModbusRig rig = new(options);
        for (int i = 0; rig.Catalog.Texts.TryIntern($"text {i}", out _); i++)
        {
            // Fill the table.
        }
        await rig.Source.StartAsync(CancellationToken.None);
        await rig.UntilFaultAsync(ModbusFault.TextTableFull, 2);
        await rig.UntilAsync(() => rig.Readings.Count > 1, "readings");
        Assert.All(rig.Readings, r => Assert.Equal((StatusCodes.BadOutOfMemory, 0L), (r.Status, r.ValueBits)));
    }
}
