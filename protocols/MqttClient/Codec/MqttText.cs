using System.Text;

namespace HyperIngest.Mqtt;

/// <summary>UTF-8 strings as the protocol has them (MQTT 5.0, 1.5.4).</summary>
internal static class MqttText
{
    /// <summary>Most bytes of a string.</summary>
    public const int MaxBytes = ushort.MaxValue;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A string's bytes.</summary>
    /// <exception cref="ArgumentException">It has an unpaired surrogate or U+0000, or more than 65,535 bytes.</exception>
    public static byte[] Encode(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("A string of MQTT has no U+0000.", nameof(text));
        byte[] bytes = Strict.GetBytes(text);
        if (bytes.Length > MaxBytes) throw new ArgumentException($"A string of MQTT has at most {MaxBytes} bytes; this one has {bytes.Length}.", nameof(text));
        return bytes;
    }

    /// <summary>The string, of bytes that were found valid.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
