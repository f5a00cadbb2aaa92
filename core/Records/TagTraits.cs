using System.Text;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>What the tags of a site share by the dozen: kind, classification, unit, topic and tenant, encoded once for both batch formats.</summary>
internal sealed class TagTraits
{
    public TagTraits(in SeriesDefinition series)
    {
        Kind = series.Kind;
        Columnar = ColumnarOf(series);
        Protobuf = ProtobufOf(series);
    }

    public ValueKind Kind { get; }

    /// <summary>The record whose table of traits these are in, and where; the writer's own.</summary>
    public int Stamp { get; set; }

    /// <summary>Valid while <see cref="Stamp"/> is the record's.</summary>
    public int Place { get; set; }

    /// <summary>Kind 1, classification 1, then unit, topic and tenant with their lengths before them.</summary>
    public byte[] Columnar { get; }

    /// <summary>Fields 2 to 6 of the Tag message, those that are not their defaults.</summary>
    public byte[] Protobuf { get; }

    private static byte[] ColumnarOf(in SeriesDefinition series)
    {
        WireWriter writer = new(new byte[RoomFor(series)]);
        writer.Byte((byte)series.Kind);
        writer.Byte((byte)series.Classification);
        writer.Counted(Encoding.UTF8.GetBytes(series.Unit));
        writer.Counted(Encoding.UTF8.GetBytes(series.Topic));
        writer.Counted(Encoding.UTF8.GetBytes(series.Tenant));
        return writer.Destination[..writer.Written].ToArray();
    }

    private static byte[] ProtobufOf(in SeriesDefinition series)
    {
        WireWriter writer = new(new byte[RoomFor(series)]);
        WriteText(ref writer, ProtobufFields.TagUnit, series.Unit);
        WriteNumber(ref writer, ProtobufFields.TagKind, (byte)series.Kind);
        WriteNumber(ref writer, ProtobufFields.TagClassification, ProtobufFields.NumberOf(series.Classification));
        WriteText(ref writer, ProtobufFields.TagTopic, series.Topic);
        WriteText(ref writer, ProtobufFields.TagTenant, series.Tenant);
        return writer.Destination[..writer.Written].ToArray();
    }

    private static void WriteText(ref WireWriter writer, byte field, string text)
    {
        if (text.Length == 0) return;
        writer.Byte(field);
        writer.Counted(Encoding.UTF8.GetBytes(text));
    }

    private static void WriteNumber(ref WireWriter writer, byte field, byte number)
    {
        if (number == 0) return;
        writer.Byte(field);
        writer.Byte(number);
    }

    private static int RoomFor(in SeriesDefinition series) => (3 * (series.Unit.Length + series.Topic.Length + series.Tenant.Length)) + 32;
}
