namespace HyperIngest.Tests.EndToEnd;

/// <summary>Tests that load whole programs, or measure times: one after another, beside nothing else, so that a small machine gives each the processor it needs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NodeCollection
{
    public const string Name = "beside nothing else";
}
