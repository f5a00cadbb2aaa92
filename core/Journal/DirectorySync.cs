using System.Runtime.InteropServices;

namespace HyperIngest.Core.Journal;

/// <summary>
/// Forces a folder's entries to the disk: a new file whose data is durable is still lost in a power cut when its name is not. The framework has no call for it; on systems
/// without POSIX folders (Windows) the file system journals names itself and nothing is done.
/// </summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0;

    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int file = Open(folder, ReadOnly);
        if (file < 0) throw new IOException($"{folder}: the folder cannot be opened to sync it (errno {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (Fsync(file) != 0) throw new IOException($"{folder}: the folder's entries cannot be synced (errno {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(file);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
