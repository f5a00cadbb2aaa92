using System.Diagnostics;
using System.Globalization;

namespace HyperIngest.Bench.Ceilings.Stages;

/// <summary><c>dd if=/dev/zero</c> with a block size, into a preallocated file, by the time it says itself.</summary>
internal sealed class DiskDump(string path, int blockBytes, bool sync) : IContender
{
    // A first guess; each run sets the next one's by the rate it saw.
    private const int FirstBlocks = 64;

    // 1 GiB, so that a fast disk's cache is not filled for nothing.
    private const int MostBlocks = 2048;

    private int _blocks = FirstBlocks;

    /// <inheritdoc/>
    public string Name => sync ? "dd oflag=sync" : "dd";

    /// <inheritdoc/>
    public ContenderSample Run(TimeSpan slice)
    {
        // A new file of its final size for each run, as a new segment is; fallocate has its blocks, so that only data is written.
        File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, (long)_blocks * blockBytes).Dispose();
        try
        {
            string said = RunProgram(["if=/dev/zero", $"of={path}", $"bs={blockBytes}", $"count={_blocks}", "conv=notrunc", .. sync ? (string[])["oflag=sync"] : []]);
            ContenderSample sample = Read(said);
            _blocks = (int)Math.Clamp(sample.Rate * slice.TotalSeconds / blockBytes, 1, MostBlocks);
            return sample;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The last line that dd prints: <c>67117056 bytes (67 MB, 64 MiB) copied, 0.0301 s, 2.2 GB/s</c>.</summary>
    /// <exception cref="FormatException">It is another line.</exception>
    internal static ContenderSample Read(string said)
    {
        string line = said.TrimEnd().Split('\n')[^1];
        int copied = line.IndexOf(" copied, ", StringComparison.Ordinal);
        int end = copied < 0 ? -1 : line.IndexOf(" s,", copied, StringComparison.Ordinal);
        if (end >= 0
            && long.TryParse(line[..line.IndexOf(' ', StringComparison.Ordinal)], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            && double.TryParse(line[(copied + " copied, ".Length)..end], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            && seconds > 0)
        {
            return new ContenderSample(bytes, seconds);
        }
        throw new FormatException($"dd: expected a last line such as '512 bytes copied, 0.001 s, 1 MB/s', found '{line}'.");
    }

    private static string RunProgram(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("dd", arguments) { RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("dd did not start.");
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"dd failed: {said.Trim()}");
    }
}
