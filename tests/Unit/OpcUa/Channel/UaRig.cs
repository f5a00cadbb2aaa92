using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Tests.Unit.OpcUa.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.OpcUa.Channel;

/// <summary>A server that answers every request with its own fields, under the encoding's id plus one, on a loopback port, and clients of it.</summary>
internal sealed class UaRig : IUaRequestHandler, IAsyncDisposable
{
    public const uint Echo = 1001;

    /// <summary>Answered with so many zeros as its fields say.</summary>
    public const uint Large = 1003;

    /// <summary>Never answered.</summary>
    public const uint Silent = 1005;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly TestStore _store = new(TestCertificates.Client, TestCertificates.Server, TestCertificates.Large);
    private readonly List<Task> _running = [];
    private readonly Task _accepting;
    private UaServerChannelOptions _options;

    public UaRig(UaCertificate? own = null, UaTransportLimits? limits = null, params UaEndpointSecurity[] endpoints)
    {
        Own = own ?? TestCertificates.Server;
        _options = new UaServerChannelOptions
        {
            Endpoints = endpoints.Length > 0
                ? endpoints
                : [.. TestCertificates.Securities.Select(s => new UaEndpointSecurity((UaSecurityPolicy)((object[])s)[0], (UaSecurityMode)((object[])s)[1]))],
            Own = Own,
            Check = _store.Check,
            Limits = limits ?? new(),
            ShortestLifetime = TimeSpan.FromMinutes(1),
        };
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public UaCertificate Own { get; }

    public int Port { get; }

    public ConcurrentQueue<UaServerChannel> Channels { get; } = new();

    public ConcurrentQueue<UaException> Ends { get; } = new();

    public void Change(Func<UaServerChannelOptions, UaServerChannelOptions> change) => _options = change(_options);

    public UaClientChannelOptions Options(UaSecurityPolicy policy = UaSecurityPolicy.None, UaSecurityMode mode = UaSecurityMode.None, int port = 0) => new()
    {
        EndpointUrl = $"opc.tcp://127.0.0.1:{(port == 0 ? Port : port)}/test",
        Policy = policy,
        Mode = mode,
        Own = TestCertificates.Client,
        Server = Own,
        Check = _store.Check,
        ConnectTimeout = TimeSpan.FromSeconds(60),
        RenewTimeout = TimeSpan.FromSeconds(60),
    };

    public Task<UaClientChannel> ConnectAsync(UaSecurityPolicy policy = UaSecurityPolicy.None, UaSecurityMode mode = UaSecurityMode.None, int port = 0) =>
        UaClientChannel.ConnectAsync(Options(policy, mode, port), NullLogger.Instance);

    public static UaBuffer Message(uint encoding, ReadOnlySpan<byte> fields)
    {
        UaBuffer message = new();
        new UaWriter(message).EncodingId(encoding);
        fields.CopyTo(message.Take(fields.Length));
        return message;
    }

    /// <summary>Sends and waits for the fields of the answer.</summary>
    public static async Task<byte[]> AskAsync(UaClientChannel channel, uint encoding, byte[] fields)
    {
        Answer answer = new();
        using (UaBuffer message = Message(encoding, fields)) channel.Send(message, answer, TimeSpan.FromSeconds(60));
        return await answer.Fields;
    }

    public static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public void Request(UaServerChannel channel, uint requestId, uint encodingId, ReadOnlySpan<byte> fields)
    {
        if (encodingId == Silent) return;
        using UaBuffer answer = Message(encodingId + 1, encodingId == Large ? new byte[BitConverter.ToInt32(fields)] : fields);
        channel.TryRespond(requestId, answer);
    }

    public void Ended(UaServerChannel channel, UaException reason) => Ends.Enqueue(reason);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (UaServerChannel channel in Channels) channel.Dispose();
        await Task.WhenAll(_running);
        _store.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                UaServerChannel channel = new(await _listener.AcceptAsync(), _options, this, NullLogger.Instance);
                Channels.Enqueue(channel);
                _running.Add(Task.Run(channel.RunAsync));
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    internal sealed class Answer : IUaPending
    {
        private readonly TaskCompletionSource<byte[]> _fields = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public Task<byte[]> Fields => _fields.Task;

        public int Calls => Volatile.Read(ref _calls);

        public void Complete(ReadOnlySpan<byte> message)
        {
            Interlocked.Increment(ref _calls);
            UaReader reader = new(message);
            reader.NodeId();
            _fields.TrySetResult(message[reader.Position..].ToArray());
        }

        public void Fail(UaException reason)
        {
            Interlocked.Increment(ref _calls);
            _fields.TrySetException(reason);
        }
    }
}
