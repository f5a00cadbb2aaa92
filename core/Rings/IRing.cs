namespace HyperIngest.Core.Rings;

/// <summary>
/// A bounded queue of values between producer threads and one consumer thread. Producers claim slots, write into them in place
/// and publish; the consumer reads published slots in place and releases them. Nobody waits inside: a full ring says no.
/// </summary>
/// <remarks>
/// Callers on the hot path use the sealed rings themselves, not this interface; it is what the shared contract tests see.
/// </remarks>
/// <typeparam name="T">What the ring carries.</typeparam>
public interface IRing<T>
    where T : unmanaged
{
    /// <summary>Slots, a power of two.</summary>
    int Capacity { get; }

    /// <summary>Slots claimed or published and not yet released; exact only when nobody is at work.</summary>
    int Used { get; }

    /// <summary>Claims <paramref name="count"/> slots, 1 to <see cref="Capacity"/>, all or none.</summary>
    /// <returns>False when the ring has fewer free slots; nothing is claimed then.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count can never fit.</exception>
    bool TryClaim(int count, out RingClaim<T> claim);

    /// <summary>Hands a claim, wholly written, to the consumer. Every claim must be published, once, by the thread that made it.</summary>
    void Publish(in RingClaim<T> claim);

    /// <summary>Consumer only: the published slots that lie contiguous from the oldest; empty when there are none.</summary>
    ReadOnlySpan<T> Peek();

    /// <summary>Consumer only: releases the <paramref name="count"/> oldest slots of the last <see cref="Peek"/>.</summary>
    void Release(int count);
}
