using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace HyperIngest.Core.Delivery;

/// <summary>A record from upstream that is no readings, for the <see cref="DeadLetters"/>: where it can be found again, how it begins, and what is wrong with it.</summary>
public readonly ref struct RecordLetter
{
    /// <summary>Bytes of the value that a letter keeps: enough to see what it is. The whole record is in its topic, at its offset.</summary>
    public const int KeptBytes = 4096;

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The topic it came from.</summary>
    public required string Topic { get; init; }

    /// <summary>The topic's partition.</summary>
    public required int Partition { get; init; }

    /// <summary>Its offset in the partition.</summary>
    public required long Offset { get; init; }

    /// <summary>Its key; empty for none.</summary>
    public required ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Its value, whole.</summary>
    public required ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Why it is here.</summary>
    public required string Reason { get; init; }

    /// <summary>One JSON line.</summary>
    internal void Compose(IBufferWriter<byte> line, DateTime at)
    {
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteString("at", at);
            json.WriteString("source", Source);
            json.WriteString("topic", Topic);
            json.WriteNumber("partition", Partition);
            json.WriteNumber("offset", Offset);
            json.WriteString("reason", Reason);
            ReadOnlySpan<byte> key = Key[..Math.Min(Key.Length, KeptBytes)];
            // A key is text nearly always; what is not, or was cut within a character, stands there in base64.
            if (Utf8.IsValid(key)) json.WriteString("key", key);
            else json.WriteBase64String("keyBase64", key);
            json.WriteNumber("bytes", Value.Length);
            json.WriteBase64String("valueBase64", Value[..Math.Min(Value.Length, KeptBytes)]);
            json.WriteEndObject();
        }
        line.Write("\n"u8);
    }
}
