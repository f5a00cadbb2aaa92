using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Mqtt.Payloads;

namespace HyperIngest.Protocols.Mqtt.Topics;

/// <summary>Names and registers the series of one rule's topics. Not for every message: decoders remember what it found.</summary>
internal sealed class TopicSeries
{
    private readonly MqttRuleOptions _rule;
    private readonly TopicTemplate _topic;
    private readonly SeriesRegistrar _registrar;
    private readonly NameTemplate _device;
    private readonly NameTemplate _tag;
    private readonly NameTemplate _tenant;

    public TopicSeries(MqttRuleOptions rule, TopicTemplate topic, SeriesRegistrar registrar)
    {
        _rule = rule;
        _topic = topic;
        _registrar = registrar;
        (_device, _tag, _tenant) = MqttRuleValidation.NamesOf(rule, topic);
    }

    public SeriesCatalog Catalog => _registrar.Catalog;

    /// <summary>Looks for a series in the catalog, registering nothing.</summary>
    /// <returns>Null when it is there, or is not and <paramref name="id"/> is -1; otherwise why its readings may not be taken.</returns>
    public string? Find(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> member, out int id, out ValueKind kind)
    {
        SeriesDefinition series = Describe(topic, member, ValueKind.Float64);
        kind = series.Kind;
        if (!Catalog.TryFind(series.Device, series.Tag, out id))
        {
            id = -1;
            return null;
        }
        kind = Catalog.KindOf(id);
        return CheckTenant(series, id);
    }

    /// <summary>The series, registered with <paramref name="kind"/> when the catalog does not have it.</summary>
    /// <returns>Null when there is one of that kind; otherwise why not.</returns>
    public string? Register(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> member, ValueKind kind, out int id)
    {
        SeriesDefinition series = Describe(topic, member, kind);
        if (_registrar.Register(series, out id, out ValueKind known) is { } refused) return $"series '{series.Device}/{series.Tag}': {refused}";
        if (known != kind) return $"series '{series.Device}/{series.Tag}' became {known} while this message was read as {kind}";
        return CheckTenant(series, id);
    }

    private SeriesDefinition Describe(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> member, ValueKind kind)
    {
        Span<Range> captures = stackalloc Range[TopicTemplate.MaxCaptures];
        _topic.TryMatch(topic, captures);
        return new SeriesDefinition(
            _device.Expand(topic, captures, member), _tag.Expand(topic, captures, member), kind, _rule.Unit, "", _tenant.Expand(topic, captures, member), _rule.Classification);
    }

    // Devices are unique in a node: readings of one tenant must not land in a series of another.
    private string? CheckTenant(in SeriesDefinition series, int id)
    {
        string tenant = Catalog[id].Tenant;
        return tenant == series.Tenant ? null : $"series '{series.Device}/{series.Tag}' is in the catalog with tenant '{tenant}' and this topic's tenant is '{series.Tenant}'";
    }
}
