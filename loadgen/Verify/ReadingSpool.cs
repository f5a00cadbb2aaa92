using System.Runtime.InteropServices;
using HyperIngest.Core.Readings;

namespace HyperIngest.LoadGen.Verify;

/// <summary>Readings on disk, in order of arrival, for what can be read once only and be judged only at the end. 32 bytes a reading; the file goes with the spool.</summary>
internal sealed class ReadingSpool : IDisposable
{
    // A write every 8,192 readings: enough to make the calls cheap, and small.
    private const int BufferReadings = 8192;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly Reading[] _buffer = new Reading[BufferReadings];
    private int _buffered;

    /// <summary>An empty spool at <paramref name="path"/>.</summary>
    public ReadingSpool(string path)
    {
        _path = path;
        _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }

    // Written by the appending thread alone; read by who shows progress.
    private long _count;

    /// <summary>Readings in it.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Appends.</summary>
    public void Append(ReadOnlySpan<Reading> readings)
    {
        Volatile.Write(ref _count, _count + readings.Length);
        while (!readings.IsEmpty)
        {
            int taken = Math.Min(readings.Length, BufferReadings - _buffered);
            readings[..taken].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += taken;
            readings = readings[taken..];
            if (_buffered == BufferReadings) Flush();
        }
    }

    /// <summary>Hands all of it to <paramref name="take"/>, block by block.</summary>
    public void ReadAll(Action<Reading[], int> take, CancellationToken cancellationToken)
    {
        Flush();
        _file.Position = 0;
        for (long left = Count; left > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int block = (int)Math.Min(left, BufferReadings);
            _file.ReadExactly(MemoryMarshal.AsBytes(_buffer.AsSpan(0, block)));
            take(_buffer, block);
            left -= block;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    private void Flush()
    {
        _file.Write(MemoryMarshal.AsBytes(_buffer.AsSpan(0, _buffered)));
        _buffered = 0;
    }
}
