using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>
/// How much of a file is stored: a thinned segment has holes, which take no room. The framework has no call for it; where the system has none either (Windows), or the file system
/// keeps no holes, a file takes its length.
/// </summary>
internal static partial class SparseFile
{
    // <unistd.h>: the two are the other way round on macOS.
    private static readonly int SeekData = OperatingSystem.IsMacOS() ? 4 : 3;
    private static readonly int SeekHole = OperatingSystem.IsMacOS() ? 3 : 4;

    /// <summary>Bytes of the file up to <paramref name="length"/> that are not in holes.</summary>
    public static long StoredBytes(SafeFileHandle file, long length)
    {
        if (OperatingSystem.IsWindows()) return length;
        long stored = 0;
        for (long hole = 0; hole < length;)
        {
            // No data behind a hole is an error (ENXIO), and so is a system that cannot tell.
            long data = Seek(file, hole, SeekData);
            if (data < 0) return hole == 0 && Seek(file, 0, SeekHole) < 0 ? length : stored;
            if (data >= length) return stored;
            hole = Seek(file, data, SeekHole);
            if (hole < 0 || hole > length) hole = length;
            stored += hole - data;
        }
        return stored;
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);
}
