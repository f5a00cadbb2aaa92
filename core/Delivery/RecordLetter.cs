using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace HyperIngest.Core.Delivery;

/// <summary>What is known of a message from upstream that stays nowhere once it is acknowledged.</summary>
/// <param name="Qos">Its quality of service, 0 to 2.</param>
/// <param name="PacketId">Its packet identifier; 0 for none.</param>
public readonly record struct MessageIdentity(int Qos, int PacketId);

/// <summary>
/// A record or a message from upstream that is no readings, for the <see cref="DeadLetters"/>: what it is, what is wrong with it, and where it can be found again if it stays there.
/// </summary>
public readonly ref struct RecordLetter
{
    /// <summary>Bytes of the value that a record's letter keeps: enough to see what it is. The whole record is in its topic, at its offset.</summary>
    public const int KeptBytes = 4096;

    /// <summary>Bytes of the value that a message's letter keeps: all of any message but a file, because it is nowhere else.</summary>
    public const int KeptMessageBytes = 65_536;

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The topic it came from.</summary>
    public required string Topic { get; init; }

    /// <summary>A message's own particulars; null for a record of a topic that keeps it.</summary>
    public MessageIdentity? Message { get; init; }

    /// <summary>The topic's partition; of a record.</summary>
    public int Partition { get; init; }

    /// <summary>Its offset in the partition; of a record.</summary>
    public long Offset { get; init; }

    /// <summary>Its key; empty for none. Of a record.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

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
            if (Message is { } message) ComposeMessage(json, message);
            else ComposeRecord(json);
            json.WriteEndObject();
        }
        line.Write("\n"u8);
    }

    private void ComposeRecord(Utf8JsonWriter json)
    {
        json.WriteNumber("partition", Partition);
        json.WriteNumber("offset", Offset);
        json.WriteString("reason", Reason);
        ReadOnlySpan<byte> key = Key[..Math.Min(Key.Length, KeptBytes)];
        // A key is text nearly always; what is not, or was cut within a character, stands there in base64.
        if (Utf8.IsValid(key)) json.WriteString("key", key);
        else json.WriteBase64String("keyBase64", key);
        ComposeValue(json, KeptBytes);
    }

    private void ComposeMessage(Utf8JsonWriter json, in MessageIdentity message)
    {
        json.WriteNumber("qos", message.Qos);
        if (message.PacketId != 0) json.WriteNumber("packetId", message.PacketId);
        json.WriteString("reason", Reason);
        ComposeValue(json, KeptMessageBytes);
    }

    private void ComposeValue(Utf8JsonWriter json, int kept)
    {
        json.WriteNumber("bytes", Value.Length);
        json.WriteBase64String("valueBase64", Value[..Math.Min(Value.Length, kept)]);
    }
}
