using System.Buffers.Binary;

namespace HyperIngest.Tests.Faults;

/// <summary>
/// The wall clock of one child process, which a test may step while it runs: a preloaded library, compiled here, that adds an offset from a shared file to CLOCK_REALTIME.
/// No namespace has a wall clock of its own, and the machine's belongs to everybody. The monotonic clock stays as it is, as it does when a real clock is set.
/// </summary>
internal sealed class SteppableClock : IDisposable
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>

        static const volatile int64_t *offset_seconds;

        __attribute__((constructor)) static void open_offset(void)
        {
            const char *path = getenv("STEPPED_CLOCK");
            int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *page = mmap(0, sizeof *offset_seconds, PROT_READ, MAP_SHARED, file, 0);
            close(file);
            if (page != MAP_FAILED) offset_seconds = page;
        }

        int clock_gettime(clockid_t clock, struct timespec *now)
        {
            int result = syscall(SYS_clock_gettime, clock, now);
            if (result == 0 && offset_seconds && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *offset_seconds;
            return result;
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-clock-");

    public SteppableClock()
    {
        string source = Path.Combine(_folder.FullName, "clock.c");
        File.WriteAllText(source, Source);
        SystemProgram.Run("cc", "-shared", "-fPIC", "-O2", "-o", Library, source);
        Step(TimeSpan.Zero);
    }

    /// <summary>What a child needs to live by this clock.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["LD_PRELOAD"] = Library, ["STEPPED_CLOCK"] = Offset };

    private string Library => Path.Combine(_folder.FullName, "clock.so");

    private string Offset => Path.Combine(_folder.FullName, "offset");

    /// <summary>From now on the clock is off by this, in whole seconds.</summary>
    public void Step(TimeSpan offset)
    {
        byte[] seconds = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(seconds, (long)offset.TotalSeconds);
        // In place and in one write: the child has the page mapped.
        using FileStream file = new(Offset, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(seconds);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
