using System.Buffers;
using System.Text;

namespace HyperIngest.Core.Records;

/// <summary>Strings of JSON (RFC 8259, 7): what must be escaped is, everything else is UTF-8 as it stands.</summary>
internal static class JsonText
{
    /// <summary>Most bytes a UTF-16 character becomes: <c>\u001F</c>.</summary>
    public const int MaxBytesPerChar = 6;

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000A\u000B\u000C\u000D\u000E\u000F"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F");

    /// <summary>Writes a text without its quotes; there must be room for <see cref="MaxBytesPerChar"/> bytes a character.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<char> text, Span<byte> destination)
    {
        int written = 0;
        while (true)
        {
            int plain = text.IndexOfAny(Escaped);
            if (plain < 0) return written + Encoding.UTF8.GetBytes(text, destination[written..]);
            written += Encoding.UTF8.GetBytes(text[..plain], destination[written..]);
            written += WriteEscaped(text[plain], destination[written..]);
            text = text[(plain + 1)..];
        }
    }

    private static int WriteEscaped(char character, Span<byte> destination)
    {
        destination[0] = (byte)'\\';
        byte letter = character switch
        {
            '"' => (byte)'"',
            '\\' => (byte)'\\',
            '\b' => (byte)'b',
            '\f' => (byte)'f',
            '\n' => (byte)'n',
            '\r' => (byte)'r',
            '\t' => (byte)'t',
            _ => 0,
        };
        if (letter != 0)
        {
            destination[1] = letter;
            return 2;
        }
        "u00"u8.CopyTo(destination[1..]);
        destination[4] = (byte)(character < 0x10 ? '0' : '1');
        destination[5] = "0123456789ABCDEF"u8[character & 0xF];
        return MaxBytesPerChar;
    }
}
