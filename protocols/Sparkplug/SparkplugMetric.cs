using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HyperIngest.Sparkplug;

/// <summary>Which of a metric's value fields is there.</summary>
public enum SparkplugValueField : byte
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>int_value, 32 bits.</summary>
    Int = 10,

    /// <summary>long_value, 64 bits.</summary>
    Long = 11,

    /// <summary>float_value.</summary>
    Float = 12,

    /// <summary>double_value.</summary>
    Double = 13,

    /// <summary>boolean_value.</summary>
    Boolean = 14,

    /// <summary>string_value, UTF-8.</summary>
    String = 15,

    /// <summary>bytes_value.</summary>
    Bytes = 16,

    /// <summary>dataset_value.</summary>
    DataSet = 17,

    /// <summary>template_value.</summary>
    Template = 18,

    /// <summary>extension_value.</summary>
    Extension = 19,
}

/// <summary>A metric as it stands in a payload's bytes (Sparkplug 3.0, 6.4.6); good as long as those are.</summary>
[StructLayout(LayoutKind.Auto)]
public ref struct SparkplugMetric
{
    /// <summary>Its name in UTF-8, not validated; empty when it has none, as in data by alias.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The text, bytes, dataset, template or extension; empty for the other value fields.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>The property set's bytes, framing validated; see <see cref="SparkplugProperties"/>.</summary>
    public ReadOnlySpan<byte> PropertyBytes { get; private set; }

    /// <summary>The alias; 0 when it has none.</summary>
    public ulong Alias { get; private set; }

    /// <summary>When it was sampled, ms since 1970-01-01 UTC; 0 when it has none.</summary>
    public ulong Timestamp { get; private set; }

    /// <summary>int_value (zero above 32 bits), long_value, the bits of float_value (low 32) or double_value, or 0 and 1 of boolean_value.</summary>
    public ulong ValueBits { get; private set; }

    /// <summary>Its type; <see cref="SparkplugDataType.Unknown"/> when it has none, as in data. May be a number that the enumeration does not name.</summary>
    public SparkplugDataType DataType { get; private set; }

    /// <summary>Which value field is there.</summary>
    public SparkplugValueField ValueField { get; private set; }

    /// <summary>Whether it has an alias.</summary>
    public bool HasAlias { get; private set; }

    /// <summary>Whether it has a time of its own.</summary>
    public bool HasTimestamp { get; private set; }

    /// <summary>Whether it says its type.</summary>
    public bool HasDataType { get; private set; }

    /// <summary>It is not the current value but one of the past, sent late.</summary>
    public bool IsHistorical { get; private set; }

    /// <summary>It is not to be stored, says the sender.</summary>
    public bool IsTransient { get; private set; }

    /// <summary>It has no value now.</summary>
    public bool IsNull { get; private set; }

    /// <summary>Its properties.</summary>
    public readonly SparkplugProperties Properties => new(PropertyBytes);

    /// <summary>int_value as the signed number of its two's complement.</summary>
    public readonly int Int32 => (int)(uint)ValueBits;

    /// <summary>float_value.</summary>
    public readonly float Single => BitConverter.UInt32BitsToSingle((uint)ValueBits);

    /// <summary>double_value.</summary>
    public readonly double Double => BitConverter.UInt64BitsToDouble(ValueBits);

    /// <summary>boolean_value.</summary>
    public readonly bool Boolean => ValueBits != 0;

    /// <summary>Reads a metric, and goes through its property set.</summary>
    /// <returns>False when it is malformed; <paramref name="reader"/> then says why and where.</returns>
    internal bool TryRead(scoped ref FieldReader reader)
    {
        this = default;
        while (!reader.AtEnd)
        {
            if (!reader.TryKey(out uint key)) return false;
            ulong varint;
            ReadOnlySpan<byte> counted;
            switch (key)
            {
                case SparkplugFields.MetricName:
                    if (!reader.TryCounted(out counted)) return false;
                    Name = counted;
                    break;
                case SparkplugFields.MetricAlias:
                    if (!reader.TryVarint(out varint)) return false;
                    Alias = varint;
                    HasAlias = true;
                    break;
                case SparkplugFields.MetricTimestamp:
                    if (!reader.TryVarint(out varint)) return false;
                    Timestamp = varint;
                    HasTimestamp = true;
                    break;
                case SparkplugFields.MetricDataType:
                    if (!reader.TryVarint(out varint)) return false;
                    DataType = (SparkplugDataType)varint;
                    HasDataType = true;
                    break;
                case SparkplugFields.MetricIsHistorical:
                    if (!reader.TryVarint(out varint)) return false;
                    IsHistorical = varint != 0;
                    break;
                case SparkplugFields.MetricIsTransient:
                    if (!reader.TryVarint(out varint)) return false;
                    IsTransient = varint != 0;
                    break;
                case SparkplugFields.MetricIsNull:
                    if (!reader.TryVarint(out varint)) return false;
                    IsNull = varint != 0;
                    break;
                case SparkplugFields.MetricMetadata:
                    if (!reader.TryCounted(out _)) return false;
                    break;
                case SparkplugFields.MetricProperties:
                    if (!reader.TryCounted(out counted)) return false;
                    if (SparkplugProperties.Check(counted) is not SparkplugFault.None and SparkplugFault fault) return reader.Fail(fault);
                    PropertyBytes = counted;
                    break;
                case SparkplugFields.MetricInt:
                    if (!reader.TryVarint(out varint)) return false;
                    Take(SparkplugValueField.Int, (uint)varint);
                    break;
                case SparkplugFields.MetricLong:
                    if (!reader.TryVarint(out varint)) return false;
                    Take(SparkplugValueField.Long, varint);
                    break;
                case SparkplugFields.MetricFloat:
                    if (!reader.TryFixed32(out uint single)) return false;
                    Take(SparkplugValueField.Float, single);
                    break;
                case SparkplugFields.MetricDouble:
                    if (!reader.TryFixed64(out varint)) return false;
                    Take(SparkplugValueField.Double, varint);
                    break;
                case SparkplugFields.MetricBoolean:
                    if (!reader.TryVarint(out varint)) return false;
                    Take(SparkplugValueField.Boolean, varint != 0 ? 1u : 0);
                    break;
                case SparkplugFields.MetricString:
                case SparkplugFields.MetricBytes:
                case SparkplugFields.MetricDataSet:
                case SparkplugFields.MetricTemplate:
                case SparkplugFields.MetricExtension:
                    if (!reader.TryCounted(out counted)) return false;
                    Take((SparkplugValueField)(key >> 3), 0);
                    Text = counted;
                    break;
                default:
                    if (!reader.TrySkip(key, SparkplugFields.LastOfMetric)) return false;
                    break;
            }
        }
        return true;
    }

    // Of several value fields the last one counts, as in any oneof.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take(SparkplugValueField field, ulong bits)
    {
        ValueField = field;
        ValueBits = bits;
        if (field < SparkplugValueField.String) Text = default;
    }
}
