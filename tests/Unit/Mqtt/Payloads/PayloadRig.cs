using System.Globalization;
using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;
using HyperIngest.Protocols.Mqtt.Topics;

namespace HyperIngest.Tests.Unit.Mqtt.Payloads;

/// <summary>A router over rules, and what it made of the last message.</summary>
internal sealed class PayloadRig
{
    public const string Topic = "plant/{device}/{tag}";

    public static readonly long Now = new DateTime(2026, 11, 21, 10, 30, 22, DateTimeKind.Utc).Ticks;

    public PayloadRig(params IReadOnlyList<MqttRuleOptions> rules)
        : this(rules, 10_000)
    {
    }

    public PayloadRig(IReadOnlyList<MqttRuleOptions> rules, int maxNewSeries, int maxTopics = TopicRouter.DefaultMaxTopics, IMessageDecoder? sparkplug = null, SeriesCatalog? catalog = null)
    {
        Catalog = catalog ?? new SeriesCatalog();
        Registrar = new SeriesRegistrar(Catalog, maxNewSeries, 512);
        Router = new TopicRouter(rules, Registrar, sparkplug, maxTopics);
    }

    public SeriesCatalog Catalog { get; }

    public SeriesRegistrar Registrar { get; }

    public TopicRouter Router { get; }

    public MessageReadings Readings { get; } = new();

    /// <summary>A rig of one rule over <see cref="Topic"/>.</summary>
    public static PayloadRig Of(MqttPayloadOptions payload) => new(new MqttRuleOptions { Topic = Topic, Payload = payload });

    /// <summary>A rig of one rule whose payloads name their tags.</summary>
    public static PayloadRig OfDevice(MqttPayloadOptions payload) => new(new MqttRuleOptions { Topic = "plant/{device}", Payload = payload });

    public string? Decode(string topic, string payload) => Decode(topic, Encoding.UTF8.GetBytes(payload));

    public string? Decode(string topic, ReadOnlySpan<byte> payload) => Router.Decode(new MqttMessage { Topic = Encoding.UTF8.GetBytes(topic), Payload = payload }, Now, Readings);

    /// <summary>The one reading of a message that must be decoded.</summary>
    public Reading One(string payload, string topic = "plant/press/oil")
    {
        Assert.Null(Decode(topic, payload));
        return Assert.Single(All());
    }

    public Reading[] All()
    {
        List<Reading> readings = [];
        for (int i = 0; i < Readings.GroupCount; i++) readings.AddRange(Readings.Group(i, out _));
        return [.. readings];
    }

    /// <summary>Each reading as <c>device/tag=value</c>, with its status and time where they are not good and none.</summary>
    public string Text() => string.Join(' ', All().Select(TextOf));

    public string ValueOf(in Reading reading) => Catalog.KindOf(reading.SeriesId) switch
    {
        ValueKind.Float64 => reading.Float64.ToString("R", CultureInfo.InvariantCulture),
        ValueKind.UInt64 => ((ulong)reading.ValueBits).ToString(CultureInfo.InvariantCulture),
        ValueKind.Bool => reading.ValueBits == 0 ? "false" : "true",
        ValueKind.Text => $"'{Catalog.Texts[reading.ValueBits]}'",
        _ => reading.ValueBits.ToString(CultureInfo.InvariantCulture),
    };

    private string TextOf(Reading reading)
    {
        string text = $"{Catalog.DeviceOf(reading.SeriesId)}/{Catalog.TagOf(reading.SeriesId)}={ValueOf(reading)}";
        if (reading.Status != StatusCodes.Good) text += $"!{StatusCodes.NameOf(reading.Status)}";
        if (reading.SourceTime != 0) text += $"@{new DateTime(reading.SourceTime, DateTimeKind.Utc).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)}";
        return text;
    }
}
