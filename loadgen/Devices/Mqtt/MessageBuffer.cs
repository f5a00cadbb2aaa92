using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>A buffer that a message is written into, and the next one over it. One publishing thread's.</summary>
internal sealed class MessageBuffer : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[8 << 10];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Nothing is written.</summary>
    public void Clear() => Length = 0;

    /// <summary>Room for at least so many bytes; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_bytes.Length - Length < bytes) Grow(bytes);
        return _bytes.AsSpan(Length);
    }

    /// <summary>So many bytes of the room were used.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Writes bytes as they are.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes digits.</summary>
    public void WriteNumber(long value) => Advance(Utf8Formatter.TryFormat(value, Room(20), out int written) ? written : throw new UnreachableException("20 bytes hold any long."));

    /// <summary>Writes digits.</summary>
    public void WriteNumber(ulong value) => Advance(Utf8Formatter.TryFormat(value, Room(20), out int written) ? written : throw new UnreachableException("20 bytes hold any ulong."));

    /// <summary>Writes a number so that reading it gives the same bits again.</summary>
    public void WriteNumber(double value) => Advance(Utf8Formatter.TryFormat(value, Room(32), out int written) ? written : throw new UnreachableException("32 bytes hold any double."));

    /// <summary>Writes a number so that reading it gives the same bits again.</summary>
    public void WriteNumber(float value) => Advance(Utf8Formatter.TryFormat(value, Room(32), out int written) ? written : throw new UnreachableException("32 bytes hold any float."));

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => Room(Math.Max(1, sizeHint));

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Room(Math.Max(1, sizeHint));
        return _bytes.AsMemory(Length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int bytes) => Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)Length + bytes)));
}
