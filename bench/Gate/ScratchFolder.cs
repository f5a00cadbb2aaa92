namespace HyperIngest.Bench.Gate;

/// <summary>A folder for files whose disk is not to be measured: in memory where the operating system has such a place.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private const string MemoryFolder = "/dev/shm";

    // What the journal workloads take at most, several times over.
    private const long NeededBytes = 256L << 20;

    private readonly DirectoryInfo _folder;

    public ScratchFolder()
    {
        bool inMemory = Directory.Exists(MemoryFolder) && new DriveInfo(MemoryFolder).AvailableFreeSpace >= NeededBytes;
        _folder = inMemory
            ? Directory.CreateDirectory(System.IO.Path.Combine(MemoryFolder, $"hyperingest-gate-{Guid.NewGuid():N}"))
            : Directory.CreateTempSubdirectory("hyperingest-gate-");
    }

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
