using System.Buffers;
using System.Threading.Tasks.Sources;

namespace HyperIngest.Mqtt;

/// <summary>
/// What is to be sent: packets are written one after another into a buffer, under <see cref="Gate"/>, and a flush lets the sender take the whole of it for one send while the next buffer fills. Nothing
/// is allocated once the buffers have their size; an idle connection has none.
/// </summary>
/// <remarks>All fields are guarded by <see cref="Gate"/>, but for those that say otherwise.</remarks>
internal sealed class MqttOutbox : IBufferWriter<byte>, IValueTaskSource
{
    /// <summary>Gathered bytes that go out without a flush: a send beyond it gets no cheaper by the byte.</summary>
    private const int EnoughBytes = 64 * 1024;

    private const int SmallestBuffer = 1024;

    private readonly TimeProvider _time;
    private byte[] _filling = [];
    private int _filled;
    private byte[] _sending = [];
    private int _sent;
    private bool _flush;
    private bool _idle;
    private bool _closed;
    private TaskCompletionSource? _drained;

    // The sender waits on it while _idle; set once for each wait.
    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = true };

    // Written under the gate, read by any thread.
    private int _unsent;

    // Written by the sender, read by the heartbeat: a timestamp of the time provider.
    private long _lastSent;

    public MqttOutbox(TimeProvider time)
    {
        _time = time;
        _lastSent = time.GetTimestamp();
    }

    /// <summary>Held while packets are written.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Bytes gathered and not yet taken by the operating system.</summary>
    public int Unsent => Volatile.Read(ref _unsent);

    /// <summary>When the last send ended.</summary>
    public long LastSent => Volatile.Read(ref _lastSent);

    /// <summary>Whether nothing goes any more.</summary>
    public bool IsClosed => _closed;

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_filling.Length - _filled < sizeHint) Grow(sizeHint);
        return _filling.AsSpan(_filled);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _filling.AsMemory(_filled);
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        _filled += count;
        _unsent += count;
    }

    /// <summary>Lets what was gathered go.</summary>
    public void Flush()
    {
        lock (Gate) FlushLocked();
    }

    /// <summary>The same with the gate held, at the end of a batch.</summary>
    public void FlushLocked()
    {
        if (_filled == 0 || _closed) return;
        _flush = true;
        Wake();
    }

    /// <summary>The same with the gate held, when enough was gathered to be worth a send.</summary>
    public void FlushIfEnough()
    {
        if (_filled >= EnoughBytes) FlushLocked();
    }

    /// <summary>Sends until the outbox is closed or the stream fails; then the outbox is closed.</summary>
    public async Task SendAsync(Stream stream)
    {
        try
        {
            while (Take(out ReadOnlyMemory<byte> bytes))
            {
                if (bytes.IsEmpty)
                {
                    await new ValueTask(this, _wake.Version).ConfigureAwait(false);
                    continue;
                }
                await stream.WriteAsync(bytes).ConfigureAwait(false);
                Volatile.Write(ref _lastSent, _time.GetTimestamp());
            }
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Flushes; completes when all is sent, or nothing will be any more.</summary>
    public Task DrainAsync()
    {
        lock (Gate)
        {
            FlushLocked();
            if (_closed || _unsent == 0) return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>Nothing is sent any more.</summary>
    public void Close()
    {
        lock (Gate)
        {
            if (_closed) return;
            _closed = true;
            Wake();
            _drained?.TrySetResult();
        }
    }

    /// <summary>Gives the buffers back while nothing is to be sent.</summary>
    public void Trim()
    {
        lock (Gate)
        {
            if (!_idle || _filled > 0 || _filling.Length + _sending.Length == 0) return;
            Return(ref _filling);
            Return(ref _sending);
        }
    }

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _wake.OnCompleted(continuation, state, token, flags);

    private bool Take(out ReadOnlyMemory<byte> bytes)
    {
        lock (Gate)
        {
            _unsent -= _sent;
            _sent = 0;
            bytes = default;
            if (_closed)
            {
                Return(ref _filling);
                Return(ref _sending);
                return false;
            }
            if (!_flush)
            {
                if (_unsent == 0) _drained?.TrySetResult();
                _wake.Reset();
                _idle = true;
                return true;
            }
            _flush = false;
            (_filling, _sending) = (_sending, _filling);
            (_sent, _filled) = (_filled, 0);
            bytes = _sending.AsMemory(0, _sent);
            return true;
        }
    }

    private void Wake()
    {
        if (!_idle) return;
        _idle = false;
        _wake.SetResult(true);
    }

    private void Grow(int sizeHint)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(SmallestBuffer, Math.Max(_filled + sizeHint, _filling.Length * 2)));
        _filling.AsSpan(0, _filled).CopyTo(larger);
        Return(ref _filling);
        _filling = larger;
    }

    // Cleared: CONNECT had the password in it.
    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        buffer = [];
    }
}
