using System.Runtime.CompilerServices;
using System.Text.Json;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>
/// Reads what most devices send, <c>{"value":21.5,"timestamp":1763740800123}</c>: one object of numbers, words and strings without escapes. It takes less than half the time of a general
/// reader. Whatever else a document is, or is wrong with it, is <see cref="NestedJson"/>'s to tell.
/// </summary>
internal static class FlatJson
{
    /// <summary>Reads a document that is valid UTF-8; false, and what was read not to be used, when it is none of these.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, JsonMembers members)
    {
        int at = SkipBlanks(json, 0);
        if ((uint)at >= (uint)json.Length || json[at] != '{') return false;
        at = SkipBlanks(json, at + 1);
        if ((uint)at < (uint)json.Length && json[at] == '}') return IsEnd(json, at + 1);
        while (members.Count < JsonMembers.MaxCount)
        {
            if ((uint)at >= (uint)json.Length || json[at] != '"') return false;
            int nameAt = at + 1;
            int nameEnd = EndOfString(json, nameAt);
            if (nameEnd < 0) return false;
            at = SkipBlanks(json, nameEnd + 1);
            if ((uint)at >= (uint)json.Length || json[at] != ':') return false;
            at = SkipBlanks(json, at + 1);
            if (!TryScalar(json, ref at, out JsonTokenType type, out int valueAt, out int length)) return false;
            members.Add(nameAt, nameEnd - nameAt, type, valueAt, length);
            at = SkipBlanks(json, at);
            if ((uint)at >= (uint)json.Length) return false;
            if (json[at] == '}') return IsEnd(json, at + 1);
            if (json[at] != ',') return false;
            at = SkipBlanks(json, at + 1);
        }
        return false;
    }

    private static bool IsEnd(ReadOnlySpan<byte> json, int at) => SkipBlanks(json, at) == json.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipBlanks(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && json[at] <= ' ' && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        return at;
    }

    // The place of the closing quotation mark; -1 for a string with escapes, control characters or no end. Names and words are short: a loop finds their end sooner than a vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        for (; (uint)at < (uint)json.Length; at++)
        {
            byte b = json[at];
            if (b == '"') return at;
            if (b == '\\' || b < ' ') return -1;
        }
        return -1;
    }

    private static bool TryScalar(ReadOnlySpan<byte> json, ref int at, out JsonTokenType type, out int valueAt, out int length)
    {
        type = JsonTokenType.Number;
        valueAt = at;
        length = 0;
        if ((uint)at >= (uint)json.Length) return false;
        switch (json[at])
        {
            case (byte)'"':
                type = JsonTokenType.String;
                int end = EndOfString(json, ++valueAt);
                if (end < 0) return false;
                length = end - valueAt;
                at = end + 1;
                return true;
            case (byte)'t':
                type = JsonTokenType.True;
                return TryWord(json, "true"u8, ref at, out length);
            case (byte)'f':
                type = JsonTokenType.False;
                return TryWord(json, "false"u8, ref at, out length);
            case (byte)'n':
                type = JsonTokenType.Null;
                return TryWord(json, "null"u8, ref at, out length);
            default:
                at = EndOfNumber(json, at);
                length = at - valueAt;
                return at >= 0;
        }
    }

    private static bool TryWord(ReadOnlySpan<byte> json, ReadOnlySpan<byte> word, ref int at, out int length)
    {
        length = word.Length;
        if (!json[at..].StartsWith(word)) return false;
        at += length;
        return true;
    }

    // RFC 8259, 6: a minus, an integer without leading zeros, a fraction, an exponent. What may follow the number, its caller looks at.
    private static int EndOfNumber(ReadOnlySpan<byte> json, int at)
    {
        if (json[at] == '-') at++;
        int first = at;
        at = SkipDigits(json, at);
        if (at == first || (at > first + 1 && json[first] == '0')) return -1;
        if ((uint)at < (uint)json.Length && json[at] == '.')
        {
            int point = ++at;
            at = SkipDigits(json, at);
            if (at == point) return -1;
        }
        if ((uint)at < (uint)json.Length && json[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if ((uint)at < (uint)json.Length && json[at] is (byte)'+' or (byte)'-') at++;
            int exponent = at;
            at = SkipDigits(json, at);
            if (at == exponent) return -1;
        }
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipDigits(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && (uint)(json[at] - '0') <= 9) at++;
        return at;
    }
}
