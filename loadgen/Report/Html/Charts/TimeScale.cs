using System.Globalization;

namespace HyperIngest.LoadGen.Report.Html.Charts;

/// <summary>Seconds since the begin of the measured time, ticks at seconds, minutes or hours as people count them.</summary>
internal sealed class TimeScale : Scale
{
    private const int MostSteps = 8;
    private const double Minute = 60, Hour = 3600;

    private static readonly double[] Steps =
    [
        0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, Minute, 2 * Minute, 5 * Minute, 10 * Minute, 15 * Minute, 30 * Minute, Hour, 2 * Hour, 3 * Hour, 6 * Hour, 12 * Hour, 24 * Hour,
    ];

    /// <summary>From 0 to <paramref name="seconds"/>; to 1 when that is no length of time.</summary>
    public TimeScale(double seconds)
    {
        if (!(double.IsFinite(seconds) && seconds > 0)) seconds = 1;
        Length = seconds;
        double step = Steps.FirstOrDefault(s => seconds / s <= MostSteps, Math.Ceiling(seconds / MostSteps / Steps[^1]) * Steps[^1]);
        (double unit, string name) = step >= Hour ? (Hour, "h") : step >= Minute ? (Minute, "min") : (1, "s");
        List<Tick> ticks = [];
        for (int i = 0; i * step <= seconds * (1 + 1e-9); i++)
        {
            ticks.Add(new Tick(Place(i * step), string.Create(CultureInfo.InvariantCulture, $"{i * step / unit:0.##}\u00A0{name}"), i % 2 == 0));
        }
        Ticks = ticks;
    }

    /// <summary>The end of the axis, seconds.</summary>
    public double Length { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Tick> Ticks { get; }

    /// <inheritdoc/>
    public override string Formula => string.Create(CultureInfo.InvariantCulture, $"linear {Length:R}");

    /// <inheritdoc/>
    public override double Place(double seconds) => Math.Clamp(seconds / Length, 0, 1);
}
