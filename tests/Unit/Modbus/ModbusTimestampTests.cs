using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Unit.Modbus;

/// <summary>Readings that carry the time their poll was due at.</summary>
public class ModbusTimestampTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Due_times_are_an_even_grid_and_one_for_all_of_a_poll()
    {
        await using ScriptedDevice device = new();
        await using ModbusRig rig = await ModbusRig.StartAsync(Due(ModbusRig.Device(device.Port, registers: 40, perRequest: 10)));
        await rig.UntilGoodAsync(40 * 5);
        long[] times = [.. rig.Good("d").Take(200).Select(r => r.GatewayTime)];
        for (int poll = 0; poll < 5; poll++) Assert.All(times[(40 * poll)..(40 * (poll + 1))], t => Assert.Equal(times[40 * poll], t));
        // The two clocks are looked at once a second, and agree to a few microseconds.
        for (int poll = 1; poll < 5; poll++)
        {
            double intervals = (times[40 * poll] - times[40 * (poll - 1)]) / (double)Interval.Ticks;
            Assert.True(intervals > 0.99);
            Assert.Equal(Math.Round(intervals), intervals, 0.01);
        }
    }

    [Fact]
    public async Task The_latency_of_a_device_that_stalls_counts_from_when_its_poll_was_due_and_what_it_keeps_from_being_asked_is_not_offered()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ScriptedDevice device = new(async (peer, request) =>
        {
            await release.Task;
            await peer.SendAsync(ScriptedDevice.Answer(request));
        });
        await using ModbusRig rig = new(Due(ModbusRig.Device(device.Port)));
        PollTally tally = new(0, IPollPace.Never);
        rig.Source.Scheduler.Measure(tally);
        await rig.Source.StartAsync(CancellationToken.None);
        await rig.UntilAsync(() => rig.Count("hyperingest_polls_skipped_total") >= 3, "three polls that find the device busy");
        Assert.Equal((10L, 0L), (tally.BegunReadings, tally.AnsweredReadings));
        long answered = DateTime.UtcNow.Ticks;
        release.SetResult();
        await rig.UntilGoodAsync(10);
        // Three intervals went by while it hung.
        Assert.All(rig.Good("d").Take(10), r => Assert.True(answered - r.GatewayTime > 2 * Interval.Ticks, $"{new TimeSpan(answered - r.GatewayTime)}"));
        Assert.True(tally.AnsweredReadings >= 10);
    }

    [Fact]
    public async Task Readings_without_a_value_carry_the_time_their_poll_was_due_at_too()
    {
        await using ScriptedDevice device = new((_, _) => Task.CompletedTask);
        await using ModbusRig rig = await ModbusRig.StartAsync(Due(ModbusRig.Device(device.Port, timeoutMs: 200)));
        await rig.UntilAsync(() => rig.Readings.Count >= 10, "bad readings");
        long now = DateTime.UtcNow.Ticks;
        Assert.All(rig.Readings.Take(10), r => Assert.True(StatusCodes.IsBad(r.Status) && now - r.GatewayTime >= TimeSpan.FromMilliseconds(190).Ticks));
    }

    [Fact]
    public async Task Without_an_interval_a_poll_is_due_when_it_is_begun()
    {
        await using ScriptedDevice device = new();
        long before = DateTime.UtcNow.Ticks - TimeSpan.FromMilliseconds(10).Ticks;
        ModbusDeviceOptions options = ModbusRig.Device(device.Port, intervalMs: 0);
        await using ModbusRig rig = await ModbusRig.StartAsync(options with { Poll = options.Poll with { Timestamp = ModbusTimestamp.Due } });
        await rig.UntilGoodAsync(100);
        long[] times = [.. rig.Good("d").Select(r => r.GatewayTime)];
        Assert.Equal(times.Order(), times);
        Assert.InRange(times[0], before, DateTime.UtcNow.Ticks);
        Assert.True(times.Distinct().Count() >= 10);
    }

    private static ModbusDeviceOptions Due(ModbusDeviceOptions options) => options with { Poll = options.Poll with { Interval = Interval, Timestamp = ModbusTimestamp.Due } };
}
