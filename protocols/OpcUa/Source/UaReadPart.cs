using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>A Read request of a device's poll: encoded once, and the tags its values are of.</summary>
/// <param name="Read">The request.</param>
/// <param name="Tags">A tag each, in the order of the values.</param>
/// <param name="Readings">Readings the values make.</param>
internal sealed record UaReadPart(PreparedRead Read, int[] Tags, int Readings);
