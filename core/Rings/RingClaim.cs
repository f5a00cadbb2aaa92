using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Rings;

/// <summary>
/// Slots of a ring that belong to one producer until it publishes them. The slots are contiguous in sequence; where they pass
/// the end of the buffer they lie in two spans.
/// </summary>
/// <typeparam name="T">What the ring carries.</typeparam>
public readonly ref struct RingClaim<T>
    where T : unmanaged
{
    internal RingClaim(long sequence, Span<T> first, Span<T> second)
    {
        Sequence = sequence;
        First = first;
        Second = second;
    }

    /// <summary>Sequence of the first slot.</summary>
    public long Sequence { get; }

    /// <summary>The slots up to the end of the buffer.</summary>
    public Span<T> First { get; }

    /// <summary>The slots from the start of the buffer; empty in most claims.</summary>
    public Span<T> Second { get; }

    /// <summary>Slots claimed.</summary>
    public int Count => First.Length + Second.Length;

    /// <summary>The slot at <paramref name="index"/>, 0 to <see cref="Count"/>-1.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)index < (uint)First.Length) return ref First[index];
            return ref Second[index - First.Length];
        }
    }

    /// <summary>Copies <paramref name="source"/> into the slots; it must be exactly <see cref="Count"/> long.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public void Fill(ReadOnlySpan<T> source)
    {
        if (source.Length != Count) throw new ArgumentException($"{source.Length} items for a claim of {Count}.", nameof(source));
        source[..First.Length].CopyTo(First);
        source[First.Length..].CopyTo(Second);
    }
}
