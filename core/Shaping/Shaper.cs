using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Shaping;

/// <summary>
/// Shapes one shard's readings on their way from the ring into the batch: series with a rule are scaled, held to their range and thinned by
/// their deadband; the others pass untouched. State lives here, a struct a ruled series, and only the shard's thread touches it.
/// </summary>
public sealed class Shaper
{
    // Rule slot of a series id, plus one; 0 means no rule. Built before the shard starts, read by its thread alone.
    private readonly int[] _slotOfSeries;
    private readonly State[] _states;

    // Written by the shard's thread alone; read by metrics (a torn read is impossible on 64-bit, a stale one harmless).
    private long _heldBack;
    private long _outOfRange;

    private struct State
    {
        public double Scale;
        public double Offset;
        public double Min;
        public double Max;
        public double Deadband;
        public long HeartbeatTicks;
        public double LastValue;
        public long LastTime;
        public uint LastStatus;
        public bool Clamps;
        public bool HasLast;
    }

    /// <summary>A shaper for the given rules by series id.</summary>
    /// <exception cref="ArgumentException">A rule whose range is upside down, or whose deadband is negative.</exception>
    public Shaper(IReadOnlyDictionary<int, ShapingRule> rules)
    {
        _slotOfSeries = new int[rules.Count == 0 ? 0 : rules.Keys.Max() + 1];
        _states = new State[rules.Count];
        int slot = 0;
        foreach ((int series, ShapingRule rule) in rules)
        {
            if (rule.Min > rule.Max) throw new ArgumentException($"Series {series}: the range {rule.Min} to {rule.Max} is upside down.", nameof(rules));
            if (!(rule.Deadband >= 0)) throw new ArgumentException($"Series {series}: a deadband is 0 or more, not {rule.Deadband}.", nameof(rules));
            _states[slot] = new State
            {
                Scale = rule.Scale,
                Offset = rule.Offset,
                Min = rule.Min ?? double.NegativeInfinity,
                Max = rule.Max ?? double.PositiveInfinity,
                Deadband = rule.Deadband,
                HeartbeatTicks = rule.Heartbeat > TimeSpan.Zero ? rule.Heartbeat.Ticks : long.MaxValue,
                Clamps = rule.OutOfRange == OutOfRange.Clamp,
            };
            _slotOfSeries[series] = ++slot;
        }
    }

    /// <summary>Readings held back by a deadband so far.</summary>
    public long HeldBack => Volatile.Read(ref _heldBack);

    /// <summary>Readings found outside their range so far.</summary>
    public long OutsideRange => Volatile.Read(ref _outOfRange);

    /// <summary>Shapes <paramref name="source"/> into <paramref name="target"/>, which must be as long; returns how many were let through.</summary>
    public int Shape(ReadOnlySpan<Reading> source, Span<Reading> target)
    {
        int kept = 0;
        int[] slots = _slotOfSeries;
        for (int i = 0; i < source.Length; i++)
        {
            ref readonly Reading reading = ref source[i];
            int series = reading.SeriesId;
            int slot = (uint)series < (uint)slots.Length ? slots[series] : 0;
            if (slot == 0) target[kept++] = reading;
            else if (TryShape(ref _states[slot - 1], in reading, out target[kept])) kept++;
        }
        return kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryShape(ref State state, in Reading reading, out Reading shaped)
    {
        uint status = reading.Status;
        double value = reading.Float64;
        // A bad reading carries no value: it passes as it is whenever its status is news.
        if (!StatusCodes.IsBad(status))
        {
            value = (value * state.Scale) + state.Offset;
            if (value < state.Min || value > state.Max)
            {
                Volatile.Write(ref _outOfRange, _outOfRange + 1);
                if (state.Clamps)
                {
                    value = Math.Clamp(value, state.Min, state.Max);
                    if (StatusCodes.IsGood(status)) status = StatusCodes.GoodClamped;
                }
                else if (StatusCodes.IsGood(status))
                {
                    status = StatusCodes.UncertainEngineeringUnitsExceeded;
                }
            }
        }
        shaped = reading.With(BitConverter.DoubleToInt64Bits(value), status);

        // A clock stepped back makes the age negative: let the reading through rather than hold the series until it catches up.
        long age = reading.Time - state.LastTime;
        if (state.Deadband > 0 && state.HasLast && status == state.LastStatus && Math.Abs(value - state.LastValue) <= state.Deadband
            && age >= 0 && age < state.HeartbeatTicks)
        {
            Volatile.Write(ref _heldBack, _heldBack + 1);
            return false;
        }
        state.LastValue = value;
        state.LastStatus = status;
        state.LastTime = reading.Time;
        state.HasLast = true;
        return true;
    }
}
