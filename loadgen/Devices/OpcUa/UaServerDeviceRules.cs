using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>What holds for devices that are OPC UA servers, wherever they were written down.</summary>
public static class UaServerDeviceRules
{
    /// <summary>The place of the plant's name in a namespace.</summary>
    public const string PlantPlace = "{plant}";

    /// <summary>The index of the variables' namespace in every server's table: behind OPC UA's own and the server's.</summary>
    public const ushort NamespaceIndex = 2;

    /// <summary>The number of the first tag's node, with <see cref="UaNodeForm.Numeric"/>: below it people look for folders.</summary>
    public const uint FirstNumber = 1001;

    /// <summary>Shortest <see cref="UaServerDeviceOptions.MinSampling"/> and <see cref="UaServerDeviceOptions.MinPublishing"/>.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>Longest of them.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    /// <summary>Most sessions of a server.</summary>
    public const int MostSessions = 1000;

    /// <summary>Most nodes in a call.</summary>
    public const int MostNodesPerCall = 1_000_000;

    /// <summary>Longest namespace URI.</summary>
    public const int LongestNamespace = 255;

    /// <summary>All that is wrong with how a group's servers are set up; empty when they can be.</summary>
    public static IReadOnlyList<string> Check(UaServerDeviceOptions options)
    {
        List<string> problems = [];
        if (options.Security.Count == 0) problems.Add("there is no security; expected at least one policy with its mode, such as none");
        foreach (UaEndpointSecurity pair in options.Security)
        {
            if (!UaPolicyProfile.Of(pair.Policy).Allows(pair.Mode)) problems.Add($"the mode {pair.Mode} is not for the policy {pair.Policy}");
        }
        if (options.Security.Distinct().Count() != options.Security.Count) problems.Add("a policy and mode is offered twice");
        if (!options.Anonymous && options.Users.Count == 0) problems.Add("nobody is let in: expected users, or anonymous");
        foreach (string user in options.Users.Select(u => u.User))
        {
            if (user.Length == 0) problems.Add("a user has no name");
            else if (options.Users.Count(u => u.User == user) > 1) problems.Add($"the user {user} is there twice");
        }
        if (options.Namespace.Length is 0 or > LongestNamespace) problems.Add($"the namespace '{options.Namespace}' is not 1 to {LongestNamespace} characters");
        CheckInterval("shortest sampling", options.MinSampling);
        CheckInterval("shortest publishing", options.MinPublishing);
        if (options.MaxSessions is < 1 or > MostSessions) problems.Add($"most sessions {options.MaxSessions} is not 1 to {MostSessions}");
        if (options.MaxNodesPerCall is < 1 or > MostNodesPerCall) problems.Add($"most nodes a call {options.MaxNodesPerCall} is not 1 to {MostNodesPerCall}");
        return problems;

        void CheckInterval(string what, TimeSpan value)
        {
            if (value < ShortestInterval || value > LongestInterval) problems.Add($"{what} {value.TotalMilliseconds:0.###} ms is not {ShortestInterval.TotalMilliseconds:0} ms to {LongestInterval.TotalHours:0} h");
        }
    }

    /// <summary>The namespace of a plant's variables.</summary>
    public static string NamespaceOf(UaServerDeviceOptions options, string plant) => options.Namespace.Replace(PlantPlace, plant, StringComparison.Ordinal);
}
