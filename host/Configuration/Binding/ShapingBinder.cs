using HyperIngest.Core.Shaping;
using HyperIngest.Host.Configuration.Schema;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds what is done to the values of a tag: range and deadband, by the keys that all tags have.</summary>
internal static class ShapingBinder
{
    /// <summary>The rule; null when none of its keys is there.</summary>
    public static ShapingRule? Bind(SectionReader reader)
    {
        if (!reader.Has(DeviceSchema.Tag.Deadband) && reader.Has(DeviceSchema.Tag.Heartbeat)) reader.Error(DeviceSchema.Tag.Heartbeat, "without a deadband every reading is let through; add deadband, or remove it");
        bool ranged = reader.Has(DeviceSchema.Tag.Min) || reader.Has(DeviceSchema.Tag.Max);
        if (!ranged && reader.Has(DeviceSchema.Tag.OutOfRange)) reader.Error(DeviceSchema.Tag.OutOfRange, "without min or max nothing is out of range; add one, or remove it");
        if (!ranged && !reader.Has(DeviceSchema.Tag.Deadband)) return null;
        ShapingRule rule = new()
        {
            Min = reader.GetOrNull(DeviceSchema.Tag.Min),
            Max = reader.GetOrNull(DeviceSchema.Tag.Max),
            OutOfRange = reader.Get(DeviceSchema.Tag.OutOfRange),
            Deadband = reader.Get(DeviceSchema.Tag.Deadband),
            Heartbeat = reader.Get(DeviceSchema.Tag.Heartbeat),
        };
        if (rule.Min > rule.Max) reader.Error(DeviceSchema.Tag.Min, $"expected at most max, which is {rule.Max}; found {rule.Min}");
        if (!(rule.Deadband >= 0)) reader.Error(DeviceSchema.Tag.Deadband, $"expected 0 or more, found {rule.Deadband}");
        return rule;
    }
}
