using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>The services of an active session, good until the session's channel ends. Any thread calls them.</summary>
public interface IUaServices
{
    /// <summary>The endpoint, for messages and logs.</summary>
    string EndpointUrl { get; }

    /// <summary>How much the server takes in one call; each at least 1.</summary>
    UaOperationLimits Limits { get; }

    /// <summary>The server's namespace table as it is in this session: the index is the one in its node ids.</summary>
    IReadOnlyList<string> Namespaces { get; }

    /// <summary>When the server was started, UTC ticks; 0 when it does not say.</summary>
    long ServerStart { get; }

    /// <summary>The header of a request: the session's token, a number of its own, the time.</summary>
    UaRequestHeader Header(TimeSpan timeout);

    /// <summary>Sends a request that was written with a header of <see cref="Header"/>; the buffer may be used again when this returns.</summary>
    /// <exception cref="UaException">It is too large, too many are under way, or the channel has ended: nothing was sent.</exception>
    void Send(UaBuffer message, IUaPending pending, TimeSpan timeout);

    /// <summary>Asks and waits, with the options' request timeout; for what is asked rarely.</summary>
    /// <param name="request">Makes the request with the header given.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="UaException">It could not be sent, no answer came in time, or the service failed.</exception>
    Task<TResponse> CallAsync<TRequest, TResponse>(Func<UaRequestHeader, TRequest> request, CancellationToken cancellationToken = default)
        where TRequest : IUaMessage<TRequest>
        where TResponse : IUaResponse<TResponse>;
}

/// <summary>How much a server takes in one call (OPC 10000-5, 6.3.11); what it does not say is this product's own limit.</summary>
public sealed record UaOperationLimits
{
    /// <summary>What is asked for at once of a server that names no limit: a request of some 50 KB, an answer of some 40 KB.</summary>
    public const int Default = 1000;

    /// <summary>Nodes a Read.</summary>
    public int NodesPerRead { get; init; } = Default;

    /// <summary>Nodes a Write.</summary>
    public int NodesPerWrite { get; init; } = Default;

    /// <summary>Nodes a Browse.</summary>
    public int NodesPerBrowse { get; init; } = Default;

    /// <summary>Nodes a RegisterNodes.</summary>
    public int NodesPerRegister { get; init; } = Default;

    /// <summary>Paths a TranslateBrowsePathsToNodeIds.</summary>
    public int PathsPerTranslate { get; init; } = Default;

    /// <summary>Items a CreateMonitoredItems, ModifyMonitoredItems, DeleteMonitoredItems, SetMonitoringMode.</summary>
    public int MonitoredItemsPerCall { get; init; } = Default;
}
