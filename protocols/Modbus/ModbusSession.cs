using System.Buffers;
using HyperIngest.Core.Framing;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// What a Modbus client does on one connection, without the connection: bytes and the time go in, requests to send and readings come out. It runs the
/// polls of all units behind the connection, keeps the window of requests under way, holds every response against its request and every
/// request against its deadline. One thread at a time, allocation-free while devices answer well.
/// </summary>
internal sealed class ModbusSession
{
    // A device that answers late sends a few frames nobody waits for; one that sends 64 without a right one between talks to itself.
    private const int MaxUnsolicitedFrames = 64;

    // Three timeouts with not one byte between are more than a lost packet; behind a gateway each unit may be the silent one first.
    private const int SilentTimeoutsPerConnection = 3;

    private readonly string _endpoint;
    private readonly ModbusDevice[] _devices;
    private readonly ModbusTransactions _transactions;
    private readonly ModbusBadReadings _bad;
    private readonly ModbusMetrics _metrics;
    private readonly ILogger _logger;
    private readonly byte[] _straddling = new byte[ModbusFrame.MaxFrameBytes];

    private int _unsolicited;
    private int _silentTimeouts;
    private long _published;

    public ModbusSession(string endpoint, ModbusDevice[] devices, int window, ModbusMetrics metrics, ILogger logger)
    {
        _endpoint = endpoint;
        _devices = devices;
        _transactions = new ModbusTransactions(window);
        Outbox = new ModbusOutbox(devices.Length, _transactions, metrics);
        _bad = new ModbusBadReadings(devices, metrics);
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>What it has to ask.</summary>
    public ModbusOutbox Outbox { get; }

    /// <summary>Requests under way.</summary>
    public int Waiting => _transactions.Waiting;

    /// <summary>Readings the answers to them hold.</summary>
    public long WaitingReadings => _transactions.WaitingReadings;

    /// <summary>Right answers so far.</summary>
    public long GoodResponses { get; private set; }

    /// <summary>True while a whole response waits in the receive buffer for room in its ring.</summary>
    public bool IsStalled { get; private set; }

    /// <summary>Once stopping: true when nothing is under way and nothing waits to be published.</summary>
    public bool IsQuiet => _transactions.Waiting == 0 && _bad.Pending == 0 && !IsStalled;

    /// <summary>When to look again though nothing arrives, on the scheduler's clock; <see cref="Reminder.Never"/> for not at all.</summary>
    public long WakeAt(long now) =>
        // While stalled no deadline is looked at.
        IsStalled ? now + PollScheduler.Tick.Ticks
        : Outbox.IsDelayed || _bad.Pending > 0 || !Outbox.Unsent.IsEmpty
            ? Math.Min(_transactions.EarliestDeadline, now + PollScheduler.Tick.Ticks)
            : _transactions.EarliestDeadline;

    /// <summary>A new connection: nothing is under way.</summary>
    public void Connected()
    {
        foreach (ModbusDevice device in _devices)
        {
            if (device.State != ModbusDeviceState.Polling) device.RestorePlan();
        }
    }

    /// <summary>
    /// Takes all whole frames from the start of <paramref name="bytes"/>. It stops before a response whose ring is full (<see cref="IsStalled"/>).
    /// </summary>
    /// <param name="bytes">What has arrived and was not consumed.</param>
    /// <param name="arrivedUtc">When it arrived, UTC ticks: the readings' gateway time.</param>
    /// <param name="now">The scheduler's clock.</param>
    /// <param name="consumed">Up to where bytes were used.</param>
    /// <returns>None, or the fault that makes the connection unusable.</returns>
    public ModbusFault Receive(in ReadOnlySequence<byte> bytes, long arrivedUtc, long now, out SequencePosition consumed)
    {
        ReadOnlySequence<byte> rest = bytes;
        ModbusFault fault = ModbusFault.None;
        IsStalled = false;
        while (fault == ModbusFault.None && !IsStalled && !rest.IsEmpty)
        {
            ReadOnlySpan<byte> segment = rest.FirstSpan;
            int used = TakeFrames(segment, arrivedUtc, now, out fault);
            if (used > 0) rest = rest.Slice(used);
            if (used > 0 || fault != ModbusFault.None || IsStalled) continue;
            if (rest.IsSingleSegment) break;
            // The frame passes the segment's end: the one case in which it is copied.
            int length = (int)Math.Min(rest.Length, _straddling.Length);
            rest.Slice(0, length).CopyTo(_straddling);
            FrameStatus status = ModbusFrame.Find(_straddling.AsSpan(0, length), out int frameBytes);
            if (status == FrameStatus.Malformed) fault = ModbusFault.MalformedFrame;
            if (status != FrameStatus.Complete || !TakeFrame(_straddling.AsSpan(0, frameBytes), arrivedUtc, now)) break;
            rest = rest.Slice(frameBytes);
        }
        if (_unsolicited > MaxUnsolicitedFrames) fault = ModbusFault.Flood;
        if (_published > 0)
        {
            _metrics.Readings.Add(_published);
            _published = 0;
        }
        consumed = rest.Start;
        return fault;
    }

    /// <summary>Everything that time and free places in the window allow: expires deadlines, publishes bad readings, begins polls and fills the <see cref="Outbox"/>.</summary>
    /// <returns>None, or the fault that makes the connection unusable.</returns>
    public ModbusFault Pump(long now, bool stopping)
    {
        // While responses wait in the receive buffer for their ring, nobody can say that they are missing.
        if (now >= _transactions.EarliestDeadline && !IsStalled) Expire(now);
        if (_bad.Pending > 0) PublishBad(now);
        if (_silentTimeouts >= SilentTimeoutsPerConnection + (_devices.Length == 1 ? 0 : _devices.Length)) return ModbusFault.SilentConnection;
        if (stopping) Outbox.Drop();
        else if (Outbox.Unsent.IsEmpty) Outbox.Fill(now);
        return ModbusFault.None;
    }

    /// <summary>
    /// There is no connection: what was under way fails, polls that wait say so once an outage, writes are given back. <see cref="Settle"/> must follow until true.
    /// </summary>
    public void Lost(ModbusFault fault)
    {
        uint status = ModbusException.StatusOf(fault);
        _metrics.Faults(fault).Add();
        foreach (ModbusDevice device in _devices) device.CountFault(fault);
        FailWrites(fault);
        foreach (ref Transaction place in _transactions.Places)
        {
            if (place.State != TransactionState.Waiting || place.Block is null) continue;
            place.Device!.Outstanding--;
            _bad.Mark(place.Device, place.Block, status);
        }
        _transactions.Clear();
        Outbox.Clear();
        _unsolicited = _silentTimeouts = 0;
        IsStalled = false;
        foreach (ModbusDevice device in _devices)
        {
            if (device.State == ModbusDeviceState.Polling) Abandon(device, status);
            else if (device.State == ModbusDeviceState.Ready && !device.OutageTold)
            {
                foreach (ModbusBlock block in device.Blocks) _bad.Mark(device, block, status);
            }
            if (device.State != ModbusDeviceState.Idle) device.OutageTold = true;
        }
    }

    /// <summary>Gives back every write, under way or waiting.</summary>
    public void FailWrites(ModbusFault fault)
    {
        foreach (ref Transaction place in _transactions.Places)
        {
            if (place.State == TransactionState.Waiting) place.Write?.Finish(fault, 0, sent: true);
        }
        Outbox.FailWrites(fault);
    }

    /// <summary>Publishes what <see cref="Lost"/> left; false when a ring had no room and it must be tried again.</summary>
    public bool Settle(long now)
    {
        PublishBad(now);
        return _bad.Pending == 0;
    }

    private int TakeFrames(ReadOnlySpan<byte> bytes, long arrivedUtc, long now, out ModbusFault fault)
    {
        fault = ModbusFault.None;
        int used = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = bytes[used..];
            FrameStatus status = ModbusFrame.Find(rest, out int frameBytes);
            if (status != FrameStatus.Complete)
            {
                if (status == FrameStatus.Malformed) fault = ModbusFault.MalformedFrame;
                return used;
            }
            if (!TakeFrame(rest[..frameBytes], arrivedUtc, now)) return used;
            used += frameBytes;
        }
    }

