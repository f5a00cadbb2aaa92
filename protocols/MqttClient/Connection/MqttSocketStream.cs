using System.Diagnostics;
using System.Net.Sockets;

namespace HyperIngest.Mqtt;

/// <summary>
/// The bytes of a connection. One that blocks lets a read wait in the thread that asks for it, which is the reading loop's own: the operating system then wakes that thread at once, where an asynchronous
/// read is first seen by the runtime's socket thread and then handed to the pool. A broker that writes each message by itself wakes its reader for one or two at a time, and what a message costs is then
/// mostly that way.
/// </summary>
internal sealed class MqttSocketStream(Socket socket, bool blocks) : NetworkStream(socket, ownsSocket: true)
{
    // A read that brings so much, some 90 messages, is worth its wake-up; one with less, of a connection that was read only just now, lets more gather first.
    private const int WorthReading = 16 * 1024;

    // The shortest sleep there is. Against the fsync that an acknowledgement waits for, 100 ms, it is nothing; a first message after a pause does not wait for it.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(1);

    // The reading thread's. The socket is ready, and nothing of it was read since.
    private bool _isReady;
    private int _lastBytes;
    private long _lastWake;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        blocks ? new ValueTask<int>(Read(buffer.Span)) : base.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (!blocks) return base.Read(buffer);
        try
        {
            if (!_isReady) WaitUntilReady();
            // A read of nothing asks to be told when there is something.
            _isReady = buffer.IsEmpty;
            return buffer.IsEmpty ? 0 : _lastBytes = Socket.Receive(buffer);
        }
        catch (SocketException failure)
        {
            // As the base class has it, for SslStream and the reading loop.
            throw new IOException(failure.Message, failure);
        }
    }

    private void WaitUntilReady()
    {
        if (_lastBytes < WorthReading && Stopwatch.GetElapsedTime(_lastWake) < Gathering) Thread.Sleep(Gathering);
        // The socket itself does not block once it was written to asynchronously: it is waited for by poll(2).
        Socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
        _lastWake = Stopwatch.GetTimestamp();
    }
}
