using System.Runtime.CompilerServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Mqtt.Sparkplug;

/// <summary>The last reading of each series that was published: what a birth says of it.</summary>
internal sealed class LastValues
{
    private Reading[] _readings = [];

    /// <summary>Keeps a reading as its series' last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Keep(in Reading reading)
    {
        if (reading.SeriesId >= _readings.Length) Grow(reading.SeriesId);
        _readings[reading.SeriesId] = reading;
    }

    /// <summary>The series' last reading; false when there was none.</summary>
    public bool TryGet(int series, out Reading reading)
    {
        reading = series < _readings.Length ? _readings[series] : default;
        // A reading always has a gateway's time.
        return reading.GatewayTime != 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int series) => Array.Resize(ref _readings, Math.Max(series + 1, 2 * _readings.Length));
}
