using System.Buffers;
using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Mqtt.Client;

/// <summary>A connection that the pool's threads read.</summary>
public sealed class PooledConnectionTests() : ConnectionContract(ownReadingThread: false);

/// <summary>A connection that has a reading thread of its own.</summary>
public sealed class OwnThreadConnectionTests() : ConnectionContract(ownReadingThread: true);

/// <summary>A connection to a broker that says what is rare, wrong, or late.</summary>
public abstract class ConnectionContract(bool ownReadingThread) : IDisposable
{
    private readonly ScriptedBroker _broker = new();
    private readonly RecordingReceiver _receiver = new();

    private MqttClientOptions Options => _broker.Options with { OwnReadingThread = ownReadingThread };

    public void Dispose()
    {
        _broker.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Packets_arrive_whole_however_they_are_cut()
    {
        await using MqttConnection connection = await ConnectAsync();
        ArrayBufferWriter<byte> output = new();
        for (int i = 0; i < 20; i++) new MqttWriter(output, MqttVersion.V5).Publish(new MqttOutgoing { Topic = "a/b"u8, Payload = new byte[i * 13], Qos = MqttQos.AtLeastOnce }, (ushort)(i + 1));
        byte[] all = output.WrittenSpan.ToArray();
        foreach (byte one in all) await _broker.SayAsync(new[] { one });
        for (int i = 0; i < 20; i++) await _broker.ExpectAsync($"4002{i + 1:X4}");
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (i * 13, (ushort)(i + 1))), _receiver.Messages.Select(m => (m.Payload.Length, m.PacketId)));
    }

    [Fact]
    public async Task A_message_without_room_is_given_again_and_nothing_overtakes_it()
    {
        await using MqttConnection connection = await ConnectAsync();
        _receiver.Refusals = 7;
        await _broker.SayAsync("32 07 0001 61 0001 00 31  32 07 0001 61 0002 00 32");
        await _broker.ExpectAsync("40 02 0001");
        await _broker.ExpectAsync("40 02 0002");
        Assert.Equal(["1", "2"], _receiver.Messages.Select(m => m.Payload));
        Assert.Equal(7, _receiver.Refused);
    }

    [Fact]
    public async Task Aliases_stand_for_names_once_they_were_given()
    {
        await using MqttConnection connection = await ConnectAsync(o => o with { TopicAliases = 5 });
        await _broker.SayAsync("30 07 0001 61 03 230005  30 06 0000 03 230005  30 07 0001 62 03 230005  30 06 0000 03 230005");
        await Eventually.IsTrue(() => _receiver.Messages.Count == 4, "four messages");
        Assert.Equal(["a", "a", "b", "b"], _receiver.Messages.Select(m => m.Topic));
    }

    [Theory]
    [InlineData("30 07 0001 61 03 230006", 0x94)] // beyond the maximum
    [InlineData("30 06 0000 03 230001", 0x82)] // never given a name
    [InlineData("36 06 0001 61 0001 00", 0x81)]
    [InlineData("30 FF FF FF FF", 0x81)]
    [InlineData("30 FF FF 7F", 0x95)]
    [InlineData("00 00", 0x81)]
    [InlineData("10 00", 0x82)] // what only a client sends
    [InlineData("82 00", 0x82)]
    [InlineData("C0 00", 0x82)]
    [InlineData("D0 01 00", 0x81)] // PINGRESP with a body
    [InlineData("D1 00", 0x81)]
    [InlineData("20 03 00 00 00", 0x82)] // a second CONNACK
    [InlineData("90 04 0009 00 00", 0x82)] // nobody subscribed
    [InlineData("F0 01 18", 0x82)] // nobody asked to authenticate in steps
    [InlineData("32 06 0001 61 0001 00  32 06 0001 61 0002 00  32 06 0001 61 0003 00", 0x93)] // three under way, two allowed
    public async Task What_is_not_allowed_ends_the_connection_with_its_reason(string hex, int reason)
    {
        RecordingReceiver receiver = new() { Acknowledges = false };
        Task accepting = _broker.AcceptAsync();
        await using MqttConnection connection = await MqttConnection.ConnectAsync(Options with { TopicAliases = 5, ReceiveMaximum = 2, MaxPacketBytes = 1024 }, receiver, null, NullLogger.Instance, default);
        await accepting;
        await _broker.SayAsync(hex);
        await _broker.ExpectAsync($"E002{reason:X2}00");
        MqttEnd end = await connection.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(((MqttReasonCode)reason, false), (end.Reason, end.ByServer));
        Assert.Single(receiver.Ends);
    }

    [Fact]
    public async Task The_window_of_the_broker_is_not_exceeded_and_frees_itself()
    {
        await using MqttConnection connection = await ConnectAsync(connAck: "20 06 00 00 03 210002");
        Assert.True(TryPublish(connection, MqttQos.AtLeastOnce, out ushort one));
        Assert.True(TryPublish(connection, MqttQos.ExactlyOnce, out ushort two));
        Assert.False(TryPublish(connection, MqttQos.AtLeastOnce, out _));
        Assert.True(TryPublish(connection, MqttQos.AtMostOnce, out ushort none));
        Assert.Equal(0, none);
        connection.Flush();
        for (int i = 0; i < 3; i++) await _broker.NextAsync();
        await _broker.SayAsync($"50 02 {two:X4}");
        await _broker.ExpectAsync($"62 02 {two:X4}");
        Assert.False(TryPublish(connection, MqttQos.AtLeastOnce, out _));
        await _broker.SayAsync($"70 02 {two:X4}  40 03 {one:X4} 97");
        await Eventually.IsTrue(() => _receiver.Settlements.Count == 2, "both settled");
        Assert.Equal([(two, MqttReasonCode.Success), (one, MqttReasonCode.QuotaExceeded)], _receiver.Settlements);
        Assert.True(TryPublish(connection, MqttQos.AtLeastOnce, out _));
    }

    [Fact]
    public async Task A_second_quality_two_message_is_completed_after_its_release()
    {
        await using MqttConnection connection = await ConnectAsync();
        await _broker.SayAsync("34 06 0001 61 0007 00");
        await _broker.ExpectAsync("50 02 0007");
        await _broker.SayAsync("62 02 0007");
        await _broker.ExpectAsync("70 02 0007");
    }

    [Fact]
    public async Task What_the_broker_says_at_the_end_is_passed_on()
    {
        await using MqttConnection connection = await ConnectAsync();
        await _broker.SayAsync("E0 0C 9C 0A 1F0002 686F 1C0002 623A");
        MqttEnd end = await connection.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((MqttReasonCode.UseAnotherServer, true, "b:"), (end.Reason, end.ByServer, end.ServerReference));
        Assert.Equal($"mqtt://127.0.0.1:{_broker.Port} ended the connection: use another server (0x9C), \"ho\", see b:", end.Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_broker_that_says_nothing_is_given_up_in_time(bool tls)
    {
        MqttClientOptions options = Options with { ConnectTimeout = TimeSpan.FromMilliseconds(300), Tls = tls ? new MqttTlsOptions { Verify = false } : null };
        Task<MqttConnection> connecting = MqttConnection.ConnectAsync(options, _receiver, null, NullLogger.Instance, default);
        MqttException late = await Assert.ThrowsAsync<MqttException>(() => connecting.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("in 0.3 s", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_keeps_the_password_to_itself()
    {
        Task accepting = _broker.AcceptAsync("20 03 00 86 00");
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => MqttConnection.ConnectAsync(
            Options with { User = "u", Password = "hush-hush" }, _receiver, null, NullLogger.Instance, default));
        await accepting;
        Assert.Equal($"mqtt://127.0.0.1:{_broker.Port} refused the connection: bad user name or password (0x86)", refused.Message);
        Assert.DoesNotContain("hush-hush", refused.ToString(), StringComparison.Ordinal);
        Assert.Empty(_receiver.Ends);
    }

    [Fact]
    public async Task Silence_is_ended_by_a_ping_and_deafness_by_the_end()
    {
        SteppedTime time = new();
        Task accepting = _broker.AcceptAsync();
        await using MqttConnection connection = await MqttConnection.ConnectAsync(Options with { KeepAlive = TimeSpan.FromSeconds(10) }, _receiver, null, NullLogger.Instance, new MqttHeartbeat(time), default);
        await accepting;
        time.Step(TimeSpan.FromSeconds(4));
        time.Step(TimeSpan.FromSeconds(2));
        await _broker.ExpectAsync("C000");
        time.Step(TimeSpan.FromSeconds(8));
        await _broker.ExpectAsync("C000");
        Assert.False(connection.Ended.IsCompleted);
        time.Step(TimeSpan.FromSeconds(2));
        MqttEnd end = await connection.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(MqttReasonCode.KeepAliveTimeout, end.Reason);
    }

    [Fact]
    public async Task A_session_follows_the_broker_and_comes_home_again()
    {
        using ScriptedBroker other = new();
        await using MqttSession session = new("s", Options, [], _receiver, null, NullLogger.Instance);
        session.Start();
        string reference = $"127.0.0.1:{other.Port}";
        string text = Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(reference));
        await _broker.AcceptAsync($"20 {reference.Length + 6:X2} 00 9C {reference.Length + 3:X2} 1C {reference.Length:X4} {text}");
        await other.AcceptAsync();
        await Eventually.IsTrue(() => session.Connection is not null, "connected to the other");
        Assert.Equal(0, session.Faults);
        await other.SayAsync("E0 01 8B");
        await _broker.AcceptAsync();
        await Eventually.IsTrue(() => session.Connects == 2 && session.Fault is null, "home again");
        Assert.Equal(1, session.Faults);
    }

    private async Task<MqttConnection> ConnectAsync(Func<MqttClientOptions, MqttClientOptions>? change = null, string connAck = "20 03 00 00 00")
    {
        Task accepting = _broker.AcceptAsync(connAck);
        MqttConnection connection = await MqttConnection.ConnectAsync(change is null ? Options : change(Options), _receiver, null, NullLogger.Instance, default);
        await accepting;
        return connection;
    }

    private static bool TryPublish(MqttConnection connection, MqttQos qos, out ushort id) => connection.TryPublish(new MqttOutgoing { Topic = "t"u8, Payload = "p"u8, Qos = qos }, out id);

    /// <summary>A clock that goes when it is told to, and then calls its timers once.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private readonly List<Ticker> _timers = [];
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Ticker timer = new(callback, state);
            lock (_timers) _timers.Add(timer);
            return timer;
        }

        public void Step(TimeSpan by)
        {
            Interlocked.Add(ref _now, by.Ticks);
            Ticker[] timers;
            lock (_timers) timers = [.. _timers];
            foreach (Ticker timer in timers) timer.Call();
        }

        private sealed class Ticker(TimerCallback callback, object? state) : ITimer
        {
            private bool _disposed;

            public void Call()
            {
                if (!_disposed) callback(state);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => _disposed = true;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
