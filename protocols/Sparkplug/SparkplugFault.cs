namespace HyperIngest.Sparkplug;

/// <summary>Why bytes are no Sparkplug payload.</summary>
public enum SparkplugFault : byte
{
    /// <summary>They are one.</summary>
    None = 0,

    /// <summary>A field, or the length before it, goes beyond the end.</summary>
    Truncated,

    /// <summary>A varint has more than 64 bits.</summary>
    InvalidVarint,

    /// <summary>A key has field number 0, more than 29 bits, or a wire type that the schema has not (groups, 6, 7).</summary>
    InvalidKey,

    /// <summary>A field of the schema has another wire type than the schema says.</summary>
    WrongWireType,
}

/// <summary>Faults in words.</summary>
public static class SparkplugFaults
{
    /// <summary>What is wrong, fit for a dead letter.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="at">Where it is, in bytes from the payload's start.</param>
    public static string Describe(SparkplugFault fault, int at) => fault switch
    {
        SparkplugFault.None => "it is a Sparkplug payload",
        SparkplugFault.Truncated => $"it is no Sparkplug payload: the field at byte {at} goes beyond the end",
        SparkplugFault.InvalidVarint => $"it is no Sparkplug payload: the varint at byte {at} has more than 64 bits",
        SparkplugFault.InvalidKey => $"it is no Sparkplug payload: the field at byte {at} has a number or wire type that protobuf has not",
        _ => $"it is no Sparkplug payload: the field at byte {at} has another wire type than the Sparkplug schema says",
    };
}
