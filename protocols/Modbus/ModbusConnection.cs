using System.IO.Pipelines;
using System.Net.Sockets;
using HyperIngest.Core.Framing;
using HyperIngest.Core.Polling;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// One TCP connection and the units behind it. Two loops: the one receives into a pipe, the other sleeps on that pipe and runs the
/// <see cref="ModbusSession"/> when bytes arrive, a poll comes due or a deadline passes; the latter two wake it by cancelling its read, which
/// allocates nothing and throws nothing.
/// </summary>
/// <remarks>
/// The session belongs to the second loop. When bytes arrive it runs inside the receive loop's flush, on the thread that received them; woken otherwise it
/// runs on the pool, never on the thread that woke it. The pipe hands it from one to the other and gives the barrier.
/// </remarks>
internal sealed class ModbusConnection : IDisposable
{
    private static readonly TimeSpan ShortestReconnect = TimeSpan.FromMilliseconds(250);

    private readonly ModbusDeviceOptions _options;
    private readonly ModbusDevice[] _devices;
    private readonly ModbusSession _session;
    private readonly PollScheduler _scheduler;
    private readonly ModbusMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ResumeScheduler _resume = new();
    private readonly WakeReminder _reminder;
    private readonly PipeOptions _pipeOptions;
    private readonly ExponentialBackoff _backoff;
    private readonly TimeSpan _connectTimeout;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    // Devices whose poll came due, newest first. Pushed by the scheduler's thread with a compare-and-swap, taken whole by the loop.
    private ModbusDevice? _due;

    // The pipe that the loop sleeps on; null without a connection. Written by the loop, read by whoever wakes it.
    private PipeReader? _reader;

    // When the last bytes arrived, UTC ticks. Written by the receive loop before the flush that shows the bytes.
    private long _arrivedUtc;

    // Why the receive loop ended; written before it completes the pipe, read after.
    private string _closeDetail = "";

    // Written by StopAsync, read by the loop.
    private volatile bool _stopping;
    private volatile bool _aborting;

    // Written by the loop, read by /status.
    private volatile bool _connected;

    public ModbusConnection(ModbusDevice[] devices, PollScheduler scheduler, ReceivePool buffers, ModbusMetrics metrics, ILogger logger)
    {
        _devices = devices;
        _options = devices[0].Options;
        _scheduler = scheduler;
        _metrics = metrics;
        _logger = logger;
        Endpoint = $"{_options.Host}:{_options.Port}";
        // Units behind one gateway share its limits: the smallest window rules, and the most patient connect timeout.
        int window = devices.Min(d => d.Options.Requests.MaxInFlight);
        _connectTimeout = devices.Max(d => d.Options.Poll.ConnectTimeout);
        _session = new ModbusSession(Endpoint, devices, window, metrics, logger);
        _reminder = new WakeReminder(scheduler, this);
        _backoff = new ExponentialBackoff(
            ShortestReconnect, devices.Min(d => d.Options.Poll.LongestBackoff), PollTarget.StartOffset(_options.Name, TimeSpan.FromSeconds(1)).GetHashCode());
        _pipeOptions = new PipeOptions(
            pool: buffers,
            readerScheduler: _resume,
            writerScheduler: PipeScheduler.Inline,
            minimumSegmentSize: buffers.MaxBufferSize,
            // While a ring is full the pipe holds what arrives; 64 KB is many windows, and beyond it the socket holds the device.
            pauseWriterThreshold: 64 * 1024,
            resumeWriterThreshold: 32 * 1024,
            useSynchronizationContext: false);
        foreach (ModbusDevice device in devices) device.Connection = this;
    }

    public string Endpoint { get; }

    public bool IsConnected => _connected;

