using System.Net.Sockets;
using HyperIngest.Core.Framing;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// One client's connection: one loop, two buffers. Whatever one receive brings is answered in one send, so that a client which pipelines ten requests costs two
/// system calls and not twenty. Nothing is allocated a request.
/// </summary>
internal sealed class ModbusServerConnection
{
    private readonly Socket _socket;
    private readonly ModbusServerPort _port;
    private readonly TimeProvider _clock;

    // Set by Close, so that it need not wait for the pause of a fault.
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ModbusServerCounters _counters;

    // All fields below belong to the loop of RunAsync; the one other party, the server's stop, only closes the socket.
    private readonly byte[] _received;
    private readonly byte[] _answers;
    private int _receivedStart;
    private int _receivedEnd;
    private int _answerBytes;
    private ModbusFaultAction _fault;

    // The last answer to a unit that has faults, for those that send it again; made with the first one.
    private byte[] _lastAnswer = [];
    private int _lastAnswerBytes;

    public ModbusServerConnection(Socket socket, ModbusServerPort port, ModbusServerOptions options, ModbusServerCounters counters)
    {
        _socket = socket;
        _port = port;
        _clock = options.Clock;
        _counters = counters;
        _received = GC.AllocateUninitializedArray<byte>(options.ReceiveBufferBytes, pinned: true);
        _answers = GC.AllocateUninitializedArray<byte>(options.SendBufferBytes, pinned: true);
    }

    private enum Step
    {
        Receive,
        Send,
        PlayFault,
        Close,
    }

    /// <summary>The port it came to.</summary>
    public ModbusServerPort Port => _port;

