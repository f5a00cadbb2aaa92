using HyperIngest.Core.Readings;
using HyperIngest.Core.Shaping;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds a list of OPC UA nodes and checks its tags against each other.</summary>
internal static class OpcUaTagBinder
{
    /// <summary>One list of tags; devices that share it share the object.</summary>
    public static IReadOnlyList<UaTag> Bind(IReadOnlyList<SectionReader> readers)
    {
        UaTag[] tags = new UaTag[readers.Count];
        Dictionary<string, SectionReader> names = new(StringComparer.Ordinal);
        for (int i = 0; i < tags.Length; i++)
        {
            tags[i] = BindTag(readers[i]);
            if (tags[i].Name.Length > 0 && !names.TryAdd(tags[i].Name, readers[i]))
            {
                readers[i].Error(OpcUaTagSchema.Name, $"tag '{tags[i].Name}' is there already, in line {names[tags[i].Name].Mark.Line}; tag names are unique in a device");
            }
        }
        return tags;
    }

    private static UaTag BindTag(SectionReader reader)
    {
        bool hasNode = reader.Has(OpcUaTagSchema.Node), hasPath = reader.Has(OpcUaTagSchema.Path);
        if (hasNode && hasPath) reader.Error(OpcUaTagSchema.Path, "expected either node or path, found both");
        if (!hasNode && !hasPath) reader.Error(OpcUaTagSchema.Node, "missing; a tag needs node, such as nsu=urn:press;s=Press.Speed, or path, such as /2:Press/2:Speed");
        bool shaped = reader.Has(OpcUaTagSchema.Shaped);
        ValueKind? kind = reader.GetOrNull(OpcUaTagSchema.Type);
        if (shaped && kind is not null and not ValueKind.Float64) reader.Error(OpcUaTagSchema.Type, $"expected float64, found {reader.Found(OpcUaTagSchema.Type)}: shaping is for numbers that are float64; remove one of the two");
        if (shaped && reader.Has(OpcUaTagSchema.Elements)) reader.Error(OpcUaTagSchema.Shaped, "shaping is for single values; remove it, or elements");
        string? node = hasNode ? reader.Get(OpcUaTagSchema.Node) : null, path = hasPath ? reader.Get(OpcUaTagSchema.Path) : null;
        if (node is { Length: > 0 } && !UaNodeText.TryParse(node, out _, out string? fault)) reader.Error(OpcUaTagSchema.Node, fault);
        if (path is { Length: > 0 } && !UaBrowsePath.TryParse(path, out _, out fault)) reader.Error(OpcUaTagSchema.Path, fault);
        return new UaTag
        {
            Name = reader.Get(OpcUaTagSchema.Name),
            Node = node,
            Path = path,
            // Known before the server is asked, so that the rule is there before the first value.
            Kind = shaped ? ValueKind.Float64 : kind,
            Elements = reader.Has(OpcUaTagSchema.Elements) ? reader.Get(OpcUaTagSchema.Elements) : 0,
            Unit = reader.Get(OpcUaTagSchema.Unit),
            Sampling = reader.GetOrNull(OpcUaTagSchema.Sampling),
            Queue = reader.GetOrNull(OpcUaTagSchema.Queue),
            Deadband = reader.Has(OpcUaTagSchema.Deadband) ? reader.Get(OpcUaTagSchema.Deadband) : null,
            Shaping = shaped ? Shaping(reader.Section(OpcUaTagSchema.Shaped)) : null,
        };
    }

    private static ShapingRule Shaping(SectionReader reader)
    {
        ShapingRule rule = (ShapingBinder.Bind(reader) ?? new ShapingRule()) with { Scale = reader.Get(DeviceSchema.Tag.Scale), Offset = reader.Get(DeviceSchema.Tag.Offset) };
        if (rule.Scale == 0) reader.Error(DeviceSchema.Tag.Scale, "expected a factor other than 0: with 0 every value would be the offset");
        return rule;
    }
}
