namespace HyperIngest.Tests.Faults;

/// <summary>
/// An ext4 file system in a file, on a loop device, which only root can mount. It can be made to do what ext4 does when its device fails under it: it takes no more writes, also on
/// files that are open, which a remount by hand refuses to do.
/// </summary>
internal sealed class FailingDisk : IDisposable
{
    private readonly DirectoryInfo _folder;
    private bool _mounted;

    public FailingDisk(string size)
    {
        Assert.True(Environment.IsPrivilegedProcess, "This test mounts an ext4 image on a loop device: run it as root.");
        _folder = Directory.CreateTempSubdirectory("hyperingest-ext4-");
        Directory.CreateDirectory(Path);
        SystemProgram.Run("truncate", "-s", size, Image);
        SystemProgram.Run("mkfs.ext4", "-q", Image);
        Mount();
    }

    public string Path => System.IO.Path.Combine(_folder.FullName, "disk");

    private string Image => System.IO.Path.Combine(_folder.FullName, "image");

    /// <summary>From here on it is read-only, as ext4 makes itself on an error (mount option abort, ext4(5)).</summary>
    public void FailToReadOnly() => SystemProgram.Run("mount", "-o", "remount,abort", Path);

    /// <summary>Unmounts it and mounts it again, which is what mends it; nobody may have a file of it open.</summary>
    public void Mend()
    {
        Unmount();
        Mount();
    }

    public void Dispose()
    {
        if (_mounted) Unmount("--lazy");
        _folder.Delete(recursive: true);
    }

    private void Mount()
    {
        SystemProgram.Run("mount", "-o", "loop", Image, Path);
        _mounted = true;
    }

    private void Unmount(params string[] how)
    {
        SystemProgram.Run("umount", [.. how, Path]);
        _mounted = false;
    }
}