    /// <summary>Serves until the client closes, breaks the protocol, or <see cref="Close"/>.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                int bytes = await _socket.ReceiveAsync(_received.AsMemory(_receivedEnd), SocketFlags.None).ConfigureAwait(false);
                if (bytes == 0) return;
                _receivedEnd += bytes;
                Step step;
                do
                {
                    step = Answer();
                    int sent = 0;
                    while (sent < _answerBytes)
                    {
                        sent += await _socket.SendAsync(_answers.AsMemory(sent, _answerBytes - sent), SocketFlags.None).ConfigureAwait(false);
                    }
                    _answerBytes = 0;
                    if (step == Step.PlayFault && !await PlayFaultAsync().ConfigureAwait(false)) return;
                }
                while (step is Step.Send or Step.PlayFault);
                if (step == Step.Close) return;
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // A client that went away in the middle, or Close: for a server both are the end of a connection; counted, because many of them mean a client in trouble.
            _counters.Broken.Add();
        }
        finally
        {
            _socket.Dispose();
        }
    }

    /// <summary>Ends the loop from outside.</summary>
    public void Close()
    {
        _socket.Dispose();
        _closed.TrySetResult();
    }

    /// <summary>For tests: takes <paramref name="bytes"/> as received, answers, and returns the answers; empty with <paramref name="open"/> false when it would close.</summary>
    internal ReadOnlySpan<byte> Exchange(ReadOnlySpan<byte> bytes, out bool open)
    {
        bytes.CopyTo(_received.AsSpan(_receivedEnd));
        _receivedEnd += bytes.Length;
        _answerBytes = 0;
        open = Answer() != Step.Close;
        return _answers.AsSpan(0, _answerBytes);
    }

    // Answers whole requests in order until they run out, the answer buffer is full, or one meets a fault.
    private Step Answer()
    {
        int requests = 0, exceptions = 0;
        Step step;
        while (true)
        {
            ReadOnlySpan<byte> waiting = _received.AsSpan(_receivedStart, _receivedEnd - _receivedStart);
            FrameStatus status = ModbusFrame.Find(waiting, out int frameBytes);
            if (status == FrameStatus.NeedMore)
            {
                step = Step.Receive;
                break;
            }
            if (status == FrameStatus.Malformed)
            {
                _counters.Malformed.Add();
                step = Step.Close;
                break;
            }
            if (_answers.Length - _answerBytes < ModbusFrame.MaxFrameBytes)
            {
                step = Step.Send;
                break;
            }
            ReadOnlySpan<byte> request = waiting[..frameBytes];
            ModbusServerUnit? unit = _port.Find(ModbusFrame.UnitIdOf(request));
            if (unit?.Fault is { } fault && (_fault = fault.Next(request)).Kind != ModbusFaultKind.None)
            {
                // The request stays in the buffer until its fault has been played.
                step = Step.PlayFault;
                break;
            }
            int answered = ModbusServerAnswer.Write(unit, request, _answers.AsSpan(_answerBytes), out ModbusExceptionCode code);
            if (unit?.Fault is not null) Remember(_answers.AsSpan(_answerBytes, answered));
            _answerBytes += answered;
            _receivedStart += frameBytes;
            requests++;
            if (code != ModbusExceptionCode.None) exceptions++;
        }
        if (requests > 0) _counters.Requests.Add(requests);
        if (exceptions > 0) _counters.Exceptions.Add(exceptions);
        if (step == Step.Receive) MoveToFront();
        return step;
    }

    private void Remember(ReadOnlySpan<byte> answer)
    {
        if (_lastAnswer.Length == 0) _lastAnswer = new byte[ModbusFrame.MaxFrameBytes];
        answer.CopyTo(_lastAnswer);
        _lastAnswerBytes = answer.Length;
    }

    // A partial request is at most a frame, and the buffer is larger, so that there is always room to receive.
    private void MoveToFront()
    {
        if (_receivedStart == 0) return;
        int left = _receivedEnd - _receivedStart;
        _received.AsSpan(_receivedStart, left).CopyTo(_received);
        _receivedStart = 0;
        _receivedEnd = left;
    }

    private async Task<bool> PlayFaultAsync()
    {
        ModbusFaultAction action = _fault;
        int bytes = WriteFaulted(action);
        _counters.Requests.Add();
        _counters.Faulted.Add();
        if (action.Kind == ModbusFaultKind.Drop) return false;
        if (action.Kind == ModbusFaultKind.Delay) await PauseAsync(action.Pause).ConfigureAwait(false);
        int atOnce = action.Kind == ModbusFaultKind.Trickle ? 1 : bytes;
        int sent = 0;
        while (sent < bytes)
        {
            int most = Math.Min(atOnce, bytes - sent);
            sent += await _socket.SendAsync(_answers.AsMemory(sent, most), SocketFlags.None).ConfigureAwait(false);
            if (action.Kind == ModbusFaultKind.Trickle && sent < bytes) await PauseAsync(action.Pause).ConfigureAwait(false);
        }
        return true;
    }

    // Up to ten minutes; a connection that is closed meanwhile goes on at once, and its next send says that it is.
    private async Task PauseAsync(TimeSpan pause) => await Task.WhenAny(Task.Delay(pause, _clock), _closed.Task).ConfigureAwait(false);

    private int WriteFaulted(in ModbusFaultAction action)
    {
        ReadOnlySpan<byte> waiting = _received.AsSpan(_receivedStart, _receivedEnd - _receivedStart);
        ModbusFrame.Find(waiting, out int frameBytes);
        ReadOnlySpan<byte> request = waiting[..frameBytes];
        ModbusServerUnit unit = _port.Find(ModbusFrame.UnitIdOf(request))!;
        int bytes = ModbusServerFaults.Write(action, unit, request, _lastAnswer.AsSpan(0, _lastAnswerBytes), _answers, out ModbusExceptionCode code);
        if (action.Kind is ModbusFaultKind.Delay or ModbusFaultKind.Trickle) Remember(_answers.AsSpan(0, bytes));
        if (code != ModbusExceptionCode.None) _counters.Exceptions.Add();
        _receivedStart += frameBytes;
        return bytes;
    }
}
