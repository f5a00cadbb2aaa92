using System.Diagnostics;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Modbus;
using static HyperIngest.Tests.Unit.Modbus.ScriptedDevice;

namespace HyperIngest.Tests.Unit.Modbus;

public sealed class ModbusBackpressureTests
{
    [Fact]
    public async Task A_full_ring_delays_the_poll_and_counts_it()
    {
        await using ScriptedDevice device = new();
        await using ModbusRig rig = new(64, [ModbusRig.Device(device.Port, registers: 20)]);
        rig.Fill(60);
        await rig.Source.StartAsync(CancellationToken.None);
        await Eventually.IsTrue(() => rig.Count("hyperingest_modbus_polls_delayed_total") == 1, "never came");
        Assert.Equal(0, device.Requests);
        rig.Drain();
        int fillers = rig.Readings.Count;
        await rig.UntilAsync(() => rig.Readings.Count >= fillers + 40, "polls after the ring was emptied");
        Assert.All(rig.Readings.Skip(fillers), r => Assert.Equal(RegisterValue(1, r.SeriesId), r.ValueBits));
    }

    [Fact]
    public async Task A_ring_that_fills_between_request_and_response_leaves_the_response_in_the_pipe_and_loses_nothing()
    {
        await using ScriptedDevice device = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        device.Script = async (peer, request) =>
        {
            asked.TrySetResult();
            await filled.Task;
            await peer.SendAsync(Answer(request));
        };
        await using ModbusRig rig = new(64, [ModbusRig.Device(device.Port, registers: 20, timeoutMs: 2000, perRequest: 5, window: 4)]);
        await rig.Source.StartAsync(CancellationToken.None);
        await asked.Task;
        rig.Fill(62);
        filled.SetResult();
        // Held past the response timeout: what has arrived is not missing.
        long held = Stopwatch.GetTimestamp();
        await Eventually.IsTrue(
            () => rig.Count("hyperingest_modbus_decodes_delayed_total") > 3 && Stopwatch.GetElapsedTime(held) > TimeSpan.FromMilliseconds(2200), "never came");
        Assert.Equal(0, rig.Count("hyperingest_modbus_readings_total"));
        rig.Drain();
        int fillers = rig.Readings.Count;
        await rig.UntilAsync(() => rig.Readings.Count >= fillers + 20, "the held poll");
        Assert.Equal(0, rig.Faults(ModbusFault.ResponseTimeout));
        Assert.Equal(Enumerable.Range(0, 20), rig.Readings.Skip(fillers).Take(20).Select(r => r.SeriesId).Order());
        Assert.All(rig.Readings.Skip(fillers), r => Assert.Equal(RegisterValue(1, r.SeriesId), r.ValueBits));
    }

    [Fact]
    public async Task A_device_that_hangs_up_while_its_answer_waits_for_the_ring_still_has_it_published()
    {
        await using ScriptedDevice device = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        device.Script = async (peer, request) =>
        {
            asked.TrySetResult();
            await filled.Task;
            await peer.SendAsync(Answer(request));
            peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        };
        await using ModbusRig rig = new(64, [ModbusRig.Device(device.Port, registers: 20)]);
        await rig.Source.StartAsync(CancellationToken.None);
        await asked.Task;
        rig.Fill(62);
        filled.SetResult();
        await Eventually.IsTrue(() => rig.Count("hyperingest_modbus_decodes_delayed_total") > 3, "never came");
        rig.Drain();
        int fillers = rig.Readings.Count;
        await rig.UntilAsync(() => rig.Readings.Count >= fillers + 20, "the held answer");
        Assert.All(rig.Readings.Skip(fillers).Take(20), r => Assert.Equal(StatusCodes.Good, r.Status));
    }

    [Fact]
    public async Task Under_a_slow_consumer_every_poll_arrives_whole_and_in_order()
    {
        await using ScriptedDevice device = new();
        ushort poll = 0;
        device.Script = (peer, request) =>
        {
            byte[] answer = Answer(request);
            poll++;
            for (int i = 9; i < answer.Length; i += 2)
            {
                answer[i] = (byte)(poll >> 8);
                answer[i + 1] = (byte)poll;
            }
            return peer.SendAsync(answer);
        };
        await using ModbusRig rig = new(64, [ModbusRig.Device(device.Port, registers: 30, intervalMs: 0)]);
        await rig.Source.StartAsync(CancellationToken.None);
        await rig.UntilAsync(() => rig.Readings.Count >= 30 * 500, "500 polls");
        for (int i = 0; i < rig.Readings.Count; i++)
        {
            Assert.Equal((i % 30, (long)(ushort)((i / 30) + 1)), (rig.Readings[i].SeriesId, rig.Readings[i].ValueBits));
        }
    }

    [Fact]
    public async Task Stopping_publishes_what_is_under_way_and_nothing_after()
    {
        await using ScriptedDevice device = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        device.Script = async (peer, request) =>
        {
            asked.TrySetResult();
            await go.Task;
            await peer.SendAsync(Answer(request));
        };
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port, registers: 20));
        await asked.Task;
        Task stopping = rig.Source.StopAsync(CancellationToken.None);
        Assert.False(stopping.IsCompleted);
        go.SetResult();
        await stopping;
        rig.Drain();
        Assert.Equal(20, rig.Readings.Count);
        rig.AssertNoWrongValue(("d", 1));
        Assert.False(rig.Status("d").Connected);
        Assert.Equal(1, device.Requests);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_silent_device_beyond_the_callers_patience()
    {
        await using ScriptedDevice device = new((_, _) => Task.CompletedTask);
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(device.Port));
        await rig.UntilAsync(() => device.Requests > 0, "a request");
        using CancellationTokenSource impatient = new(TimeSpan.FromMilliseconds(50));
        await rig.Source.StopAsync(impatient.Token).WaitAsync(TimeSpan.FromSeconds(30));
        rig.Drain();
        Assert.Empty(rig.Readings);
    }

    [Fact]
    public void A_request_that_no_ring_could_ever_hold_is_refused_at_start()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new ModbusRig(64, [ModbusRig.Device(502, "big", registers: 100)]));
        Assert.Contains("big", refused.Message, StringComparison.Ordinal);
    }
}
