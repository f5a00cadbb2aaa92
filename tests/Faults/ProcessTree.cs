using System.Globalization;

namespace HyperIngest.Tests.Faults;

/// <summary>A process and those it has started, as /proc has them.</summary>
internal static class ProcessTree
{
    /// <summary>The process first, then its children.</summary>
    public static IReadOnlyList<int> Of(int parent)
    {
        List<int> found = [parent];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)) continue;
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                // Gone meanwhile.
                continue;
            }
            // pid (comm) state ppid ...; comm may hold anything but ends with the last parenthesis. See proc_pid_stat(5).
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (int.Parse(fields[1], CultureInfo.InvariantCulture) == parent) found.Add(pid);
        }
        return found;
    }
}
