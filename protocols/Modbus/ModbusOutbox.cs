using System.Collections.Concurrent;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// What a connection has to ask: writes, the polls that have come due, and the requests encoded but not yet taken by the socket. Requests that become possible
/// together go out in one send. The session's own, but for <see cref="Writes"/>.
/// </summary>
internal sealed class ModbusOutbox
{
    private readonly ModbusTransactions _transactions;
    private readonly ModbusMetrics _metrics;
    private readonly byte[] _sendBuffer;

    // Devices whose poll waits for its turn, first come first served; a device is in it at most once.
    private readonly ModbusDevice[] _ready;
    private int _readyHead;
    private int _readyCount;

    // The device whose poll is being sent.
    private ModbusDevice? _sending;

    private int _sendStart;
    private int _sendEnd;

    public ModbusOutbox(int devices, ModbusTransactions transactions, ModbusMetrics metrics)
    {
        _transactions = transactions;
        _metrics = metrics;
        _ready = new ModbusDevice[devices];
        // Every request under way may be the longest write; nothing is added while an earlier send is unfinished.
        _sendBuffer = new byte[transactions.Window * ModbusFrame.MaxFrameBytes];
    }

    /// <summary>Writes that wait for a place in the window. Any thread adds.</summary>
    public ConcurrentQueue<PendingWrite> Writes { get; } = new();

    /// <summary>True when a poll waits for room in its ring.</summary>
    public bool IsDelayed { get; private set; }

    /// <summary>What is to be sent.</summary>
    public ReadOnlySpan<byte> Unsent => _sendBuffer.AsSpan(_sendStart, _sendEnd - _sendStart);

    /// <summary>So many bytes of <see cref="Unsent"/> were taken by the socket.</summary>
    public void Sent(int bytes)
    {
        _sendStart += bytes;
        if (_sendStart == _sendEnd) _sendStart = _sendEnd = 0;
    }

    /// <summary>A device's poll has come due.</summary>
    public void AddReady(ModbusDevice device)
    {
        device.State = ModbusDeviceState.Ready;
        device.DelayCounted = false;
        Enqueue(device);
    }

    /// <summary>Takes a device off whose poll is given up half sent.</summary>
    public void Forget(ModbusDevice device)
    {
        if (_sending == device) _sending = null;
    }

    /// <summary>The connection is gone, and with it what it had not taken; polls that wait go on waiting.</summary>
    public void Clear()
    {
        _sendStart = _sendEnd = 0;
        _sending = null;
        IsDelayed = false;
    }

    /// <summary>Puts as many requests into <see cref="Unsent"/> as the window has places: writes first, then polls in the order they came due.</summary>
    public void Fill(long now)
    {
        IsDelayed = false;
        while (_transactions.Waiting < _transactions.Window)
        {
            if (Writes.TryDequeue(out PendingWrite? write))
            {
                if (write.TryTake()) SendWrite(write, now);
                continue;
            }
            if (_sending is null && !BeginPoll(now)) return;
            ModbusDevice device = _sending!;
            ModbusBlock block = device.Blocks[device.NextBlock++];
            ushort id = _transactions.Open(device, block, null, now + device.Options.Poll.ResponseTimeout.Ticks);
            block.WriteRequest(_sendBuffer.AsSpan(_sendEnd), id);
            _sendEnd += ModbusBlock.RequestBytes;
            device.Outstanding++;
            if (device.NextBlock == device.Blocks.Length) _sending = null;
        }
    }

    private bool BeginPoll(long now)
    {
        for (int looked = _readyCount; looked > 0; looked--)
        {
            ModbusDevice device = Dequeue();
            // Never more than half of the ring, which several connections fill: a poll larger than that begins when half is free.
            int room = Math.Min(device.Readings, Math.Max(1, device.Inlet.MaxClaim / 2));
            if (device.PendingBad > 0 || device.Inlet.Free < room)
            {
                if (!device.DelayCounted) _metrics.PollsDelayed.Add();
                device.DelayCounted = true;
                IsDelayed = true;
                Enqueue(device);
                continue;
            }
            device.State = ModbusDeviceState.Polling;
            device.NextBlock = 0;
            device.PollFailed = device.Silent = false;
            device.PollBegan = now;
            _metrics.Polls.Add();
            _sending = device;
            return true;
        }
        return false;
    }

    private void SendWrite(PendingWrite write, long now)
    {
        ReadOnlySpan<byte> pdu = write.Write.Pdu;
        ushort id = _transactions.Open(write.Device, null, write, now + write.Device.Options.Poll.ResponseTimeout.Ticks);
        Span<byte> frame = _sendBuffer.AsSpan(_sendEnd);
        ModbusFrame.WriteHeader(frame, id, write.Device.Options.UnitId, pdu.Length);
        pdu.CopyTo(frame[ModbusFrame.PduOffset..]);
        _sendEnd += ModbusFrame.HeaderBytes + pdu.Length;
    }

    /// <summary>On stopping: what was not asked yet is not asked any more.</summary>
    public void Drop()
    {
        while (_readyCount > 0) Dequeue().State = ModbusDeviceState.Idle;
        if (_sending is { } device) device.NextBlock = device.Blocks.Length;
        _sending = null;
        IsDelayed = false;
        FailWrites(ModbusFault.ConnectionClosed);
    }

    /// <summary>Gives back the writes that wait.</summary>
    public void FailWrites(ModbusFault fault)
    {
        while (Writes.TryDequeue(out PendingWrite? write))
        {
            if (write.TryTake()) write.Finish(fault, 0, sent: false);
        }
    }

    private void Enqueue(ModbusDevice device)
    {
        int tail = _readyHead + _readyCount++;
        _ready[tail < _ready.Length ? tail : tail - _ready.Length] = device;
    }

    private ModbusDevice Dequeue()
    {
        ModbusDevice device = _ready[_readyHead];
        if (++_readyHead == _ready.Length) _readyHead = 0;
        _readyCount--;
        return device;
    }
}
