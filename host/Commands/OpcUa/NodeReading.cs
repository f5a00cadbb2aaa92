using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary>Reads attributes once, as many requests as the server's limit needs.</summary>
internal static class NodeReading
{
    /// <summary>Attributes, in the order they are asked for.</summary>
    /// <exception cref="UaException">The service failed.</exception>
    public static async Task<IReadOnlyList<UaDataValueCopy>> ReadAsync(IUaServices services, IReadOnlyList<ReadValueId> wanted, CancellationToken cancelled)
    {
        List<UaDataValueCopy> values = new(wanted.Count);
        for (int from = 0; from < wanted.Count; from += services.Limits.NodesPerRead)
        {
            ReadValueId[] part = [.. wanted.Skip(from).Take(services.Limits.NodesPerRead)];
            ReadResponse response = await services.CallAsync<ReadRequest, ReadResponse>(header => new ReadRequest(header, MaxAge: 0, TimestampsToReturn.Both, part), cancelled);
            UaAnswers.Demand(part.Length, response.Results.Count, "values", services.EndpointUrl);
            values.AddRange(response.Results);
        }
        return values;
    }

    /// <summary>The values of nodes.</summary>
    /// <exception cref="UaException">The service failed.</exception>
    public static async Task<IReadOnlyList<OpcUaValue>> ValuesAsync(IUaServices services, IReadOnlyList<UaNodeId> nodes, CancellationToken cancelled) =>
        [.. (await ReadAsync(services, [.. nodes.Select(n => new ReadValueId(n))], cancelled)).Select(v => OpcUaValue.Of(v.Value))];
}
