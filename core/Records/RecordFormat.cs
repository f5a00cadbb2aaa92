namespace HyperIngest.Core.Records;

/// <summary>How readings are written as records of a broker or a stream; docs/records.md has each format byte by byte.</summary>
public enum RecordFormat : byte
{
    /// <summary>One JSON object a reading, for everybody.</summary>
    Json = 0,

    /// <summary>One protobuf message (readings.proto) a batch of one device's readings, for programs in any language.</summary>
    Protobuf = 1,

    /// <summary>One delta-coded block a batch of one device's readings, for links between nodes of this product.</summary>
    Columnar = 2,
}
