using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>Where a path leads.</summary>
/// <param name="Node">The node; null when it leads to none.</param>
/// <param name="Status">Good, or why not: the server's own StatusCode, BadNoMatch, BadTooManyMatches, or BadSyntaxError and BadNodeIdInvalid for what was not sent.</param>
/// <param name="Fault">What is wrong, in words; null when nothing is.</param>
public readonly record struct UaPathTarget(UaNodeId Node, uint Status, string? Fault);

/// <summary>Finds nodes by their paths, many at once.</summary>
public static class UaBrowsePaths
{
    /// <summary>Where paths from the Objects folder lead; as many requests as the server's limit needs, one after the other.</summary>
    /// <param name="services">The session.</param>
    /// <param name="paths">The paths; see <see cref="UaBrowsePath"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One each, in their order.</returns>
    /// <exception cref="UaException">The service failed, so that nothing is known of any path.</exception>
    public static Task<IReadOnlyList<UaPathTarget>> TranslateAsync(IUaServices services, IReadOnlyList<UaBrowsePath> paths, CancellationToken cancellationToken = default) =>
        TranslateAsync(services, new UaNodeId(UaNodeIds.ObjectsFolder), paths, cancellationToken);

    /// <summary>Where paths from another node lead.</summary>
    /// <exception cref="UaException">The service failed, so that nothing is known of any path.</exception>
    public static async Task<IReadOnlyList<UaPathTarget>> TranslateAsync(
        IUaServices services, UaNodeId start, IReadOnlyList<UaBrowsePath> paths, CancellationToken cancellationToken = default)
    {
        UaPathTarget[] targets = new UaPathTarget[paths.Count];
        List<(int Index, BrowsePath Path)> asked = [];
        for (int i = 0; i < targets.Length; i++)
        {
            if (paths[i].TryResolve(services.Namespaces, out RelativePath? relative, out string? fault)) asked.Add((i, new BrowsePath(start, relative)));
            else targets[i] = new UaPathTarget(default, UaStatusCodes.BadNodeIdInvalid, $"{paths[i]}: {fault}");
        }
        for (int from = 0; from < asked.Count; from += services.Limits.PathsPerTranslate)
        {
            List<(int Index, BrowsePath Path)> part = asked.GetRange(from, Math.Min(services.Limits.PathsPerTranslate, asked.Count - from));
            TranslateBrowsePathsToNodeIdsResponse response = await services.CallAsync<TranslateBrowsePathsToNodeIdsRequest, TranslateBrowsePathsToNodeIdsResponse>(
                header => new TranslateBrowsePathsToNodeIdsRequest(header, [.. part.Select(p => p.Path)]), cancellationToken).ConfigureAwait(false);
            UaAnswers.Demand(part.Count, response.Results.Count, "paths", services.EndpointUrl);
            for (int i = 0; i < part.Count; i++) targets[part[i].Index] = TargetOf(response.Results[i], paths[part[i].Index], services.Namespaces);
        }
        return targets;
    }

    private static UaPathTarget TargetOf(BrowsePathResult result, UaBrowsePath path, IReadOnlyList<string> namespaces)
    {
        if (StatusCodes.IsBad(result.StatusCode)) return new UaPathTarget(default, result.StatusCode, $"{path}: {UaStatusCodes.NameOf(result.StatusCode)}");
        List<UaNodeId> found = [];
        string? elsewhere = null;
        foreach (BrowsePathTarget target in result.Targets)
        {
            // What goes on in another server is not this one's to read.
            if (target.RemainingPathIndex != uint.MaxValue) elsewhere = "it goes on in another server";
            else if (UaNodeText.TryResolve(target.TargetId, namespaces, out UaNodeId node, out string? fault)) found.Add(node);
            else elsewhere = fault;
        }
        List<UaNodeId> distinct = [.. found.Distinct()];
        return distinct.Count switch
        {
            1 => new UaPathTarget(distinct[0], UaStatusCodes.Good, null),
            0 => new UaPathTarget(default, UaStatusCodes.BadNoMatch, $"{path}: {elsewhere ?? "it leads to no node"}"),
            _ => new UaPathTarget(default, UaStatusCodes.BadTooManyMatches, $"{path}: it leads to {distinct.Count} nodes ({string.Join(", ", distinct.Take(3))}…); name one of them by its id"),
        };
    }
}
