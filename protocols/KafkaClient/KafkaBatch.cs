using System.Runtime.InteropServices;
using HyperIngest.Kafka.Native;

namespace HyperIngest.Kafka;

/// <summary>Consumed messages, in the library's memory until <see cref="Clear"/> or the next <see cref="KafkaConsumer.Consume"/>. The consuming thread's; used again and again.</summary>
public sealed unsafe class KafkaBatch : IDisposable
{
    private const int MaxHeaderNameBytes = 255;

    private readonly KafkaMessage** _messages;

    /// <summary>Room for so many messages.</summary>
    public KafkaBatch(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _messages = (KafkaMessage**)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(KafkaMessage*));
    }

    /// <summary>Most messages in it.</summary>
    public int Capacity { get; }

    /// <summary>Messages in it.</summary>
    public int Count { get; private set; }

    /// <summary>The message at <paramref name="index"/>; one with an <see cref="KafkaMessage.Error"/> is no message but something the consumer has to say.</summary>
    public ref readonly KafkaMessage this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            return ref *_messages[index];
        }
    }

    /// <summary>What the library says of the error that stands in the message's place.</summary>
    public string ErrorText(int index) => Marshal.PtrToStringUTF8(Librdkafka.MessageErrorText(_messages[index])) ?? "";

    /// <summary>A header of the message, the last of that name; false when it has none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The name is longer than 255 bytes.</exception>
    public bool TryGetHeader(int index, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        nint headers;
        if (Librdkafka.MessageHeaders(_messages[index], &headers) != 0) return false;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxHeaderNameBytes);
        // The library wants it to end in a zero.
        byte* terminated = stackalloc byte[MaxHeaderNameBytes + 1];
        name.CopyTo(new Span<byte>(terminated, MaxHeaderNameBytes));
        terminated[name.Length] = 0;
        byte* bytes;
        nint length;
        if (Librdkafka.HeaderGetLast(headers, terminated, &bytes, &length) != 0) return false;
        value = new ReadOnlySpan<byte>(bytes, (int)length);
        return true;
    }

    /// <summary>Gives the messages back.</summary>
    public void Clear()
    {
        for (int i = 0; i < Count; i++) Librdkafka.MessageDestroy(_messages[i]);
        Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        NativeMemory.Free(_messages);
        GC.SuppressFinalize(this);
    }

    internal int Fill(nint queue, TimeSpan limit)
    {
        Clear();
        nint taken = Librdkafka.ConsumeBatch(queue, (int)limit.TotalMilliseconds, _messages, Capacity);
        Count = (int)Math.Max(0, taken);
        return Count;
    }
}
