using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>
/// The keys of readings.proto as they stand on the wire: field number, three bits left, and the wire type (protobuf.dev/programming-guides/encoding): 0 varint, 1 eight bytes, 2 length
/// and bytes, 5 four bytes.
/// </summary>
internal static class ProtobufFields
{
    public const byte BatchVersion = (1 << 3) | 0;
    public const byte BatchDevice = (2 << 3) | 2;
    public const byte BatchBaseTime = (3 << 3) | 0;
    public const byte BatchTags = (4 << 3) | 2;
    public const byte BatchReadings = (5 << 3) | 2;

    public const byte TagName = (1 << 3) | 2;
    public const byte TagUnit = (2 << 3) | 2;
    public const byte TagKind = (3 << 3) | 0;
    public const byte TagClassification = (4 << 3) | 0;
    public const byte TagTopic = (5 << 3) | 2;
    public const byte TagTenant = (6 << 3) | 2;

    public const byte ReadingTag = (1 << 3) | 0;
    public const byte ReadingGatewayOffset = (2 << 3) | 0;
    public const byte ReadingDeviceOffset = (3 << 3) | 0;
    public const byte ReadingStatus = (4 << 3) | 0;
    public const byte ReadingFloat64 = (5 << 3) | 1;
    public const byte ReadingInt64 = (6 << 3) | 0;
    public const byte ReadingUInt64 = (7 << 3) | 0;
    public const byte ReadingBoolean = (8 << 3) | 0;
    public const byte ReadingText = (9 << 3) | 2;

    /// <summary>1970-01-01T00:00:00Z in ticks since 0001-01-01.</summary>
    public const long UnixEpochTicks = 621_355_968_000_000_000;

    /// <summary>The only version of the schema.</summary>
    public const byte Version = 1;

    // 29 bits.
    private const ulong MaxFieldNumber = (1 << 29) - 1;

    // Classification in readings.proto: telemetry, log, event, alarm, so that the common one is the default.
    private static ReadOnlySpan<byte> Classifications => [(byte)Classification.Telemetry, (byte)Classification.Log, (byte)Classification.Event, (byte)Classification.Alarm];

    public static byte NumberOf(Classification classification) => (byte)Classifications.IndexOf((byte)classification);

    public static bool TryClassification(ulong number, out Classification classification)
    {
        bool known = number < (ulong)Classifications.Length;
        classification = known ? (Classification)Classifications[(int)number] : Classification.Telemetry;
        return known;
    }

    /// <summary>Skips the value of a field that is not known here. Groups, which proto3 does not have, are malformed, and so is field number 0.</summary>
    public static RecordStatus Skip(ref WireReader reader, ulong key)
    {
        int at = reader.Position;
        if (key >> 3 is 0 or > MaxFieldNumber) return RecordStatus.Malformed(RecordFault.InvalidEncoding, at);
        bool skipped;
        switch (key & 7)
        {
            case 0: skipped = reader.TryVarint(out _); break;
            case 1: skipped = reader.TryBytes(8, out _); break;
            case 2: skipped = reader.TryCounted(out _); break;
            case 5: skipped = reader.TryBytes(4, out _); break;
            default: return RecordStatus.Malformed(RecordFault.InvalidEncoding, at);
        }
        return skipped ? RecordStatus.Complete : reader.Failed();
    }
}
