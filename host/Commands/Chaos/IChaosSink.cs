namespace HyperIngest.Host.Commands.Chaos;

/// <summary>A sink of the run, with a server of its own, and the faults that can happen to it.</summary>
internal interface IChaosSink : IAsyncDisposable
{
    /// <summary>Its name in the site file.</summary>
    string Name { get; }

    /// <summary>What its server is, for the output.</summary>
    string Description { get; }

    /// <summary>Its item in the site file's list of sinks, on one line.</summary>
    string SiteItem { get; }

    /// <summary>What that item refers to, for the node and the verifier: nothing secret is written to a file.</summary>
    IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>What can happen to it.</summary>
    IReadOnlyList<IChaosFault> Faults { get; }

    /// <summary>What <c>hyperingest verify</c> is told to read it back.</summary>
    /// <param name="sitePath">The site file.</param>
    /// <param name="folder">The run's folder, for files that the verifier needs.</param>
    IReadOnlyList<string> VerifyArguments(string sitePath, string folder);
}
