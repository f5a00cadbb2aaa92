using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What servers say of themselves before there is a session (OPC 10000-4, 5.5), over a channel without security: hints, which the session holds against what the server signs.</summary>
public static class UaDiscovery
{
    /// <summary>
    /// The endpoints of a server that this product's transport reaches. Their URLs have the host the server thinks it has, which behind address translation nobody reaches: whoever connects uses the URL that was asked.
    /// </summary>
    /// <param name="url">The server, such as <c>opc.tcp://press-1:4840</c>.</param>
    /// <param name="timeout">Longest from the first SYN to the answer.</param>
    /// <param name="logger">Where the channel says what changes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UaException">No connection, no answer in time, or the service failed.</exception>
    public static async Task<IReadOnlyList<EndpointDescription>> GetEndpointsAsync(string url, TimeSpan timeout, ILogger logger, CancellationToken cancellationToken = default)
    {
        GetEndpointsResponse response = await AskAsync<GetEndpointsRequest, GetEndpointsResponse>(
            url, header => new GetEndpointsRequest(header, url, [], []), timeout, logger, cancellationToken).ConfigureAwait(false);
        return [.. response.Endpoints.Where(IsReachable)];
    }

    /// <summary>The servers that a server, or a discovery server, knows.</summary>
    /// <inheritdoc cref="GetEndpointsAsync" path="/param"/>
    /// <exception cref="UaException">No connection, no answer in time, or the service failed.</exception>
    public static async Task<IReadOnlyList<ApplicationDescription>> FindServersAsync(string url, TimeSpan timeout, ILogger logger, CancellationToken cancellationToken = default)
    {
        FindServersResponse response = await AskAsync<FindServersRequest, FindServersResponse>(
            url, header => new FindServersRequest(header, url, [], []), timeout, logger, cancellationToken).ConfigureAwait(false);
        return response.Servers;
    }

    /// <summary>The endpoint with the policy and mode asked for; never another, however strong: a downgrade is refused, and so is a surprise.</summary>
    /// <param name="endpoints">What the server offers.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="url">The server, for the message.</param>
    /// <exception cref="UaException">There is none; the message has what there is.</exception>
    public static EndpointDescription Pick(IReadOnlyList<EndpointDescription> endpoints, UaSecurityPolicy policy, UaSecurityMode mode, string url)
    {
        string uri = UaPolicyProfile.Of(policy).Uri;
        return endpoints.Where(IsReachable).FirstOrDefault(e => e.SecurityPolicyUri == uri && e.SecurityMode == mode)
            ?? throw new UaException(UaStatusCodes.BadSecurityPolicyRejected, $"{url} does not offer {policy} with {mode}; it offers {Offers(endpoints)}. Nothing else is tried: configure one of these");
    }

    /// <summary>What a server offers, in words.</summary>
    internal static string Offers(IReadOnlyList<EndpointDescription> endpoints)
    {
        string[] offers = [.. endpoints.Where(IsReachable).Select(e => $"{NameOf(e.SecurityPolicyUri)} with {e.SecurityMode}").Distinct()];
        return offers.Length == 0 ? "nothing" : string.Join(", ", offers);
    }

    /// <summary>Whether it is one of this product's transport; some servers leave it out.</summary>
    internal static bool IsReachable(EndpointDescription endpoint) => string.IsNullOrEmpty(endpoint.TransportProfileUri) || endpoint.TransportProfileUri == UaEndpointUrl.BinaryTransport;

    // The policies this product has have its names; of others the URI's end says enough.
    private static string NameOf(string? policyUri)
    {
        if (policyUri is null) return "(no policy)";
        return UaPolicyProfile.TryFind(policyUri, out UaPolicyProfile profile) ? profile.Policy.ToString() : policyUri[(policyUri.LastIndexOf('#') + 1)..];
    }

    private static async Task<TResponse> AskAsync<TRequest, TResponse>(
        string url, Func<UaRequestHeader, TRequest> request, TimeSpan timeout, ILogger logger, CancellationToken cancellationToken)
        where TRequest : IUaMessage<TRequest>
        where TResponse : IUaResponse<TResponse>
    {
        long began = Environment.TickCount64;
        UaClientChannel channel = await UaClientChannel.ConnectAsync(new UaClientChannelOptions { EndpointUrl = url, ConnectTimeout = timeout }, logger, cancellationToken).ConfigureAwait(false);
        try
        {
            TimeSpan left = timeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
            if (left <= TimeSpan.Zero) throw new UaException(UaStatusCodes.BadTimeout, $"{url} took {timeout.TotalSeconds:0.###} s to open a channel");
            UaServices services = new(channel, UaNodeId.Null, left);
            TResponse response = await services.CallAsync<TRequest, TResponse>(request, cancellationToken).ConfigureAwait(false);
            await channel.CloseAsync().ConfigureAwait(false);
            return response;
        }
        finally
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }
    }
}
