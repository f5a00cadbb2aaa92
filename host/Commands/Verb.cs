using System.CommandLine;

namespace HyperIngest.Host.Commands;

/// <summary>One way to use a verb, for its help.</summary>
/// <param name="CommandLine">What to type.</param>
/// <param name="Meaning">What it does.</param>
internal sealed record Example(string CommandLine, string Meaning);

/// <summary>A verb of the program: a command whose help ends with examples.</summary>
internal sealed class Verb(string name, string description, params IReadOnlyList<Example> examples) : Command(name, description)
{
    /// <summary>The examples.</summary>
    public IReadOnlyList<Example> Examples { get; } = examples;
}
