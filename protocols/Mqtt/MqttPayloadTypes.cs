namespace HyperIngest.Protocols.Mqtt;

/// <summary>The kind of a rule's new series. A series that the catalog has keeps its kind; values of another type are converted where nothing is lost.</summary>
public enum MqttValueKind : byte
{
    /// <summary>By the first value: a number is Float64, true and false are bool, a string is text.</summary>
    Auto,

    /// <summary>IEEE 754 double; <c>"NaN"</c>, <c>"Infinity"</c> and <c>"-Infinity"</c> are known as strings.</summary>
    Float64,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>Text of at most 4096 characters; numbers are the text they were written with.</summary>
    Text,
}

/// <summary>The unit of a time that is a number since 1970-01-01T00:00:00Z.</summary>
public enum MqttTimeUnit : byte
{
    /// <summary>
    /// Guessed by magnitude: below 10^11 seconds (to the year 5138), below 10^14 milliseconds, below 10^17 microseconds, nanoseconds from there. Milliseconds before March 1973, and
    /// what is finer before then, are guessed wrong: say the unit where such times can be.
    /// </summary>
    Auto,

    /// <summary>Seconds.</summary>
    Seconds,

    /// <summary>Milliseconds.</summary>
    Milliseconds,

    /// <summary>Microseconds.</summary>
    Microseconds,

    /// <summary>Nanoseconds; what is finer than 100 ns is cut off.</summary>
    Nanoseconds,
}

/// <summary>How a payload writes the quality of its values.</summary>
public enum MqttQualityType : byte
{
    /// <summary>Words, booleans, numbers to 255 as OPC DA (so that 0 is bad) and greater ones as OPC UA: where an OPC UA server's 0 is good, say <see cref="OpcUa"/>.</summary>
    Auto,

    /// <summary>OPC DA: the top two bits of the low byte are bad (0), uncertain (64) or good (192).</summary>
    OpcDa,

    /// <summary>An OPC UA StatusCode, kept bit for bit.</summary>
    OpcUa,

    /// <summary><c>good</c>, <c>uncertain</c>, <c>bad</c> in any case, or true (good) and false (bad).</summary>
    Word,
}

/// <summary>What the bytes of a binary value are.</summary>
public enum MqttBinaryType : byte
{
    /// <summary>A bit, or a byte that is not 0.</summary>
    Bool,

    /// <summary>One byte, signed.</summary>
    Int8,

    /// <summary>One byte.</summary>
    UInt8,

    /// <summary>Two bytes, signed.</summary>
    Int16,

    /// <summary>Two bytes.</summary>
    UInt16,

    /// <summary>Four bytes, signed.</summary>
    Int32,

    /// <summary>Four bytes.</summary>
    UInt32,

    /// <summary>Eight bytes, signed.</summary>
    Int64,

    /// <summary>Eight bytes.</summary>
    UInt64,

    /// <summary>Four bytes, IEEE 754.</summary>
    Float32,

    /// <summary>Eight bytes, IEEE 754.</summary>
    Float64,
}

/// <summary>The order of a value's bytes; A is the most significant byte of a 32-bit value. 64-bit values take the same rule over four words, 16-bit values the order in one word.</summary>
public enum MqttByteOrder : byte
{
    /// <summary>Most significant byte first.</summary>
    ABCD,

    /// <summary>Least significant word first, each word's most significant byte first.</summary>
    CDAB,

    /// <summary>Most significant word first, each word's least significant byte first.</summary>
    BADC,

    /// <summary>Least significant byte first.</summary>
    DCBA,
}
