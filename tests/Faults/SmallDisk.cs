namespace HyperIngest.Tests.Faults;

/// <summary>A file system of its own that is soon full: a tmpfs, which only root can mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int PageBytes = 4096;
    private readonly bool _mounted;

    public SmallDisk(string size)
    {
        Assert.True(Environment.IsPrivilegedProcess, "This test mounts a small tmpfs: run it as root.");
        Path = Directory.CreateTempSubdirectory("hyperingest-disk-").FullName;
        SystemProgram.Run("mount", "-t", "tmpfs", "-o", $"size={size}", "hyperingest-test", Path);
        _mounted = true;
    }

    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Takes all the room there is, to the last page.</summary>
    public void Fill()
    {
        using FileStream file = new(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[16 * PageBytes];
        while (block.Length > 0)
        {
            try
            {
                file.Write(block);
            }
            catch (IOException)
            {
                // Full for this block: to the last page.
                block = block.Length > PageBytes ? new byte[block.Length / 2] : [];
            }
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        if (_mounted) SystemProgram.Run("umount", "--lazy", Path);
        Directory.Delete(Path);
    }
}
