using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Bench.Gate.References;

/// <summary>Blocks of a batch's size written to, or read from, a file in the same kind of place, with a plain CRC-32C of each: one call to the operating system and one pass over memory.</summary>
internal sealed class FileReference : Workload
{
    private const int Readings = 4096;
    private const int BlockBytes = Readings * 32;

    // Read: as many as the journal's workload reads. Written: as many as a journal gets before it is begun anew.
    private const int BlocksRead = 8;
    private const int BlocksWritten = 96;

    private readonly BenchFolder _folder = BenchFolder.InMemory();
    private readonly byte[] _block = GC.AllocateArray<byte>(BlockBytes, pinned: true);
    private readonly bool _writes;
    private SafeFileHandle _file;
    private int _at;

    public FileReference(bool writes)
    {
        _writes = writes;
        _file = Open();
        for (int i = 0; !writes && i < BlocksRead; i++) RandomAccess.Write(_file, _block, (long)i * BlockBytes);
    }

    public override int OperationsPerIteration => Readings;

    public override int MaxIterations => 24;

    public override void Reset()
    {
        if (!_writes || _at + MaxIterations <= BlocksWritten) return;
        _file.Dispose();
        _file = Open();
        _at = 0;
    }

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++, _at++)
        {
            if (!_writes) RandomAccess.Read(_file, _block, i % BlocksRead * (long)BlockBytes);
            if (Checksum(_block) == 0) throw new InvalidOperationException("The checksum of zeros is not 0.");
            if (_writes) RandomAccess.Write(_file, _block, (long)_at * BlockBytes);
        }
    }

    protected override void Close()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    private SafeFileHandle Open()
    {
        string path = Path.Combine(_folder.Path, "blocks");
        File.Delete(path);
        return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, preallocationSize: (long)BlockBytes * BlocksWritten);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint state = uint.MaxValue;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes)) state = BitOperations.Crc32C(state, word);
        return ~state;
    }
}
