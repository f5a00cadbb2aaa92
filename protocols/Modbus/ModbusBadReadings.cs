using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Protocols.Modbus;

/// <summary>The readings without a value that stand for reads that failed: marked when a read fails, published when the ring has room, never dropped.</summary>
internal sealed class ModbusBadReadings(ModbusDevice[] devices, ModbusMetrics metrics)
{
    /// <summary>Reads whose readings are still to be published.</summary>
    public int Pending { get; private set; }

    /// <summary>The read failed: its tags are to be published with this status.</summary>
    public void Mark(ModbusDevice device, ModbusBlock block, uint status)
    {
        block.PendingStatus = status;
        device.PendingBad++;
        device.PollFailed = true;
        Pending++;
    }

    /// <summary>Publishes as many as their rings take.</summary>
    public void Publish()
    {
        long utc = DateTime.UtcNow.Ticks;
        foreach (ModbusDevice device in devices)
        {
            if (device.PendingBad == 0) continue;
            foreach (ModbusBlock block in device.Blocks)
            {
                if (block.PendingStatus == StatusCodes.Good) continue;
                if (!device.Inlet.TryClaim(block.Readings, out RingClaim<Reading> claim)) break;
                block.WriteBad(block.PendingStatus, device.StampOf(utc), claim);
                device.Inlet.Publish(claim);
                block.PendingStatus = StatusCodes.Good;
                device.PendingBad--;
                Pending--;
                device.CountBad(block.Readings);
                metrics.Readings.Add(block.Readings);
                metrics.BadReadings.Add(block.Readings);
            }
        }
    }
}
