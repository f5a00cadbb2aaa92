using HyperIngest.Host.Configuration.Yaml;

namespace HyperIngest.Host.Configuration;

/// <summary>How bad a problem is.</summary>
internal enum ProblemSeverity
{
    /// <summary>Nothing starts with it.</summary>
    Error,

    /// <summary>Probably not what was meant; it starts all the same.</summary>
    Warning,
}

/// <summary>Something in a configuration file that cannot stay, or probably should not.</summary>
/// <param name="Severity">Whether it stops the start.</param>
/// <param name="File">The file as the user named it.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column.</param>
/// <param name="Key">Path of the key, such as <c>devices[3].requests.max_gap</c>; empty for the file as a whole.</param>
/// <param name="Message">What was expected, what was found and what to do; holds no secrets.</param>
internal sealed record ConfigurationProblem(ProblemSeverity Severity, string File, int Line, int Column, string Key, string Message)
{
    /// <summary>One line in the form editors and terminals make a link of: <c>file:line:column: key: message</c>.</summary>
    public override string ToString() =>
        $"{File}:{Line}:{Column}: {(Severity == ProblemSeverity.Warning ? "warning: " : "")}{(Key.Length > 0 ? Key + ": " : "")}{Message}";
}

/// <summary>The problems found in one file so far.</summary>
internal sealed class ProblemList(string file)
{
    private readonly List<ConfigurationProblem> _problems = [];

    /// <summary>The file as the user named it.</summary>
    public string File { get; } = file;

    /// <summary>Whether any stops the start.</summary>
    public bool HasErrors => ErrorCount > 0;

    /// <summary>How often something was found that stops the start; the same twice where an aliased node is visited twice.</summary>
    public int ErrorCount { get; private set; }

    /// <summary>All problems in file order.</summary>
    public IReadOnlyList<ConfigurationProblem> InFileOrder => [.. _problems.OrderBy(p => p.Line).ThenBy(p => p.Column)];

    /// <summary>Adds an error.</summary>
    public void Error(Mark mark, string key, string message)
    {
        ErrorCount++;
        Add(ProblemSeverity.Error, mark, key, message);
    }

    /// <summary>Adds a warning.</summary>
    public void Warning(Mark mark, string key, string message) => Add(ProblemSeverity.Warning, mark, key, message);

    private void Add(ProblemSeverity severity, Mark mark, string key, string message)
    {
        ConfigurationProblem problem = new(severity, File, mark.Line, mark.Column, key, message);
        // An aliased node is visited once for each use; what is wrong with it is said once.
        if (!_problems.Exists(p => p.Line == problem.Line && p.Column == problem.Column && p.Message == problem.Message)) _problems.Add(problem);
    }
}
