using System.Globalization;
using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary>A value as people and programs read it.</summary>
/// <param name="Type">Its type; null for no value.</param>
/// <param name="Value">A number, a text, true or false, an array of those; null for none, and for a structure, whose fields only its server knows.</param>
/// <param name="StatusCode">The status.</param>
/// <param name="SourceTime">When the source had it; null for none.</param>
/// <param name="ServerTime">When the server had it; null for none.</param>
internal sealed record OpcUaValue(string? Type, object? Value, uint StatusCode, DateTime? SourceTime, DateTime? ServerTime)
{
    private const int MostTextShown = 80;
    private const int MostElementsShown = 8;

    /// <summary>Whether the status is bad.</summary>
    public bool IsBad => StatusCodes.IsBad(StatusCode);

    /// <summary>The status' name.</summary>
    public string Status => UaStatusCodes.NameOf(StatusCode);

    /// <summary>The value in a few characters.</summary>
    public string Text => Type is null ? "(none)" : Format(Value);

    /// <summary>From the wire.</summary>
    public static OpcUaValue Of(in UaDataValue data) => new(
        data.Value.Type == UaBuiltInType.Null ? null : data.Value.IsArray ? data.Value.Type + "[]" : data.Value.Type.ToString(),
        ToObject(data.Value), data.Status, TimeOf(data.SourceTicks), TimeOf(data.ServerTicks));

    private static DateTime? TimeOf(long ticks) => ticks == 0 ? null : new DateTime(ticks, DateTimeKind.Utc);

    private static object? ToObject(in UaVariant value)
    {
        if (!value.IsArray) return Scalar(value);
        List<object?> elements = [];
        UaElements all = new(value);
        while (all.Next(out UaVariant element)) elements.Add(ToObject(element));
        return elements;
    }

    private static object? Scalar(in UaVariant value)
    {
        UaReader reader = new(value.Bytes);
        return value.Type switch
        {
            UaBuiltInType.Boolean => value.Bits != 0,
            UaBuiltInType.SByte => (long)(sbyte)value.Bits,
            UaBuiltInType.Int16 => (long)(short)value.Bits,
            UaBuiltInType.Int32 => (long)(int)value.Bits,
            UaBuiltInType.Int64 => (long)value.Bits,
            UaBuiltInType.Byte or UaBuiltInType.UInt16 or UaBuiltInType.UInt32 or UaBuiltInType.UInt64 => value.Bits,
            // A single's own digits, and not those it has as a double.
            UaBuiltInType.Float => Finite(BitConverter.UInt32BitsToSingle((uint)value.Bits)),
            UaBuiltInType.Double => Finite(BitConverter.UInt64BitsToDouble(value.Bits)),
            UaBuiltInType.DateTime => TimeOf(UaTime.ToTicks((long)value.Bits)),
            UaBuiltInType.StatusCode => UaStatusCodes.NameOf((uint)value.Bits),
            UaBuiltInType.Guid => reader.Guid().ToString("D"),
            UaBuiltInType.String or UaBuiltInType.XmlElement => value.IsNull ? null : Encoding.UTF8.GetString(value.Bytes),
            UaBuiltInType.ByteString => value.IsNull ? null : Convert.ToBase64String(value.Bytes),
            UaBuiltInType.NodeId => reader.NodeId().ToString(),
            UaBuiltInType.ExpandedNodeId => TextOf(reader.ExpandedNodeId()),
            UaBuiltInType.QualifiedName => reader.QualifiedName().ToString(),
            UaBuiltInType.LocalizedText => reader.LocalizedText().Text,
            _ => null,
        };
    }

    private static string TextOf(UaExpandedNodeId id) => id.NamespaceUri is null ? id.NodeId.ToString() : $"nsu={id.NamespaceUri};{id.NodeId}";

    // JSON has no word for the others.
    private static object Finite(float value) => float.IsFinite(value) ? value : value.ToString(CultureInfo.InvariantCulture);

    private static object Finite(double value) => double.IsFinite(value) ? value : value.ToString(CultureInfo.InvariantCulture);

    private string Format(object? value) => value switch
    {
        null => Type == nameof(UaBuiltInType.ExtensionObject) ? "(a structure)" : "(null)",
        bool flag => flag ? "true" : "false",
        string text => Shortened(text),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        List<object?> all => $"[{string.Join(", ", all.Take(MostElementsShown).Select(Format))}{(all.Count > MostElementsShown ? string.Create(CultureInfo.InvariantCulture, $", ... {all.Count} in all") : "")}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => "(a value)",
    };

    private static string Shortened(string text) =>
        text.Length <= MostTextShown ? PrintableText.Of(text) : PrintableText.Of(text[..MostTextShown]) + "...";
}
