using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What a server says of itself at the begin of a session.</summary>
/// <param name="Namespaces">Its namespace table.</param>
/// <param name="Limits">How much it takes in one call.</param>
/// <param name="Status">How it is; null when it does not say.</param>
public sealed record UaServerFacts(IReadOnlyList<string> Namespaces, UaOperationLimits Limits, ServerStatusDataType? Status);
