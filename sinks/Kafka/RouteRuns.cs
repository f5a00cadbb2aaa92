using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Kafka;

/// <summary>
/// A chunk's readings sorted into one run a route, each in arrival order: two passes, no comparison. What <see cref="Core.Records.DeviceRuns"/> does for devices, for a device's readings of
/// one topic. Allocates only while it grows.
/// </summary>
internal sealed class RouteRuns(KafkaRoutes routes)
{
    private readonly KafkaRoutes _routes = routes;

    // By route: one more than its run in this chunk; cleared again behind each chunk.
    private int[] _runOf = [];
    private Run[] _runs = new Run[16];
    private Reading[] _readings = [];
    private int[] _indexes = [];

    private struct Run
    {
        public int Route;
        public int Start;
        public int Count;
    }

    /// <summary>Runs there are.</summary>
    public int Count { get; private set; }

    /// <summary>The route of a run.</summary>
    public int RouteOf(int run) => _runs[run].Route;

    /// <summary>Where the run begins among all readings.</summary>
    public int StartOf(int run) => _runs[run].Start;

    /// <summary>Readings of the run.</summary>
    public int LengthOf(int run) => _runs[run].Count;

    /// <summary>Sorted readings.</summary>
    public ReadOnlySpan<Reading> Readings(int first, int count) => _readings.AsSpan(first, count);

    /// <summary>The index in the chunk of a sorted reading.</summary>
    public int IndexOf(int sorted) => _indexes[sorted];

    /// <summary>Sorts the chunk, whose series all have routes.</summary>
    public void Sort(DeliveryChunk chunk)
    {
        if (_readings.Length < chunk.Count)
        {
            _readings = new Reading[Math.Max(chunk.Count, 2 * _readings.Length)];
            _indexes = new int[_readings.Length];
        }
        if (_runOf.Length < _routes.Count) Array.Resize(ref _runOf, Math.Max(_routes.Count, 2 * _runOf.Length));
        Count = 0;
        for (int part = 0; part < chunk.PartCount; part++)
        {
            foreach (ref readonly Reading reading in chunk.PartAt(part)) _runs[RunOf(_routes.Of(reading.SeriesId))].Count++;
        }
        int start = 0;
        for (int run = 0; run < Count; run++)
        {
            _runs[run].Start = start;
            start += _runs[run].Count;
            _runs[run].Count = 0;
        }
        int index = 0;
        for (int part = 0; part < chunk.PartCount; part++)
        {
            foreach (ref readonly Reading reading in chunk.PartAt(part))
            {
                ref Run run = ref _runs[_runOf[_routes.Of(reading.SeriesId)] - 1];
                int at = run.Start + run.Count++;
                _readings[at] = reading;
                _indexes[at] = index++;
            }
        }
        for (int run = 0; run < Count; run++) _runOf[_runs[run].Route] = 0;
    }

    private int RunOf(int route)
    {
        if (_runOf[route] != 0) return _runOf[route] - 1;
        if (Count == _runs.Length) Array.Resize(ref _runs, 2 * Count);
        _runs[Count] = new Run { Route = route };
        _runOf[route] = ++Count;
        return Count - 1;
    }
}
