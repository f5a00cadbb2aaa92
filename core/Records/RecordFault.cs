namespace HyperIngest.Core.Records;

/// <summary>Why a record's bytes were refused.</summary>
public enum RecordFault : byte
{
    /// <summary>They were not.</summary>
    None = 0,

    /// <summary>The record ends before what its own lengths promise.</summary>
    Truncated,

    /// <summary>Bytes follow what is a whole record by itself.</summary>
    TrailingBytes,

    /// <summary>It is not JSON (RFC 8259) in valid UTF-8, or not an object.</summary>
    NotJson,

    /// <summary>It does not begin with the columnar format's magic.</summary>
    NotColumnar,

    /// <summary>A version of the format that this program does not know.</summary>
    UnsupportedVersion,

    /// <summary>The CRC-32C does not fit the bytes.</summary>
    ChecksumMismatch,

    /// <summary>A number or tag on the wire is not one: a varint of more than 10 bytes, an unknown wire type, field number 0.</summary>
    InvalidEncoding,

    /// <summary>The device, the tag or the value is missing; a value may only be missing when the status is bad.</summary>
    MissingMember,

    /// <summary>A member has a value of a type or word that its description does not allow.</summary>
    WrongType,

    /// <summary>A number does not fit its type.</summary>
    NumberOutOfRange,

    /// <summary>A time is not one between 0001-01-01 and 9999-12-31, or not written as ISO 8601 with an offset.</summary>
    NotATime,

    /// <summary>A reading refers to a tag or text that is not in the record's table.</summary>
    InvalidIndex,

    /// <summary>A name or text is not valid UTF-8.</summary>
    NotUtf8,

    /// <summary>The device or a tag has an empty name.</summary>
    EmptyName,

    /// <summary>A name is longer than <see cref="RecordReaderLimits.MaxNameBytes"/>.</summary>
    NameTooLong,

    /// <summary>The series is in the catalog with another kind of value.</summary>
    KindChanged,

    /// <summary>The series is in the catalog with another tenant.</summary>
    TenantChanged,

    /// <summary>More than <see cref="RecordReaderLimits.MaxReadings"/> readings.</summary>
    TooManyReadings,

    /// <summary>More than <see cref="RecordReaderLimits.MaxTags"/> tags.</summary>
    TooManyTags,

    /// <summary>A new series, after <see cref="RecordReaderLimits.MaxNewSeries"/> of them.</summary>
    TooManyNewSeries,
}
