namespace HyperIngest.Core.Records;

/// <summary>What became of a record: read whole, or refused whole with the reason and the place.</summary>
/// <param name="Fault">Why it was refused; <see cref="RecordFault.None"/> when it was read.</param>
/// <param name="Offset">The byte of the record at which the fault showed, as near as the format lets one tell; 0 when it was read.</param>
public readonly record struct RecordStatus(RecordFault Fault, int Offset = 0)
{
    /// <summary>The record was read.</summary>
    public static RecordStatus Complete => default;

    /// <summary>Whether the record was read.</summary>
    public bool IsComplete => Fault == RecordFault.None;

    /// <summary>The fault in words, fit for a log line and a dead letter.</summary>
    public string Reason => Fault switch
    {
        RecordFault.None => "complete",
        RecordFault.Truncated => "the record ends before what its lengths promise",
        RecordFault.TrailingBytes => "bytes follow the record's end",
        RecordFault.NotJson => "it is not one JSON object in UTF-8",
        RecordFault.NotColumnar => "it does not begin with the columnar magic 'HIR'",
        RecordFault.UnsupportedVersion => "its version is not 1, the only one this program reads",
        RecordFault.ChecksumMismatch => "its CRC-32C does not fit its bytes",
        RecordFault.InvalidEncoding => "a number or field on the wire is not well formed",
        RecordFault.MissingMember => "the device, the tag or the value of a reading that is not bad is missing",
        RecordFault.WrongType => "a member has a value of another type, or another word, than its schema allows",
        RecordFault.NumberOutOfRange => "a number does not fit its type",
        RecordFault.NotATime => "a time is not ISO 8601 with an offset, or not between 0001-01-01 and 9999-12-31",
        RecordFault.InvalidIndex => "a reading refers to a tag or text that is not in the record",
        RecordFault.NotUtf8 => "a name or text is not valid UTF-8",
        RecordFault.EmptyName => "the device or a tag has an empty name",
        RecordFault.NameTooLong => "a name is longer than the reader allows",
        RecordFault.KindChanged => "its series is in the catalog with another kind of value",
        RecordFault.TenantChanged => "its series is in the catalog with another tenant",
        RecordFault.TooManyReadings => "it has more readings than the reader allows in one record",
        RecordFault.TooManyTags => "it has more tags than the reader allows in one record",
        RecordFault.TooManyNewSeries => "it has a new series and the reader has registered as many as it may",
        _ => Fault.ToString(),
    };

    /// <inheritdoc/>
    public override string ToString() => IsComplete ? Reason : $"{Reason} (at byte {Offset})";

    internal static RecordStatus Malformed(RecordFault fault, int offset) => new(fault, offset);
}
