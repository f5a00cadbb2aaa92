namespace HyperIngest.Sparkplug;

/// <summary>Data types of metrics (Sparkplug 3.0, 6.4.16).</summary>
public enum SparkplugDataType : uint
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>8 bits, signed; in int_value.</summary>
    Int8 = 1,

    /// <summary>16 bits, signed; in int_value.</summary>
    Int16 = 2,

    /// <summary>32 bits, signed; in int_value, two's complement.</summary>
    Int32 = 3,

    /// <summary>64 bits, signed; in long_value, two's complement.</summary>
    Int64 = 4,

    /// <summary>8 bits; in int_value.</summary>
    UInt8 = 5,

    /// <summary>16 bits; in int_value.</summary>
    UInt16 = 6,

    /// <summary>32 bits; in long_value, where Eclipse Tahu's JavaScript client writes and looks for it; read from int_value too.</summary>
    UInt32 = 7,

    /// <summary>64 bits; in long_value.</summary>
    UInt64 = 8,

    /// <summary>IEEE 754 single; in float_value.</summary>
    Float = 9,

    /// <summary>IEEE 754 double; in double_value.</summary>
    Double = 10,

    /// <summary>In boolean_value.</summary>
    Boolean = 11,

    /// <summary>UTF-8; in string_value.</summary>
    String = 12,

    /// <summary>Milliseconds since 1970-01-01 UTC; in long_value.</summary>
    DateTime = 13,

    /// <summary>UTF-8; in string_value.</summary>
    Text = 14,

    /// <summary>UTF-8; in string_value.</summary>
    Uuid = 15,

    /// <summary>A table; in dataset_value.</summary>
    DataSet = 16,

    /// <summary>In bytes_value.</summary>
    Bytes = 17,

    /// <summary>In bytes_value.</summary>
    File = 18,

    /// <summary>A template; in template_value.</summary>
    Template = 19,
}
