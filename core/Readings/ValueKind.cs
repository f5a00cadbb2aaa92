namespace HyperIngest.Core.Readings;

/// <summary>How the 8 value bytes of a series' readings are to be read.</summary>
public enum ValueKind : byte
{
    /// <summary>IEEE 754 double.</summary>
    Float64 = 0,

    /// <summary>Signed 64-bit integer.</summary>
    Int64 = 1,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64 = 2,

    /// <summary>0 or 1.</summary>
    Bool = 3,

    /// <summary>A handle into the <see cref="TextTable"/>.</summary>
    Text = 4,
}
