namespace HyperIngest.Bench;

/// <summary>A folder for what a measurement writes, deleted with all that is in it.</summary>
internal sealed class BenchFolder : IDisposable
{
    private const string MemoryFolder = "/dev/shm";

    // What the gate's journal workloads take at most, several times over.
    private const long NeededBytes = 256L << 20;

    /// <summary>A new folder under <paramref name="parent"/>, or under the system's temporary folder.</summary>
    public BenchFolder(string? parent)
    {
        DirectoryInfo folder = parent is null
            ? Directory.CreateTempSubdirectory("hyperingest-bench-")
            : Directory.CreateDirectory(System.IO.Path.Combine(parent, $"hyperingest-bench-{Guid.NewGuid():N}"));
        Path = folder.FullName;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>A folder for files whose disk is not to be measured: in memory where the operating system has such a place.</summary>
    public static BenchFolder InMemory() => new(Directory.Exists(MemoryFolder) && new DriveInfo(MemoryFolder).AvailableFreeSpace >= NeededBytes ? MemoryFolder : null);

    /// <summary>The path of a file or folder in it.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
