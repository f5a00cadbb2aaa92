using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Tests.Unit.OpcUa.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.OpcUa.Session;

/// <summary>A session over lost channels, forgetful servers and users that fail, against a server that keeps to the rules.</summary>
public sealed class UaSessionTests
{
    private readonly RecordingUser _user = new();

    [Fact]
    public async Task Namespaces_and_limits_are_read_before_the_user_is_told()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options());
        Assert.Equal(["New"], _user.Events);
        Assert.Equal(server.Namespaces, _user.Services!.Namespaces);
        UaOperationLimits limits = _user.Services.Limits;
        Assert.Equal((3, 2, UaOperationLimits.Default, UaOperationLimits.Default), (limits.NodesPerBrowse, limits.PathsPerTranslate, limits.NodesPerWrite, limits.MonitoredItemsPerCall));
        Assert.True(session.LastHeardTicks > 0);
        Assert.Null(session.Fault);
    }

    [Fact]
    public async Task Lost_channel_leaves_the_session_as_it_was()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options());
        for (int cuts = 1; cuts <= 3; cuts++)
        {
            server.CutChannels();
            int wanted = cuts;
            await Eventually.IsTrue(() => session.Resumed == wanted && session.IsConnected, $"resumed {wanted} times");
        }
        Assert.Equal(["New", "Offline", "Resumed", "Offline", "Resumed", "Offline", "Resumed"], _user.Events);
        Assert.Equal((1L, 3L, 1), (session.Created, session.Lost, server.Sessions));
    }

    [Fact]
    public async Task Session_that_the_server_has_forgotten_is_made_anew_on_the_same_channel()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options());
        server.ForgetSessions();
        server.CutChannels();
        await Eventually.IsTrue(() => session.Created == 2 && session.IsConnected, "a second session");
        Assert.Equal(["New", "Offline", "New"], _user.Events);
        Assert.Equal(2, server.Channels.Count);
    }

    [Fact]
    public async Task Session_whose_last_activation_was_not_heard_of_is_made_anew()
    {
        await using ScriptedServer server = new();
        using TestStore store = Trusting(server);
        await using UaSession session = await StartAsync(server.Options(UaSecurityPolicy.Aes128Sha256RsaOaep, UaSecurityMode.Sign, certificates: store.Store));
        server.MoveNonces();
        server.CutChannels();
        await Eventually.IsTrue(() => session.Created == 2 && session.IsConnected, "a second session");
        Assert.Equal(["New", "Offline", "New"], _user.Events);
    }

    [Fact]
    public async Task Session_that_breaks_every_channel_is_tried_three_times_and_then_made_anew()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options());
        int created = server.Count(UaEncodingIds.CreateSessionRequest);
        // A server whose state for this one session is broken.
        server.Cut = service => service == UaEncodingIds.ActivateSessionRequest && server.Count(UaEncodingIds.CreateSessionRequest) == created;
        server.CutChannels();
        await Eventually.IsTrue(() => session.Created == 2 && session.IsConnected, "a second session");
        Assert.Equal(1 + 3 + 1, server.Count(UaEncodingIds.ActivateSessionRequest));
    }

    [Fact]
    public async Task Server_that_is_not_there_for_a_while_does_not_cost_the_session()
    {
        await using ScriptedServer server = new();
        int port = new Uri(server.Url).Port;
        await using Faults.CuttingProxy proxy = new(port);
        await using UaSession session = await StartAsync(server.Options() with { EndpointUrl = $"opc.tcp://127.0.0.1:{proxy.Port}" });
        // Ten connections that end before the channel is open: none of them counts against the session.
        for (int i = 0; i < 10; i++)
        {
            Task cut = proxy.CutAfterAsync(Faults.CutSide.ToServer, 40);
            if (i == 0) server.CutChannels();
            await cut;
        }
        await Eventually.IsTrue(() => session.IsConnected, "connected again");
        Assert.Equal((1L, 1L), (session.Created, session.Resumed));
        Assert.Equal("Resumed", _user.Events.Last());
    }

    [Fact]
    public async Task Silent_server_is_given_up_and_the_session_resumed()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options() with { KeepAlive = TimeSpan.FromMilliseconds(40), RequestTimeout = TimeSpan.FromSeconds(2) });
        await Eventually.IsTrue(() => server.Count(UaEncodingIds.ReadRequest) > 2, "its state was asked for");
        server.Silent = service => service == UaEncodingIds.ReadRequest;
        await Eventually.IsTrue(() => session.Lost == 1, "given up");
        Assert.Contains("BadTimeout", session.Fault, StringComparison.Ordinal);
        server.Silent = _ => false;
        await Eventually.IsTrue(() => session.IsConnected, "connected again");
        Assert.Equal("Offline", _user.Events.ElementAt(1));
    }

    [Fact]
    public async Task Session_closed_by_the_server_under_a_live_channel_is_found_out_and_made_anew()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options() with { KeepAlive = TimeSpan.FromMilliseconds(40) });
        server.ForgetSessions();
        await Eventually.IsTrue(() => session.Created == 2 && session.IsConnected, "a second session");
        Assert.Equal(["New", "Offline", "New"], _user.Events);
    }

    [Fact]
    public async Task Session_that_could_not_be_set_up_is_closed_and_the_next_one_is_new()
    {
        await using ScriptedServer server = new();
        int failures = 3;
        _user.SetUp = (_, _, _) => failures-- > 0 ? throw new UaException(UaStatusCodes.BadTooManySubscriptions, "set-up") : Task.CompletedTask;
        await using UaSession session = await StartAsync(server.Options());
        Assert.Equal(["New", "Offline", "New", "Offline", "New", "Offline", "New"], _user.Events);
        // What it may have taken over from another session is not deleted with it.
        Assert.Equal([false, false, false], server.Closed);
        Assert.Equal((1, 0L, 3L), (server.Sessions, session.Lost, session.Faults));
    }

    [Fact]
    public async Task Resumed_session_that_cannot_be_set_up_again_is_made_anew_in_the_end()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options());
        _user.SetUp = (_, activation, _) => activation == UaActivation.Resumed ? throw new UaException(UaStatusCodes.BadInternalError, "set-up") : Task.CompletedTask;
        server.CutChannels();
        await Eventually.IsTrue(() => session.Created == 2 && session.IsConnected, "a second session");
        Assert.Equal(3, _user.Count("Resumed"));
    }

    [Fact]
    public async Task Defect_of_the_user_ends_neither_the_session_nor_the_process()
    {
        await using ScriptedServer server = new();
        int failures = 1;
        _user.SetUp = (_, _, _) => failures-- > 0 ? throw new InvalidOperationException("a defect") : Task.CompletedTask;
        await using UaSession session = await StartAsync(server.Options());
        Assert.Equal(["New", "Offline", "New"], _user.Events);
    }

    [Fact]
    public async Task Channel_that_ends_during_the_set_up_is_told_to_it_and_offline_waits_for_it()
    {
        await using ScriptedServer server = new();
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously), go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _user.SetUp = async (_, _, ended) =>
        {
            if (told.Task.IsCompleted) return;
            server.CutChannels();
            await Task.Delay(Timeout.InfiniteTimeSpan, ended).ContinueWith(_ => { }, TaskScheduler.Default);
            told.SetResult();
            await go.Task;
            ended.ThrowIfCancellationRequested();
        };
        await using UaSession session = new(server.Options(), _user, NullLogger.Instance);
        session.Start();
        await told.Task;
        Assert.Equal(["New"], _user.Events);
        go.SetResult();
        await Eventually.IsTrue(() => session.IsConnected, "connected");
        Assert.Equal(["New", "Offline", "New"], _user.Events);
    }

    [Fact]
    public async Task Given_up_it_is_resumed_and_forgotten_it_is_new()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options());
        session.GiveUp(new UaException(UaStatusCodes.BadTimeout, "watchdog"));
        await Eventually.IsTrue(() => session.Resumed == 1 && session.IsConnected, "resumed");
        session.Forget();
        session.GiveUp(new UaException(UaStatusCodes.BadTimeout, "watchdog"));
        await Eventually.IsTrue(() => session.Created == 2 && session.IsConnected, "a second session");
        session.GiveUp(new UaException(UaStatusCodes.BadSessionClosed, "publish"));
        await Eventually.IsTrue(() => session.Created == 3 && session.IsConnected, "a third session");
        Assert.Equal(["New", "Offline", "Resumed", "Offline", "New", "Offline", "New"], _user.Events);
    }

    [Fact]
    public async Task Stopped_it_closes_the_session_with_its_subscriptions_and_says_nothing_more()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options());
        await session.StopAsync();
        Assert.Equal(["New", "Offline"], _user.Events);
        Assert.Equal([true], server.Closed);
        Assert.Equal((0, false, 0L), (server.Sessions, session.IsConnected, session.Faults));
    }

    [Fact]
    public async Task Stopped_in_a_hurry_it_does_not_wait_for_the_server()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options());
        server.Silent = service => service == UaEncodingIds.CloseSessionRequest;
        await session.StopAsync(new CancellationToken(canceled: true));
        Assert.Equal(["New", "Offline"], _user.Events);
    }

    [Fact]
    public async Task Stopped_before_the_server_answers_it_stops()
    {
        await using ScriptedServer server = new();
        server.Silent = service => service == UaEncodingIds.CreateSessionRequest;
        await using UaSession session = new(server.Options(), _user, NullLogger.Instance);
        session.Start();
        await Eventually.IsTrue(() => server.Count(UaEncodingIds.CreateSessionRequest) == 1, "asked for a session");
        await session.StopAsync();
        Assert.Empty(_user.Events);
    }

    [Fact]
    public async Task Cancelled_call_is_given_up_without_harm_to_the_session()
    {
        await using ScriptedServer server = new();
        await using UaSession session = await StartAsync(server.Options());
        server.Silent = service => service == UaEncodingIds.BrowseRequest;
        using CancellationTokenSource cancel = new();
        Task<UaReferences> call = UaBrowser.ChildrenAsync(_user.Services!, new(85), cancel.Token);
        await Eventually.IsTrue(() => server.Count(UaEncodingIds.BrowseRequest) == 1, "asked");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(session.IsConnected);
    }

    private static TestStore Trusting(ScriptedServer server)
    {
        TestStore store = new(server.Own);
        using UaCertificate own = UaApplication.OpenOwn(store.Store);
        server.Trust(own);
        return store;
    }

    private async Task<UaSession> StartAsync(UaSessionOptions options)
    {
        UaSession session = new(options, _user, NullLogger.Instance);
        session.Start();
        await Eventually.IsTrue(() => session.IsConnected, "the session is active");
        return session;
    }
}
