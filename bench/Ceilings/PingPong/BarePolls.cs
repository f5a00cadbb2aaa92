using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace HyperIngest.Bench.Ceilings.PingPong;

/// <summary>The limit: connections, one to each of some ports, that send as many of a poll's requests as may be under way, receive as many bytes as their responses have, and go on.</summary>
internal sealed class BarePolls(string name, PollShape shape, IReadOnlyList<int> ports, Process server) : IContender
{
    // As the product's client receives: a block of 4 KiB.
    private const int ReceiveBytes = 4096;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public ContenderSample Run(TimeSpan slice) => RunAsync(slice).GetAwaiter().GetResult();

    private async Task<ContenderSample> RunAsync(TimeSpan slice)
    {
        Connection[] all = [.. ports.Select(port => new Connection(shape, port))];
        try
        {
            Task[] running = [.. all.Select(c => Task.Run(() => c.RunAsync()))];
            ContenderSample sample = new PollMeter(server).Measure(Name, () => all.Sum(c => c.Polls), slice);
            foreach (Connection connection in all) connection.Stop();
            await Task.WhenAll(running).ConfigureAwait(false);
            return sample with { Units = sample.Units * shape.Requests };
        }
        finally
        {
            foreach (Connection connection in all) connection.Dispose();
        }
    }

    private sealed class Connection(PollShape shape, int port) : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(ReceiveBytes, pinned: true);
        private readonly (ReadOnlyMemory<byte> Send, int Receive)[] _turns = [.. shape.Turns];

        // Written by the connection's loop alone, read by the meter.
        private long _polls;

        // Written by the meter's thread, read by the loop.
        private volatile bool _stopping;

        public long Polls => Volatile.Read(ref _polls);

        public async Task RunAsync()
        {
            await _socket.ConnectAsync(IPAddress.Loopback, port).ConfigureAwait(false);
            while (!_stopping)
            {
                foreach ((ReadOnlyMemory<byte> send, int receive) in _turns)
                {
                    // At most 108 bytes into a socket whose last answers have all been read: it takes them at once.
                    int sent = _socket.Send(send.Span);
                    if (sent != send.Length) throw new IOException($"{sent} of {send.Length} bytes were sent.");
                    for (int left = receive; left > 0;)
                    {
                        int bytes = await _socket.ReceiveAsync(_received, SocketFlags.None).ConfigureAwait(false);
                        if (bytes == 0) throw new IOException("The other end closed the connection.");
                        left -= bytes;
                    }
                }
                Volatile.Write(ref _polls, _polls + 1);
            }
        }

        public void Stop() => _stopping = true;

        public void Dispose() => _socket.Dispose();
    }
}
