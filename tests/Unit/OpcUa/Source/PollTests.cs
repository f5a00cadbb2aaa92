using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

public sealed class PollTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_poll_is_split_by_the_servers_limit_with_some_requests_under_way_at_once()
    {
        using UaSourceRig rig = Rig(10, inFlight: 2);
        await rig.ConnectAsync();
        Assert.Equal(0, rig.Server.Reads);
        Due(rig);
        Assert.Equal(2, rig.Server.Reads);
        Assert.Equal(["v0", "v1", "v2", "v3"], rig.Server.Read());
        Assert.Equal(2, rig.Server.Reads);
        Assert.Equal(["v4", "v5", "v6", "v7"], rig.Server.Read());
        Assert.Equal(["v8", "v9"], rig.Server.Read());
        Assert.Equal(0, rig.Server.Reads);
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3, 0, 1], rig.Readings().Select(r => r.Float64));
        Due(rig);
        Assert.Equal(2, rig.Count("polls"));
        Assert.Equal(2, rig.Server.Reads);
    }

    [Fact]
    public async Task A_node_that_is_unknown_is_one_bad_reading_and_not_read_again_before_it_is_tried_again()
    {
        using UaSourceRig rig = Rig(3);
        await rig.ConnectAsync();
        rig.Server.Nodes["v1"] = (UaStatusCodes.BadNodeIdUnknown, default);
        Due(rig);
        Assert.Equal(["v0", "v1", "v2"], rig.Server.Read());
        Due(rig);
        Assert.Equal(["v0", "v2"], rig.Server.Read());
        Assert.Equal([0u, UaStatusCodes.BadNodeIdUnknown, 0u, 0u, 0u], rig.Readings().Select(r => r.Status));
        rig.Server.Nodes.Clear();
        rig.Clock.Move(TimeSpan.FromSeconds(31));
        await Eventually.IsTrue(
            () =>
            {
                rig.Device.Tick();
                return rig.Device.BadTags.Count == 0;
            },
            "the node is tried again");
        Due(rig);
        Assert.Equal(["v0", "v1", "v2"], rig.Server.Read());
    }

    [Fact]
    public async Task A_full_ring_delays_the_poll_and_drops_nothing()
    {
        using UaSourceRig rig = Rig(8, ringCapacity: 8);
        await rig.ConnectAsync();
        Due(rig);
        rig.Server.Read();
        rig.Server.Read();
        Due(rig);
        Assert.Equal(0, rig.Server.Reads);
        Assert.Equal(1, rig.Count("polls_delayed"));
        Due(rig);
        Assert.Equal(8, rig.Readings().Count);
        rig.Device.Tick();
        Assert.Equal(2, rig.Server.Reads);
        Assert.True(rig.Device.Collector is UaPoller { Skipped: >= 1 });
    }

    [Fact]
    public async Task A_request_that_fails_costs_its_values_and_the_next_poll_goes_on()
    {
        using UaSourceRig rig = Rig(8);
        await rig.ConnectAsync();
        Due(rig);
        rig.Server.Read(UaStatusCodes.BadInternalError);
        rig.Server.Read();
        Assert.Equal(4, rig.Readings().Count);
        Assert.Equal((1, 1), (rig.Count("poll_requests_failed"), rig.Count("faults")));
        Due(rig);
        rig.Server.Read();
        rig.Server.Read();
        Assert.Equal(12, rig.Readings().Count);
    }

    [Fact]
    public async Task Polls_without_a_session_are_skipped_and_go_on_with_the_next()
    {
        using UaSourceRig rig = Rig(4);
        await rig.ConnectAsync();
        Due(rig);
        rig.Cut();
        Due(rig);
        Due(rig);
        Due(rig);
        int calls = rig.Server.Calls.Count;
        await rig.ConnectAsync(UaActivation.Resumed);
        Assert.Equal(calls, rig.Server.Calls.Count);
        Due(rig);
        Assert.Equal(1, rig.Server.Reads);
        Assert.Equal(4, rig.Server.Read().Count);
        Assert.Equal(2, rig.Count("polls"));
        Assert.True(((UaPoller)rig.Device.Collector).Skipped >= 2);
    }

    [Theory]
    [InlineData(UaGatewayTime.Due)]
    [InlineData(UaGatewayTime.Arrival)]
    public async Task Readings_carry_the_time_their_poll_was_due_where_that_is_asked_for(UaGatewayTime gatewayTime)
    {
        using UaSourceRig rig = Rig(10, gatewayTime: gatewayTime);
        await rig.ConnectAsync();
        Due(rig);
        UaPoller poller = (UaPoller)rig.Device.Collector;
        long due = poller.Intended;
        rig.Clock.Move(Second);
        while (rig.Server.Reads > 0) rig.Server.Read();
        Assert.Equal(10, rig.Readings().Count);
        Assert.Equal(due, poller.Intended);
        if (gatewayTime == UaGatewayTime.Due) Assert.All(rig.Readings(), r => Assert.Equal(poller.IntendedUtc, r.GatewayTime));
        // A second later by the clock that the test moves.
        else Assert.All(rig.Readings(), r => Assert.NotEqual(poller.IntendedUtc, r.GatewayTime));
    }

    [Fact]
    public async Task Nodes_are_registered_once_a_session_where_that_is_asked_for()
    {
        using UaSourceRig rig = Rig(5, register: true);
        await rig.ConnectAsync();
        Assert.Equal(1, rig.Server.Calls.Count(c => c == nameof(RegisterNodesRequest)));
        rig.Cut();
        await rig.ConnectAsync(UaActivation.Resumed);
        Assert.Equal(1, rig.Server.Calls.Count(c => c == nameof(RegisterNodesRequest)));
        rig.Cut();
        await rig.ConnectAsync();
        Assert.Equal(2, rig.Server.Calls.Count(c => c == nameof(RegisterNodesRequest)));
    }

    private static UaSourceRig Rig(int tags, int inFlight = 4, int ringCapacity = 1 << 14, bool register = false, UaGatewayTime gatewayTime = UaGatewayTime.Arrival)
    {
        UaPollOptions poll = new() { Interval = Second, InFlight = inFlight, Register = register };
        UaSourceRig rig = new(UaSourceRig.Options(tags, UaDeviceMode.Poll, poll: poll), ringCapacity, gatewayTime: gatewayTime) { Server = { Limits = new UaOperationLimits { NodesPerRead = 4 } } };
        rig.Scheduler.Add((UaPoller)rig.Device.Collector);
        rig.Scheduler.Advance();
        return rig;
    }

    // One interval later.
    private static void Due(UaSourceRig rig)
    {
        rig.Clock.Move(Second);
        rig.Scheduler.Advance();
    }
}
