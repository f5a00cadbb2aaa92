using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>How a device's values are had. All but the two asynchronous calls come under the device's gate; those take it themselves, and come one after the other.</summary>
internal interface IUaCollector
{
    /// <summary>The session is active: begins, or goes on.</summary>
    /// <exception cref="UaException">It could not; the session is left and tried again.</exception>
    Task SetUpAsync(IUaServices services, UaActivation activation, CancellationToken ended);

    /// <summary>Whether <see cref="RepairAsync"/> has something to do now.</summary>
    bool NeedsRepair { get; }

    /// <summary>Makes again what was lost while the session lives.</summary>
    /// <exception cref="UaException">It could not, and the session is no use without it.</exception>
    Task RepairAsync(IUaServices services, CancellationToken ended);

    /// <summary>Tags that were bad are to be tried again.</summary>
    /// <exception cref="UaException">It could not be asked.</exception>
    Task RetryAsync(IUaServices services, IReadOnlyList<int> tags, CancellationToken ended);

    /// <summary>A tag's node was found to be bad in the middle of the run.</summary>
    void Lost(int tag);

    /// <summary>The channel has ended.</summary>
    void Interrupted();

    /// <summary>Some time has passed; nothing waits for room in the ring when <paramref name="hasRoom"/>.</summary>
    void Tick(long nowMs, bool hasRoom);

    /// <summary>Nothing more is asked for.</summary>
    void Stop();

    /// <summary>Whether the next run of the node can take over what it has at the server.</summary>
    bool LeavesSubscriptions => false;

    /// <summary>Answers that are waited for, and published when they come, though it has stopped.</summary>
    int Outstanding { get; }
}
