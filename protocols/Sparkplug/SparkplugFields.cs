namespace HyperIngest.Sparkplug;

/// <summary>
/// The keys of sparkplug_b.proto as they stand on the wire: field number, three bits left, and the wire type: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. A metric's fields
/// from 16 on have keys of two bytes.
/// </summary>
internal static class SparkplugFields
{
    public const uint PayloadTimestamp = (1 << 3) | 0;
    public const uint PayloadMetric = (2 << 3) | 2;
    public const uint PayloadSeq = (3 << 3) | 0;
    public const uint PayloadUuid = (4 << 3) | 2;
    public const uint PayloadBody = (5 << 3) | 2;

    public const uint MetricName = (1 << 3) | 2;
    public const uint MetricAlias = (2 << 3) | 0;
    public const uint MetricTimestamp = (3 << 3) | 0;
    public const uint MetricDataType = (4 << 3) | 0;
    public const uint MetricIsHistorical = (5 << 3) | 0;
    public const uint MetricIsTransient = (6 << 3) | 0;
    public const uint MetricIsNull = (7 << 3) | 0;
    public const uint MetricMetadata = (8 << 3) | 2;
    public const uint MetricProperties = (9 << 3) | 2;
    public const uint MetricInt = (10 << 3) | 0;
    public const uint MetricLong = (11 << 3) | 0;
    public const uint MetricFloat = (12 << 3) | 5;
    public const uint MetricDouble = (13 << 3) | 1;
    public const uint MetricBoolean = (14 << 3) | 0;
    public const uint MetricString = (15 << 3) | 2;
    public const uint MetricBytes = (16 << 3) | 2;
    public const uint MetricDataSet = (17 << 3) | 2;
    public const uint MetricTemplate = (18 << 3) | 2;
    public const uint MetricExtension = (19 << 3) | 2;

    public const uint SetKey = (1 << 3) | 2;
    public const uint SetValue = (2 << 3) | 2;

    public const uint PropertyType = (1 << 3) | 0;
    public const uint PropertyIsNull = (2 << 3) | 0;
    public const uint PropertyInt = (3 << 3) | 0;
    public const uint PropertyLong = (4 << 3) | 0;
    public const uint PropertyFloat = (5 << 3) | 5;
    public const uint PropertyDouble = (6 << 3) | 1;
    public const uint PropertyBoolean = (7 << 3) | 0;
    public const uint PropertyString = (8 << 3) | 2;
    public const uint PropertySet = (9 << 3) | 2;
    public const uint PropertySetList = (10 << 3) | 2;

    /// <summary>Highest field number of each message: what lies above it is unknown and skipped.</summary>
    public const uint LastOfPayload = 5;
    public const uint LastOfMetric = 19;
    public const uint LastOfSet = 2;
    public const uint LastOfProperty = 10;
}