    /// <summary>Begins connecting.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>No more requests; waits for the answers under way, until <paramref name="cancellationToken"/> fires.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        Wake();
        await using (cancellationToken.UnsafeRegister(static connection => ((ModbusConnection)connection!).Abort(), this).ConfigureAwait(false))
        {
            await _running.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>A poll has come due; on the scheduler's thread.</summary>
    public void PollDue(ModbusDevice device)
    {
        ModbusDevice? top = Volatile.Read(ref _due);
        while (true)
        {
            device.NextDue = top;
            ModbusDevice? seen = Interlocked.CompareExchange(ref _due, device, top);
            if (seen == top) break;
            top = seen;
        }
        // Only the first of a burst has to wake the loop: it takes them all.
        if (top is null) Wake();
    }

    /// <summary>Queues a write; it goes out before any further poll.</summary>
    public void Write(PendingWrite write)
    {
        _session.Outbox.Writes.Enqueue(write);
        if (_stopping && write.TryTake()) write.Finish(ModbusFault.ConnectionClosed, 0, sent: false);
        else if (!_connected && write.TryTake()) write.Finish(ModbusFault.ConnectFailed, 0, sent: false);
        Wake();
    }

    private void Wake()
    {
        _resume.BeginWake();
        Volatile.Read(ref _reader)?.CancelPendingRead();
        _resume.EndWake();
    }

    private void Abort()
    {
        _aborting = true;
        Wake();
    }

    private async Task RunAsync()
    {
        ModbusFault logged = ModbusFault.None;
        while (!_stopping)
        {
            (Socket? socket, ModbusFault fault, string detail) = await ConnectAsync().ConfigureAwait(false);
            bool wasConnected = socket is not null;
            if (socket is not null)
            {
                if (logged == ModbusFault.None) ModbusLog.Connected(_logger, Endpoint, _devices.Length);
                else ModbusLog.ConnectedAgain(_logger, Endpoint, _devices.Length);
                logged = ModbusFault.None;
                long good = _session.GoodResponses;
                (fault, detail) = await ServeAsync(socket).ConfigureAwait(false);
                if (_session.GoodResponses > good) _backoff.Succeeded();
            }
            if (_stopping) break;
            TakeDue();
            _session.Lost(fault);
            while (!_session.Settle(_scheduler.Now) && !_stopping) await Task.Delay(PollScheduler.Tick).ConfigureAwait(false);
            TimeSpan pause = _backoff.Failed();
            if (wasConnected) ModbusLog.Lost(_logger, Endpoint, fault, detail, pause);
            else if (logged != fault) ModbusLog.NotConnected(_logger, Endpoint, fault, detail, pause);
            logged = fault;
            await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (_session.Waiting > 0) ModbusLog.StoppedUnanswered(_logger, Endpoint, _session.Waiting, _session.WaitingReadings);
        _session.FailWrites(ModbusFault.ConnectionClosed);
    }

    private async Task<(Socket? Socket, ModbusFault Fault, string Detail)> ConnectAsync()
    {
        Socket? socket = null;
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        timeout.CancelAfter(_connectTimeout);
        try
        {
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            NoticeVanishedPeers(socket);
            // The name is resolved at every try: an address may have moved.
            await socket.ConnectAsync(_options.Host, _options.Port, timeout.Token).ConfigureAwait(false);
            // Sends must never hold the loop: a peer that stops reading gets WouldBlock, then its timeouts.
            socket.Blocking = false;
            return (socket, ModbusFault.None, "");
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            return (null, ModbusFault.ConnectTimeout, $"no answer in {_connectTimeout.TotalSeconds:0.###} s");
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            socket?.Dispose();
            return (null, ModbusFault.ConnectRefused, "nobody listens on the port");
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // No route, no such name, no descriptors left: whatever it is, it is this endpoint's and is tried again.
            socket?.Dispose();
            return (null, ModbusFault.ConnectFailed, failure.Message);
        }
    }

    private static void NoticeVanishedPeers(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        if (!OperatingSystem.IsLinux()) return;
        // tcp(7) TCP_USER_TIMEOUT: a peer that acknowledges nothing for 20 s is gone; without it the kernel goes on repeating for a quarter of an hour.
        const int protocolTcp = 6, tcpUserTimeout = 18, milliseconds = 20_000;
        socket.SetRawSocketOption(protocolTcp, tcpUserTimeout, BitConverter.GetBytes(milliseconds));
    }

    private async Task<(ModbusFault Fault, string Detail)> ServeAsync(Socket socket)
    {
        Pipe pipe = new(_pipeOptions);
        _metrics.Connects.Add();
        _session.Connected();
        _closeDetail = "";
        Volatile.Write(ref _reader, pipe.Reader);
        _connected = true;
        Task receiving = ReceiveAsync(socket, pipe.Writer);
        try
        {
            ModbusFault fault = Work(socket);
            while (fault == ModbusFault.None && !(_stopping && _session.IsQuiet) && !_aborting)
            {
                ReadResult result = await pipe.Reader.ReadAsync().ConfigureAwait(false);
                fault = Read(pipe.Reader, result, socket);
                if (fault != ModbusFault.None || !result.IsCompleted) continue;
                if (!_session.IsStalled) return (ModbusFault.ConnectionClosed, _closeDetail);
                // The device is gone but what it said is still here, waiting for its ring.
                await Task.Delay(PollScheduler.Tick).ConfigureAwait(false);
            }
            return (fault, "");
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            ModbusLog.Defect(_logger, Endpoint, defect);
            return (ModbusFault.InternalError, defect.Message);
        }
        finally
        {
            _connected = false;
            Volatile.Write(ref _reader, null);
            _reminder.Set(Reminder.Never);
            socket.Dispose();
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
            await receiving.ConfigureAwait(false);
        }
    }

    private ModbusFault Read(PipeReader reader, in ReadResult result, Socket socket)
    {
        ModbusFault fault = _session.Receive(result.Buffer, Volatile.Read(ref _arrivedUtc), _scheduler.Now, out SequencePosition consumed);
        reader.AdvanceTo(consumed, result.Buffer.End);
        return fault == ModbusFault.None ? Work(socket) : fault;
    }

    private ModbusFault Work(Socket socket)
    {
        TakeDue();
        long now = _scheduler.Now;
        ModbusFault fault = _session.Pump(now, _stopping);
        if (fault != ModbusFault.None) return fault;
        while (!_session.Outbox.Unsent.IsEmpty)
        {
            int sent = socket.Send(_session.Outbox.Unsent, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock) break;
            if (error != SocketError.Success)
            {
                _closeDetail = error.ToString();
                return ModbusFault.ConnectionClosed;
            }
            _metrics.Sends.Add();
            _session.Outbox.Sent(sent);
        }
        _reminder.Set(_session.WakeAt(now));
        return ModbusFault.None;
    }

    private void TakeDue()
    {
        if (Volatile.Read(ref _due) is null) return;
        ModbusDevice? device = Interlocked.Exchange(ref _due, null);
        // The stack is newest first; turn it round so that the one due first is asked first.
        ModbusDevice? oldest = null;
        while (device is not null)
        {
            ModbusDevice? next = device.NextDue;
            device.NextDue = oldest;
            oldest = device;
            device = next;
        }
        while (oldest is not null)
        {
            ModbusDevice? next = oldest.NextDue;
            oldest.NextDue = null;
            _session.Outbox.AddReady(oldest);
            oldest = next;
        }
    }

    private async Task ReceiveAsync(Socket socket, PipeWriter writer)
    {
        string detail = "closed by the device";
        try
        {
            while (true)
            {
                // At least a frame's room: a smaller rest of a segment would cut every receive short.
                Memory<byte> room = writer.GetMemory(ModbusFrame.MaxFrameBytes);
                int received = await socket.ReceiveAsync(room, SocketFlags.None).ConfigureAwait(false);
                if (received == 0) break;
                Volatile.Write(ref _arrivedUtc, DateTime.UtcNow.Ticks);
                _metrics.ReceivedBytes.Add(received);
                writer.Advance(received);
                FlushResult flushed = await writer.FlushAsync().ConfigureAwait(false);
                if (flushed.IsCompleted) break;
            }
        }
        catch (SocketException broken)
        {
            detail = broken.SocketErrorCode.ToString();
        }
        catch (ObjectDisposedException)
        {
            detail = "closed by this side";
        }
        _closeDetail = detail;
        await writer.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Wakes the loop for a deadline or a retry.</summary>
    private sealed class WakeReminder(PollScheduler scheduler, ModbusConnection connection) : Reminder(scheduler)
    {
        protected override void Remind() => connection.Wake();
    }
}
