using System.Numerics;

namespace HyperIngest.Core.Polling;

/// <summary>
/// A hashed timer wheel (Varghese and Lauck, scheme 6): a timer due at tick t waits in slot t modulo the number of slots; scheduling and cancelling
/// are a few pointer stores whatever the number of timers, and advancing visits one slot a tick. Timers further away than one turn stay in
/// their slot and are passed over. One thread's own; nothing here allocates after construction.
/// </summary>
public sealed class TimerWheel
{
    private readonly Head[] _slots;
    private readonly Head _expiring = new();
    private readonly int _mask;

    /// <summary>A wheel that stands at tick 0.</summary>
    /// <param name="slots">A power of two from 2 to 65,536. Take enough that most timers fire within one turn.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not such a number.</exception>
    public TimerWheel(int slots)
    {
        if (slots is < 2 or > 65_536 || !BitOperations.IsPow2(slots))
        {
            throw new ArgumentOutOfRangeException(nameof(slots), slots, "A wheel has a power of two from 2 to 65536 slots.");
        }
        _slots = new Head[slots];
        for (int i = 0; i < slots; i++) _slots[i] = new Head();
        _mask = slots - 1;
    }

    /// <summary>The last tick advanced to.</summary>
    public long Tick { get; private set; }

    /// <summary>Timers waiting.</summary>
    public int Count { get; private set; }

    /// <summary>Has the timer fire at <paramref name="dueTick"/>, or at the next tick when that has passed. A timer that waits already is moved.</summary>
    public void Schedule(WheelTimer timer, long dueTick)
    {
        if (timer.IsScheduled) Cancel(timer);
        timer.DueTick = Math.Max(dueTick, Tick + 1);
        Link(_slots[timer.DueTick & _mask], timer);
        Count++;
    }

    /// <summary>Takes the timer out; false when it did not wait.</summary>
    public bool Cancel(WheelTimer timer)
    {
        if (!timer.IsScheduled) return false;
        Unlink(timer);
        Count--;
        return true;
    }

    /// <summary>
    /// Moves on to <paramref name="tick"/> and fires what has come due, tick by tick; after a pause longer than a turn, one visit to each slot
    /// fires everything overdue. Timers may be scheduled and cancelled while others fire.
    /// </summary>
    /// <param name="tick">The tick to move to; one in the past does nothing.</param>
    /// <param name="now">The clock passed on to <see cref="WheelTimer.Fire"/>.</param>
    /// <returns>How many fired.</returns>
    public int Advance(long tick, long now)
    {
        int fired = 0;
        long first = Math.Max(Tick + 1, tick - _mask);
        for (long t = first; t <= tick; t++)
        {
            // The due bound is the tick itself in the ordinary run; when turns were missed, everything up to now is due wherever it lies.
            Tick = first == tick - _mask ? tick : t;
            Head slot = _slots[t & _mask];
            WheelTimer? next;
            for (WheelTimer? timer = slot.Next; timer != slot; timer = next)
            {
                next = timer!.Next;
                if (timer.DueTick > Tick) continue;
                Unlink(timer);
                Link(_expiring, timer);
            }
            // One by one from the front: a timer that fires may cancel another that has come due with it.
            while (_expiring.Next != _expiring)
            {
                WheelTimer timer = _expiring.Next!;
                Unlink(timer);
                Count--;
                fired++;
                timer.Fire(now);
            }
        }
        return fired;
    }

    private static void Link(Head list, WheelTimer timer)
    {
        WheelTimer last = list.Previous!;
        timer.Previous = last;
        timer.Next = list;
        last.Next = timer;
        list.Previous = timer;
    }

    private static void Unlink(WheelTimer timer)
    {
        timer.Previous!.Next = timer.Next;
        timer.Next!.Previous = timer.Previous;
        timer.Next = timer.Previous = null;
    }

    /// <summary>The head of a circular list: an empty list points to itself, so linking and unlinking have no special cases.</summary>
    private sealed class Head : WheelTimer
    {
        public Head() => Next = Previous = this;

        protected internal override void Fire(long now) => throw new InvalidOperationException("A list head is never due.");

        protected internal override void Place(long now) => throw new InvalidOperationException("A list head is never submitted.");
    }
}