    /// <summary>One frame; false when its readings found no room and it must stay where it is.</summary>
    private bool TakeFrame(ReadOnlySpan<byte> frame, long arrivedUtc, long now)
    {
        _silentTimeouts = 0;
        ushort id = ModbusFrame.TransactionIdOf(frame);
        ref Transaction place = ref _transactions.PlaceOf(id);
        if (place.State != TransactionState.Waiting || place.Id != id)
        {
            TakeUnsolicited(ref place, frame);
            return true;
        }
        ModbusDevice device = place.Device!;
        ModbusFault fault;
        if (place.Block is not { } block)
        {
            TakeWriteAnswer(ref place, frame);
            return true;
        }
        if (ModbusFrame.UnitIdOf(frame) != device.Options.UnitId)
        {
            fault = ModbusFault.WrongUnit;
        }
        else
        {
            fault = ModbusResponse.CheckRead(frame, block.Function, block.DataBytes, out ReadOnlySpan<byte> data);
            if (fault == ModbusFault.None)
            {
                if (!device.Inlet.TryClaim(block.Readings, out RingClaim<Reading> claim))
                {
                    IsStalled = true;
                    _metrics.DecodesDelayed.Add();
                    return false;
                }
                int full = block.Decode(data, device.StampOf(arrivedUtc), claim);
                device.Inlet.Publish(claim);
                if (full > 0) CountTextsWithoutRoom(device, full);
                _published += block.Readings;
                _unsolicited = 0;
                GoodResponses++;
                device.CountGood(block.Readings, arrivedUtc);
                device.Backoff.Succeeded();
                _transactions.Close(ref place, TransactionState.Free);
                device.Outstanding--;
                CompleteIfDone(device, now);
                return true;
            }
        }
        TakeFaultyAnswer(ref place, fault, now);
        return true;
    }

