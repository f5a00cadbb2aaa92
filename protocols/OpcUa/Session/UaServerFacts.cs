using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What a server says of itself at the begin of a session.</summary>
/// <param name="Namespaces">Its namespace table.</param>
/// <param name="Limits">How much it takes in one call.</param>
/// <param name="Status">How it is; null when it does not say.</param>
public sealed record UaServerFacts(IReadOnlyList<string> Namespaces, UaOperationLimits Limits, ServerStatusDataType? Status)
{
    // A server that takes a million nodes at once would get messages that hold everything else up; more than this gains nothing.
    private const uint MostAtOnce = 10_000;

    private static readonly uint[] Nodes =
    [
        UaNodeIds.NamespaceArray, UaNodeIds.ServerStatus, UaNodeIds.MaxNodesPerRead, UaNodeIds.MaxNodesPerWrite, UaNodeIds.MaxNodesPerBrowse, UaNodeIds.MaxNodesPerRegisterNodes,
        UaNodeIds.MaxNodesPerTranslateBrowsePathsToNodeIds, UaNodeIds.MaxMonitoredItemsPerCall,
    ];

    /// <summary>Reads them; what the server does not have is what it is without.</summary>
    /// <exception cref="UaException">It did not answer, or reads nothing.</exception>
    internal static async Task<UaServerFacts> ReadAsync(IUaServices services, CancellationToken cancellationToken)
    {
        IReadOnlyList<UaDataValueCopy> values;
        try
        {
            values = await ReadAsync(services, Nodes, cancellationToken).ConfigureAwait(false);
        }
        catch (UaException tooMany) when (tooMany.Status == UaStatusCodes.BadTooManyOperations)
        {
            List<UaDataValueCopy> one = [];
            foreach (uint node in Nodes) one.AddRange(await ReadAsync(services, [node], cancellationToken).ConfigureAwait(false));
            values = one;
        }
        UaOperationLimits limits = new()
        {
            NodesPerRead = Limit(values[2]),
            NodesPerWrite = Limit(values[3]),
            NodesPerBrowse = Limit(values[4]),
            NodesPerRegister = Limit(values[5]),
            PathsPerTranslate = Limit(values[6]),
            MonitoredItemsPerCall = Limit(values[7]),
        };
        return new UaServerFacts(Texts(values[0]), limits, StatusOf(values[1]));
    }

    /// <summary>How the server is.</summary>
    /// <exception cref="UaException">It did not answer, or does not say.</exception>
    internal static async Task<ServerState> ReadStateAsync(IUaServices services, CancellationToken cancellationToken)
    {
        UaDataValueCopy read = (await ReadAsync(services, [UaNodeIds.ServerStatusState], cancellationToken).ConfigureAwait(false))[0];
        // That it answers is what matters; a server without the node is as it is.
        return IsScalar(read.Value, UaBuiltInType.Int32) ? (ServerState)read.Value.Value.Bits : ServerState.Unknown;
    }

    private static async Task<IReadOnlyList<UaDataValueCopy>> ReadAsync(IUaServices services, uint[] nodes, CancellationToken cancellationToken)
    {
        ReadResponse response = await services.CallAsync<ReadRequest, ReadResponse>(
            header => new ReadRequest(header, 0, TimestampsToReturn.Neither, [.. nodes.Select(n => new ReadValueId(new UaNodeId(n)))]), cancellationToken).ConfigureAwait(false);
        UaAnswers.Demand(nodes.Length, response.Results.Count, "values", services.EndpointUrl);
        return response.Results;
    }

    // 0 is "no limit" (OPC 10000-5, 6.3.11).
    private static int Limit(UaDataValueCopy value)
    {
        UaDataValue limit = value.Value;
        return IsScalar(limit, UaBuiltInType.UInt32) && limit.Value.Bits > 0 ? (int)Math.Min(limit.Value.Bits, MostAtOnce) : UaOperationLimits.Default;
    }

    private static string[] Texts(UaDataValueCopy value)
    {
        UaDataValue texts = value.Value;
        List<string> found = [];
        if (!StatusCodes.IsBad(texts.Status) && texts.Value is { IsArray: true, Type: UaBuiltInType.String })
        {
            UaElements elements = new(texts.Value);
            while (elements.Next(out UaVariant element)) found.Add(Encoding.UTF8.GetString(element.Bytes));
        }
        return found.Count > 0 ? [.. found] : [UaNodeText.BaseNamespace];
    }

    private static ServerStatusDataType? StatusOf(UaDataValueCopy value)
    {
        UaDataValue status = value.Value;
        if (!IsScalar(status, UaBuiltInType.ExtensionObject)) return null;
        UaReader reader = new(status.Value.Bytes);
        return UaExtensionObject.Decode(ref reader).TryDecode<ServerStatusDataType>(out ServerStatusDataType? decoded) ? decoded : null;
    }

    private static bool IsScalar(in UaDataValue value, UaBuiltInType type) => !StatusCodes.IsBad(value.Status) && !value.Value.IsArray && value.Value.Type == type;
}
