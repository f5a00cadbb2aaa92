using HyperIngest.Core;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load.Feeds;

/// <summary>How the devices' readings get into the measured product by a profile's rates: what of a load run depends on who keeps the schedule, the product's poller or the devices themselves.</summary>
internal interface ILoadFeed
{
    /// <summary>The begin of the route, for the report.</summary>
    string Route { get; }

    /// <summary>Seconds since the measured time began, by the schedule's own clock; below 0 before.</summary>
    double Second { get; }

    /// <summary>What the source has counted as faults.</summary>
    long FaultCount { get; }

    /// <summary>What was due in the measured time and what became of it; exact once the feed is finished.</summary>
    OfferedReport Offered { get; }

    /// <summary>Adds the source to a pipeline that is not started.</summary>
    void AddTo(Pipeline pipeline, SimulatorReady simulator);

    /// <summary>Begins with the warm-up's rate; the pipeline runs already.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The measured time begins, a <paramref name="lead"/> from now; when, UTC.</summary>
    Task<DateTime> BeginAsync(TimeSpan lead, CancellationToken cancellationToken);

    /// <summary>Readings due in the measured time that were offered so far.</summary>
    /// <param name="simulator">The simulator's numbers now.</param>
    long OfferedSoFar(SimulatorStats simulator);

    /// <summary>Nothing is due from now on; how long the measured time was, in seconds.</summary>
    Task<double> EndAsync();

    /// <summary>Waits until what was due is answered or published and no more of it will come.</summary>
    /// <param name="limit">Longest.</param>
    /// <returns>False when something is still under way at the limit.</returns>
    Task<bool> FinishAsync(TimeSpan limit);
}