    private void TakeUnsolicited(ref Transaction place, ReadOnlySpan<byte> frame)
    {
        _unsolicited++;
        if (place.State == TransactionState.Expired && place.Id == ModbusFrame.TransactionIdOf(frame))
        {
            place.State = TransactionState.Free;
            CountFault(place.Device!, ModbusFault.LateResponse);
            return;
        }
        ModbusDevice device = _devices[0];
        foreach (ModbusDevice candidate in _devices)
        {
            if (candidate.Options.UnitId == ModbusFrame.UnitIdOf(frame)) device = candidate;
        }
        CountFault(device, ModbusFault.WrongTransactionId);
    }

    private void TakeFaultyAnswer(ref Transaction place, ModbusFault fault, long now)
    {
        ModbusDevice device = place.Device!;
        ModbusBlock block = place.Block!;
        CountFault(device, fault);
        bool answered = fault >= ModbusFault.IllegalFunction;
        // After an exception the answer is in; after a wrong frame the right one may still follow, and is late then.
        _transactions.Close(ref place, answered ? TransactionState.Free : TransactionState.Expired);
        if (answered) _unsolicited = 0;
        else _unsolicited++;
        device.Outstanding--;
        _bad.Mark(device, block, ModbusException.StatusOf(fault));
        if (fault is ModbusFault.IllegalDataAddress or ModbusFault.IllegalDataValue && block.Readings > 1) device.Refused(block);
        if (fault is ModbusFault.GatewayPathUnavailable or ModbusFault.GatewayTargetFailedToRespond)
        {
            device.Silent = true;
            Abandon(device, ModbusException.StatusOf(fault));
        }
        PublishBad(now);
    }

