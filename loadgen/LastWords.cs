using System.Diagnostics;

namespace HyperIngest.LoadGen;

/// <summary>The last lines that a server of one's own has said, for the message that it did not start. Any thread.</summary>
internal sealed class LastWords
{
    // Enough for a cause and what led to it.
    private const int MostLines = 20;

    private readonly Queue<string> _lines = new();

    /// <summary>Begins anew with a process whose output is redirected, and takes both its streams from here on.</summary>
    public void Hear(Process process)
    {
        lock (_lines) _lines.Clear();
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The lines, one after another.</summary>
    public override string ToString()
    {
        lock (_lines) return string.Join(" | ", _lines);
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is null) return;
        lock (_lines)
        {
            if (_lines.Count == MostLines) _lines.Dequeue();
            _lines.Enqueue(e.Data);
        }
    }
}
