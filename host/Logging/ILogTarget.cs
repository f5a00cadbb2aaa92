namespace HyperIngest.Host.Logging;

/// <summary>Where log lines go. Safe from any thread.</summary>
internal interface ILogTarget
{
    /// <summary>Writes one line; the target adds the end of line.</summary>
    void WriteLine(string line);
}

/// <summary>Log lines into a writer, one at a time.</summary>
internal sealed class WriterLogTarget(TextWriter writer) : ILogTarget
{
    private readonly Lock _writing = new();

    /// <inheritdoc/>
    public void WriteLine(string line)
    {
        lock (_writing)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }
}