    private void TakeWriteAnswer(ref Transaction place, ReadOnlySpan<byte> frame)
    {
        PendingWrite write = place.Write!;
        byte exceptionCode = 0;
        ModbusFault fault = ModbusFrame.UnitIdOf(frame) != write.Device.Options.UnitId
            ? ModbusFault.WrongUnit
            : ModbusResponse.CheckWrite(frame, write.Write.Pdu, out exceptionCode);
        if (fault == ModbusFault.None) _unsolicited = 0;
        else CountFault(write.Device, fault);
        _transactions.Close(ref place, fault is ModbusFault.None or >= ModbusFault.IllegalFunction ? TransactionState.Free : TransactionState.Expired);
        write.Finish(fault, exceptionCode, sent: true);
    }

    private void Expire(long now)
    {
        foreach (ref Transaction place in _transactions.Places)
        {
            if (place.State != TransactionState.Waiting || place.Deadline > now) continue;
            ModbusDevice device = place.Device!;
            PendingWrite? write = place.Write;
            _transactions.Close(ref place, TransactionState.Expired);
            CountFault(device, ModbusFault.ResponseTimeout);
            if (place.Block is { } block)
            {
                device.Outstanding--;
                device.Silent = true;
                _bad.Mark(device, block, StatusCodes.BadTimeout);
                // One timeout a poll is enough: what was not asked yet would cost the other units as many more.
                Abandon(device, StatusCodes.BadTimeout);
            }
            else
            {
                write!.Finish(ModbusFault.ResponseTimeout, 0, sent: true);
            }
        }
        // Once, however many requests expired together: a whole window is one sign of silence.
        _silentTimeouts++;
        _transactions.FindEarliestDeadline();
        foreach (ModbusDevice device in _devices) CompleteIfDone(device, now);
    }

    /// <summary>What of the poll was not asked yet is not asked any more.</summary>
    private void Abandon(ModbusDevice device, uint status)
    {
        while (device.NextBlock < device.Blocks.Length) _bad.Mark(device, device.Blocks[device.NextBlock++], status);
        Outbox.Forget(device);
    }

    private void PublishBad(long now)
    {
        _bad.Publish();
        foreach (ModbusDevice device in _devices) CompleteIfDone(device, now);
    }

    private void CompleteIfDone(ModbusDevice device, long now)
    {
        if (device.State != ModbusDeviceState.Polling || device.Outstanding > 0
            || device.NextBlock < device.Blocks.Length || device.PendingBad > 0) return;
        if (!device.PollFailed) _metrics.PollTime.Record(now - device.PollBegan);
        else SplitRefused(device);
        if (device.FailureLogged && !device.PollFailed)
        {
            device.FailureLogged = false;
            ModbusLog.DeviceRecovered(_logger, device.Name, _endpoint, device.Options.UnitId, device.FaultCount);
        }
        device.State = ModbusDeviceState.Idle;
        if (!device.Complete(device.Silent ? now + device.Backoff.Failed().Ticks : 0)) return;
        device.TakeIntended();
        Outbox.AddReady(device);
    }

    private void SplitRefused(ModbusDevice device)
    {
        foreach (ModbusBlock block in device.SplitRefused())
        {
            _metrics.BlocksSplit.Add();
            ModbusPlannedRead read = block.Read;
            ModbusLog.BlockSplit(
                _logger, device.Name, block.Function, read.Address, read.Address + read.Count - 1, read.Tags[0].Name, read.Tags[^1].Name);
        }
    }

    private void CountTextsWithoutRoom(ModbusDevice device, int texts)
    {
        _metrics.Faults(ModbusFault.TextTableFull).Add(texts);
        device.CountFault(ModbusFault.TextTableFull, texts);
    }

    private void CountFault(ModbusDevice device, ModbusFault fault)
    {
        _metrics.Faults(fault).Add();
        device.CountFault(fault);
        if (device.FailureLogged) return;
        device.FailureLogged = true;
        ModbusLog.DeviceFailing(_logger, device.Name, _endpoint, device.Options.UnitId, fault);
    }
}
