using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Commands;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Running;
using HyperIngest.Mqtt;
using HyperIngest.Sinks.Mqtt;
using HyperIngest.Tests.Unit.Host;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Configuration;

public class MqttSinkBindingTests
{
    private const string Rest = SiteText.Journal + SiteText.Device;

    [Fact]
    public void A_sink_with_nothing_but_the_required_has_the_defaults()
    {
        MqttSinkOptions sink = Assert.Single(SiteText.Good(Rest + "sinks: [ { name: m, type: mqtt, broker: \"mqtt://b\" } ]\n").MqttSinks);
        Assert.Equal(new MqttSinkOptions { Name = "m", Client = new MqttClientOptions { Host = "b" } }, sink);
    }

    [Fact]
    public async Task Every_key_of_a_unified_namespace_is_bound()
    {
        SiteConfiguration site = SiteText.Good(Rest + """
            sinks:
              - name: m
                type: mqtt
                broker: mqtts://b:8884
                client_id: edge
                topic: "plant/{device}/{tag}"
                slash: replace
                payload: compact
                qos: "0"
                retain: true
                readings_per_delivery: 1000
                linger: 50ms
                in_flight: 100
                stall_time: 3s
            """);
        MqttSinkOptions sink = Assert.Single(site.MqttSinks);
        Assert.Equal(new MqttUnsOptions { Topic = "plant/{device}/{tag}", Slash = MqttSlash.Replace, Payload = MqttPayload.Compact, Qos = MqttQos.AtMostOnce, Retain = true }, sink.Uns);
        Assert.Equal(new MqttSinkLimits { MaxReadingsPerDelivery = 1000, Linger = TimeSpan.FromMilliseconds(50), MaxInFlight = 100, StallTime = TimeSpan.FromSeconds(3) }, sink.Limits);
        Assert.Equal(("b", 8884, "edge"), (sink.Client.Host, sink.Client.Port, sink.Client.ClientId));
        using MetricRegistry metrics = new();
        await using Sinks.Mqtt.MqttSink made = Assert.IsType<Sinks.Mqtt.MqttSink>(Assert.Single(SiteSinks.Create(site, new SeriesCatalog(), metrics, NullLoggerFactory.Instance)));
        Assert.Equal("m", made.Name);
    }

    [Fact]
    public void Every_key_of_an_edge_node_is_bound()
    {
        MqttSinkOptions sink = Assert.Single(SiteText.Good(Rest + """
            sinks:
              - name: m
                type: mqtt
                broker: mqtt://b
                mode: sparkplug
                sparkplug: { group: plant, edge_node: "x-{shard}", primary_host: scada, metrics_per_message: 100, message_bytes: 8KiB }
            """).MqttSinks);
        Assert.Equal(MqttSinkMode.Sparkplug, sink.Mode);
        Assert.Equal(new MqttEdgeNodeOptions { Group = "plant", EdgeNode = "x-{shard}", PrimaryHost = "scada", MaxMetricsPerMessage = 100, MaxMessageBytes = 8192 }, sink.Sparkplug);
    }

    [Theory]
    [InlineData("mode: sparkplug, retain: true", "retain is for mode: uns")]
    [InlineData("sparkplug: { group: a }", "mode: sparkplug")]
    [InlineData("topic: \"a/#\"", "'#'")]
    [InlineData("topic: plant", "one topic")]
    [InlineData("qos: \"2\"", "qos")]
    [InlineData("mode: sparkplug, sparkplug: { group: \"a/b\" }", "'/'")]
    public void What_cannot_be_is_said(string keys, string says) =>
        Assert.Contains(says, Assert.Single(SiteText.Errors(Rest + $"sinks: [ {{ name: m, type: mqtt, broker: \"mqtt://b\", {keys} }} ]\n")), StringComparison.Ordinal);

    [Fact]
    public void The_sample_is_free_of_errors_and_says_where_it_goes()
    {
        ConfigurationResult<SiteConfiguration> result = ConfigurationFile.LoadSite(RepositoryRoot.File("samples", "mqtt-sink.yaml"));
        Assert.Empty(result.Problems);
        SiteSummary summary = SiteSummary.Of(result.Value!);
        Assert.Equal(["namespace (mqtt, json into plant/{device}/{tag} at mqtt://localhost:1883)", "sparkplug (mqtt, Sparkplug B as group plant to mqtt://localhost:1883)"], summary.Sinks);
    }
}
