using System.Runtime.InteropServices;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>A monitored item: 64 bytes in its subscription's table, a cache line. What it monitors other than a variable's value is in <see cref="UaAttributeItem"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UaItem
{
    /// <summary>In place of a variable: it monitors something else.</summary>
    public const int NoVariable = -1;

    /// <summary>The last value queued.</summary>
    public ulong LastBits;

    /// <summary>Its source time, UTC ticks.</summary>
    public long LastTicks;

    /// <summary>How far a value must move, in its unit; 0 for none.</summary>
    public double Deadband;

    /// <summary>The variable; of a free place the next free one.</summary>
    public int Variable;

    /// <summary>The client's number for it.</summary>
    public uint ClientHandle;

    /// <summary>The last value's status.</summary>
    public uint LastStatus;

    /// <summary>Where in the subscription's queue its oldest value is, while it has one.</summary>
    public uint Head;

    /// <summary>Where its newest is.</summary>
    public uint Tail;

    /// <summary>Its place in its sampling group.</summary>
    public int GroupPlace;

    /// <summary>Its sampling group.</summary>
    public ushort Group;

    /// <summary>Values queued.</summary>
    public ushort Queued;

    /// <summary>Most values queued.</summary>
    public ushort QueueSize;

    /// <summary>Goes up when the place is used again: a deleted item's id is nobody's for long.</summary>
    public ushort Generation;

    /// <summary>The last value's type.</summary>
    public UaBuiltInType LastType;

    /// <summary>A <see cref="MonitoringMode"/>.</summary>
    public byte Mode;

    /// <summary>A <see cref="DataChangeTrigger"/>.</summary>
    public byte Trigger;

    /// <summary>Which times come along, a <see cref="TimestampsToReturn"/>.</summary>
    public byte Times;

    /// <summary>Whether a full queue loses its oldest value or its newest.</summary>
    public bool DiscardOldest;

    /// <summary>Whether there is a last value.</summary>
    public bool HasLast;

    /// <summary>Whether the place is in use.</summary>
    public bool InUse;

    public readonly bool IsReporting => Mode == (byte)MonitoringMode.Reporting;

    /// <summary>Whether a sample is to be reported (OPC 10000-4, 7.22.2).</summary>
    public readonly bool Accepts(in UaSample sample)
    {
        if (!HasLast || sample.Status != LastStatus) return true;
        if (Trigger == (byte)DataChangeTrigger.Status) return false;
        if (Deadband > 0)
        {
            // What is no number is never within a deadband of anything.
            if (!(Math.Abs(UaNumbers.ToDouble(sample.Type, sample.Bits) - UaNumbers.ToDouble(LastType, LastBits)) <= Deadband)) return true;
        }
        else if (sample.Bits != LastBits || sample.Type != LastType)
        {
            return true;
        }
        return Trigger == (byte)DataChangeTrigger.StatusValueTimestamp && sample.SourceTicks != LastTicks;
    }

    /// <summary>Remembers a sample as the last.</summary>
    public void Remember(in UaSample sample)
    {
        LastBits = sample.Bits;
        LastTicks = sample.SourceTicks;
        LastStatus = sample.Status;
        LastType = sample.Type;
        HasLast = true;
    }
}

/// <summary>Numbers by their bits on the wire.</summary>
internal static class UaNumbers
{
    /// <summary>Whether values of the type are numbers: only those have deadbands.</summary>
    public static bool IsNumber(UaBuiltInType type) => type is >= UaBuiltInType.SByte and <= UaBuiltInType.Double;

    public static double ToDouble(UaBuiltInType type, ulong bits) => type switch
    {
        UaBuiltInType.Double => BitConverter.UInt64BitsToDouble(bits),
        UaBuiltInType.Float => BitConverter.UInt32BitsToSingle((uint)bits),
        UaBuiltInType.SByte => (sbyte)bits,
        UaBuiltInType.Int16 => (short)bits,
        UaBuiltInType.Int32 => (int)bits,
        UaBuiltInType.Int64 => (long)bits,
        _ => bits,
    };
}
