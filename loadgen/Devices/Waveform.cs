namespace HyperIngest.LoadGen.Devices;

/// <summary>The generators that are functions of time: the same key, seed and time give the same value on every machine.</summary>
internal static class Waveform
{
    // Value noise in four octaves: enough that it looks like a walk and not like a sine.
    private const int WalkOctaves = 4;

    /// <summary>The value of a series at a time.</summary>
    /// <param name="generator">Its generator; none of sequence, memory and quality.</param>
    /// <param name="key">The series' key and the plant's seed together.</param>
    /// <param name="ticks">UTC ticks of 100 ns.</param>
    public static double ValueAt(GeneratorOptions generator, ulong key, long ticks)
    {
        long period = generator.Period.Ticks;
        long shifted = ticks + (long)(key % (ulong)period);
        double phase = (double)(shifted % period) / period;
        double range = generator.Max - generator.Min;
        return generator.Kind switch
        {
            GeneratorKind.Sine => generator.Min + (range * (0.5 + (0.5 * Math.Sin(2 * Math.PI * phase)))),
            GeneratorKind.Triangle => generator.Min + (range * (phase < 0.5 ? 2 * phase : 2 - (2 * phase))),
            GeneratorKind.Square => phase < 0.5 ? generator.Max : generator.Min,
            GeneratorKind.Step => generator.Min + (range * Fraction(key, shifted / period)),
            GeneratorKind.Counter => generator.Min + ((ticks / period) % (Math.Floor(range) + 1)),
            GeneratorKind.RandomWalk => generator.Min + (range * Walk(key, shifted, period)),
            GeneratorKind.Noise => generator.Min + (range * Fraction(key, ticks / TimeSpan.TicksPerMillisecond)),
            GeneratorKind.Csv => generator.Recording!.ValueAt(ticks, generator.Interpolation == RecordingInterpolation.Linear),
            _ => generator.Value,
        };
    }

    private static double Walk(ulong key, long ticks, long period)
    {
        double sum = 0, weight = 0.5, weights = 0;
        for (int octave = 0; octave < WalkOctaves && period > 0; octave++, period /= 2, weight /= 2)
        {
            long step = ticks / period;
            double t = (double)(ticks % period) / period;
            double smooth = t * t * (3 - (2 * t));
            double from = Fraction(key + (ulong)octave, step), to = Fraction(key + (ulong)octave, step + 1);
            sum += weight * (from + ((to - from) * smooth));
            weights += weight;
        }
        return sum / weights;
    }

    // 53 bits of the sequence as a fraction, 0 up to but not 1.
    private static double Fraction(ulong key, long n) => (VerifiableSequence.ValueAt(key, (ulong)n, 64) >> 11) * (1.0 / (1UL << 53));
}
