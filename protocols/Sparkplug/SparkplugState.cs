using System.Text;
using System.Text.Json;

namespace HyperIngest.Sparkplug;

/// <summary>The payload of a host application's STATE message (Sparkplug 3.0, 6.4.30): <c>{"online":true,"timestamp":1668114759262}</c>.</summary>
/// <param name="IsOnline">Whether the host application is there.</param>
/// <param name="Timestamp">When it connected, ms since 1970-01-01 UTC; of its will and its going, the same as of its coming. An older one than the last is to be ignored.</param>
public readonly record struct SparkplugState(bool IsOnline, long Timestamp)
{
    // What matters has 45; nobody has a use for a long one.
    private const int MaxBytes = 4096;

    /// <summary>The payload.</summary>
    public byte[] Compose() => Encoding.ASCII.GetBytes($"{{\"online\":{(IsOnline ? "true" : "false")},\"timestamp\":{Timestamp}}}");

    /// <summary>Reads a payload; false when it is not JSON with an <c>online</c> that is a boolean and a <c>timestamp</c> that is an integer, as Sparkplug 2's are not.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out SparkplugState state)
    {
        state = default;
        if (payload.Length > MaxBytes) return false;
        bool? online = null;
        long? timestamp = null;
        Utf8JsonReader reader = new(payload);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isOnline = reader.ValueTextEquals("online"u8);
                bool isTimestamp = reader.ValueTextEquals("timestamp"u8);
                if (!reader.Read()) return false;
                if (isOnline && reader.TokenType is (JsonTokenType.True or JsonTokenType.False)) online = reader.TokenType == JsonTokenType.True;
                else if (isTimestamp && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long value)) timestamp = value;
                else reader.Skip();
            }
            // What follows the object makes it no JSON.
            if (reader.Read()) return false;
        }
        catch (JsonException)
        {
            return false;
        }
        if (online is null || timestamp is null) return false;
        state = new SparkplugState(online.Value, timestamp.Value);
        return true;
    }
}
