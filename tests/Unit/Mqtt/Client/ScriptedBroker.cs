using System.Net;
using System.Net.Sockets;
using HyperIngest.Core.Framing;
using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Client;

/// <summary>A broker that says what a test has it say, and shows what it was told.</summary>
internal sealed class ScriptedBroker : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<byte> _received = [];
    private Socket? _socket;

    public ScriptedBroker() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public MqttClientOptions Options => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        ClientId = "c",
        ConnectTimeout = TimeSpan.FromSeconds(30),
        FirstPause = TimeSpan.FromMilliseconds(10),
        LongestPause = TimeSpan.FromMilliseconds(50),
    };

    /// <summary>Takes a connection and its CONNECT, and answers with a CONNACK of these bytes.</summary>
    public async Task AcceptAsync(string connAck = "20 03 00 00 00")
    {
        _socket?.Dispose();
        _received.Clear();
        _socket = await _listener.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(60));
        _socket.NoDelay = true;
        Assert.Equal(MqttPacketType.Connect, MqttFrame.TypeOf((await NextAsync())[0]));
        await SayAsync(connAck);
    }

    public Task SayAsync(string hex) => SayAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

    public async Task SayAsync(ReadOnlyMemory<byte> bytes) => await _socket!.SendAsync(bytes);

    /// <summary>The next packet of the client.</summary>
    public async Task<byte[]> NextAsync()
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            if (MqttFrame.Find(_received.ToArray(), int.MaxValue, out _, out int bytes, out _) == FrameStatus.Complete)
            {
                byte[] packet = [.. _received.Take(bytes)];
                _received.RemoveRange(0, bytes);
                return packet;
            }
            int count = await _socket!.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(60));
            if (count == 0) throw new EndOfStreamException("the client closed");
            _received.AddRange(buffer[..count]);
        }
    }

    public async Task ExpectAsync(string hex) => Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(await NextAsync()));

    public void Dispose()
    {
        _socket?.Dispose();
        _listener.Dispose();
    }
}
