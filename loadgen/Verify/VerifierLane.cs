using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;

namespace HyperIngest.LoadGen.Verify;

/// <summary>
/// Takes in readings on one thread. Lanes run side by side as long as all readings of a series go through one of them, as the readings of a journal's shard do.
/// </summary>
public sealed class VerifierLane
{
    private const uint SixteenBits = 0x1_0000;

    private readonly VerifiedPlant _plant;
    private readonly VerifiedSeries[] _series;
    private readonly SlotTimes _slots;
    private readonly bool _inArrivalOrder;

    internal VerifierLane(VerifiedPlant plant, SlotTimes slots, bool inArrivalOrder)
    {
        _plant = plant;
        _series = plant.Series;
        _slots = slots;
        _inArrivalOrder = inArrivalOrder;
        Examples = new ExampleList(plant);
    }

    internal long Received { get; private set; }

    internal long Duplicated { get; private set; }

    internal long Reordered { get; private set; }

    internal long Altered { get; private set; }

    internal long Bad { get; private set; }

    internal long Unverified { get; private set; }

    internal long Unknown { get; private set; }

    internal ExampleList Examples { get; }

    /// <summary>Takes in one reading.</summary>
    /// <param name="series">From <see cref="Verifier.Find"/>; negative when the plant has no such series.</param>
    /// <param name="kind">How its value is stored.</param>
    /// <param name="valueBits">Its value.</param>
    /// <param name="status">Its OPC UA status.</param>
    /// <param name="timeTicks">Its time, UTC ticks.</param>
    public void Observe(int series, ValueKind kind, long valueBits, uint status, long timeTicks)
    {
        if ((uint)series >= (uint)_series.Length)
        {
            Unknown++;
            Examples.Add(VerifyFinding.Unknown, -1, -1, 1, new DateTime(timeTicks, DateTimeKind.Utc));
            return;
        }
        ref VerifiedSeries known = ref _series[series];
        // Neither is a value the device has just sent: one is none, the other says that the last one stands though its device has gone.
        if (StatusCodes.IsBad(status) || status == StatusCodes.UncertainNoCommunicationLastUsableValue)
        {
            Bad++;
            return;
        }
        if (known.Width == 0)
        {
            Unverified++;
            return;
        }
        Received++;
        ulong n = ulong.MaxValue;
        if (SequenceType.TryDecode(known.Type, kind, valueBits, out ulong value))
        {
            n = VerifiableSequence.Recover(known.Key, value, known.Width);
            if (known.Width == 16 && known.Served > SixteenBits) n = Unwrap((uint)n, known.Next);
        }
        if (n >= known.Served)
        {
            Altered++;
            Examples.Add(VerifyFinding.Altered, series, n == ulong.MaxValue ? -1 : (long)n, 1, new DateTime(timeTicks, DateTimeKind.Utc));
            return;
        }
        ref uint slot = ref _slots.At(known.FirstSlot + ((long)n * known.Stride));
        uint step = _slots.StepOf(timeTicks);
        if (slot == 0 && n >= known.Next)
        {
            slot = step;
            known.Next = (uint)n + 1;
            return;
        }
        OutOfStep(series, n, ref slot, step, timeTicks);
    }

    // Seen before, or after a later one.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OutOfStep(int series, ulong n, ref uint slot, uint step, long timeTicks)
    {
        if (slot != 0)
        {
            Duplicated++;
            Examples.Add(VerifyFinding.Duplicated, series, (long)n, 1, new DateTime(timeTicks, DateTimeKind.Utc));
        }
        else if (_inArrivalOrder)
        {
            slot = step | SlotTimes.LateFlag;
            Reordered++;
            Examples.Add(VerifyFinding.Reordered, series, (long)n, 1, new DateTime(timeTicks, DateTimeKind.Utc));
        }
        else slot = step;
    }

    // 16 bits wrap every 65,536 answers: of all n with these low bits, the one nearest to what is expected next.
    private static ulong Unwrap(uint low, uint next)
    {
        long near = next + (short)(ushort)(low - next);
        return (ulong)(near < 0 ? near + SixteenBits : near);
    }
}
