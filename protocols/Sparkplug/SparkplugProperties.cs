namespace HyperIngest.Sparkplug;

/// <summary>A metric's properties (Sparkplug 3.0, 6.4.7): a list of keys and a list of values, of which the first belongs to the first and so on. Property sets inside are not looked into.</summary>
public readonly ref struct SparkplugProperties
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal SparkplugProperties(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _bytes.IsEmpty;

    /// <summary>Finds a property by its key; false when it is not there or its key has no value.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out SparkplugProperty property)
    {
        property = default;
        return TryPlaceOf(key, out int place) && TryValueAt(place, out property);
    }

    private bool TryPlaceOf(ReadOnlySpan<byte> key, out int place)
    {
        place = 0;
        FieldReader fields = new(_bytes);
        while (!fields.AtEnd && fields.TryKey(out uint field))
        {
            if (field != SparkplugFields.SetKey)
            {
                if (!fields.TrySkip(field, 0)) return false;
                continue;
            }
            if (!fields.TryCounted(out ReadOnlySpan<byte> name)) return false;
            if (name.SequenceEqual(key)) return true;
            place++;
        }
        return false;
    }

    private bool TryValueAt(int place, out SparkplugProperty property)
    {
        property = default;
        FieldReader fields = new(_bytes);
        while (!fields.AtEnd && fields.TryKey(out uint field))
        {
            if (field != SparkplugFields.SetValue)
            {
                if (!fields.TrySkip(field, 0)) return false;
                continue;
            }
            if (!fields.TryCounted(out ReadOnlySpan<byte> value)) return false;
            if (place-- > 0) continue;
            FieldReader inValue = new(value);
            SparkplugProperty found = default;
            if (!found.TryRead(ref inValue)) return false;
            property = found;
            return true;
        }
        return false;
    }

    /// <summary>Goes through a set and its values, as far as they are read here.</summary>
    internal static SparkplugFault Check(ReadOnlySpan<byte> set)
    {
        FieldReader fields = new(set);
        SparkplugProperty property = default;
        while (!fields.AtEnd)
        {
            if (!fields.TryKey(out uint field)) return fields.Fault;
            switch (field)
            {
                case SparkplugFields.SetKey:
                    if (!fields.TryCounted(out _)) return fields.Fault;
                    break;
                case SparkplugFields.SetValue:
                    if (!fields.TryCounted(out ReadOnlySpan<byte> value)) return fields.Fault;
                    FieldReader inValue = new(value);
                    if (!property.TryRead(ref inValue)) return inValue.Fault;
                    break;
                default:
                    if (!fields.TrySkip(field, SparkplugFields.LastOfSet)) return fields.Fault;
                    break;
            }
        }
        return SparkplugFault.None;
    }
}

/// <summary>A property's value.</summary>
public ref struct SparkplugProperty
{
    /// <summary>The text of a string; empty for the other value fields.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>The bits of the number, as in <see cref="SparkplugMetric.ValueBits"/>.</summary>
    public ulong ValueBits { get; private set; }

    /// <summary>Its type; may be a number that the enumeration does not name.</summary>
    public SparkplugDataType DataType { get; private set; }

    /// <summary>Which value field is there; none for a property set inside.</summary>
    public SparkplugValueField ValueField { get; private set; }

    /// <summary>It has no value.</summary>
    public bool IsNull { get; private set; }

    internal bool TryRead(scoped ref FieldReader reader)
    {
        this = default;
        while (!reader.AtEnd)
        {
            if (!reader.TryKey(out uint key)) return false;
            ulong bits;
            switch (key)
            {
                case SparkplugFields.PropertyType:
                    if (!reader.TryVarint(out bits)) return false;
                    DataType = (SparkplugDataType)bits;
                    break;
                case SparkplugFields.PropertyIsNull:
                    if (!reader.TryVarint(out bits)) return false;
                    IsNull = bits != 0;
                    break;
                case SparkplugFields.PropertyInt:
                    if (!reader.TryVarint(out bits)) return false;
                    Take(SparkplugValueField.Int, (uint)bits);
                    break;
                case SparkplugFields.PropertyLong:
                    if (!reader.TryVarint(out bits)) return false;
                    Take(SparkplugValueField.Long, bits);
                    break;
                case SparkplugFields.PropertyFloat:
                    if (!reader.TryFixed32(out uint single)) return false;
                    Take(SparkplugValueField.Float, single);
                    break;
                case SparkplugFields.PropertyDouble:
                    if (!reader.TryFixed64(out bits)) return false;
                    Take(SparkplugValueField.Double, bits);
                    break;
                case SparkplugFields.PropertyBoolean:
                    if (!reader.TryVarint(out bits)) return false;
                    Take(SparkplugValueField.Boolean, bits != 0 ? 1u : 0);
                    break;
                case SparkplugFields.PropertyString:
                    if (!reader.TryCounted(out ReadOnlySpan<byte> text)) return false;
                    Take(SparkplugValueField.String, 0);
                    Text = text;
                    break;
                case SparkplugFields.PropertySet:
                case SparkplugFields.PropertySetList:
                    if (!reader.TryCounted(out _)) return false;
                    Take(SparkplugValueField.None, 0);
                    break;
                default:
                    if (!reader.TrySkip(key, SparkplugFields.LastOfProperty)) return false;
                    break;
            }
        }
        return true;
    }

    private void Take(SparkplugValueField field, ulong bits)
    {
        ValueField = field;
        ValueBits = bits;
        Text = default;
    }
}
