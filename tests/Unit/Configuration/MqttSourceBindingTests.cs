using HyperIngest.Host.Commands;
using HyperIngest.Host.Configuration;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Tests.Unit.Host;

namespace HyperIngest.Tests.Unit.Configuration;

public class MqttSourceBindingTests
{
    private const string Rest = "node: n\n" + SiteText.Journal;

    private const string Source = Rest + "sources:\n  - name: m\n    type: mqtt\n    rules: [ { topic: \"plant/{device}/{tag}\" } ]\n";

    [Fact]
    public void A_source_with_nothing_but_the_required_keeps_a_session_of_the_nodes_and_its_own_name()
    {
        MqttSourceOptions source = Assert.Single(SiteText.Good(Source + "    broker: mqtt://b\n").MqttSources);
        Assert.Equal(
            ("b", 1883, "n-m", MqttVersion.V5, TimeSpan.FromHours(1), null, null),
            (source.Client.Host, source.Client.Port, source.Client.ClientId, source.Client.Version, source.Client.SessionExpiry, source.Client.Tls, source.Sparkplug));
        MqttRuleOptions rule = Assert.Single(source.Rules);
        Assert.Equal(new MqttRuleOptions { Topic = "plant/{device}/{tag}" }, rule);
    }

    [Theory]
    [InlineData("", MqttGatewayTime.Arrival)]
    [InlineData("    timestamp: arrival\n", MqttGatewayTime.Arrival)]
    [InlineData("    timestamp: payload\n", MqttGatewayTime.Payload)]
    public void The_gateway_time_is_the_arrivals_unless_the_file_says_the_payloads(string line, MqttGatewayTime time) =>
        Assert.Equal(time, Assert.Single(SiteText.Good($"{Source}    broker: mqtt://b\n{line}").MqttSources).GatewayTime);

    [Theory]
    [InlineData("mqtt://broker", "broker", 1883, false)]
    [InlineData("mqtts://broker", "broker", 8883, true)]
    [InlineData("mqtts://broker:443", "broker", 443, true)]
    [InlineData("mqtt://[::1]:1884", "::1", 1884, false)]
    [InlineData("MQTT://10.0.0.1/", "10.0.0.1", 1883, false)]
    public void A_brokers_address_says_host_port_and_TLS(string address, string host, int port, bool tls)
    {
        MqttClientOptions client = Assert.Single(SiteText.Good($"{Source}    broker: \"{address}\"\n").MqttSources).Client;
        Assert.Equal((host, port, tls), (client.Host, client.Port, client.Tls is not null));
    }

    [Theory]
    [InlineData("broker:1883")]
    [InlineData("http://broker")]
    [InlineData("mqtt://")]
    [InlineData("mqtt://broker:0")]
    [InlineData("mqtt://broker:65536")]
    [InlineData("mqtt://user@broker")]
    [InlineData("mqtt://broker/path")]
    [InlineData("mqtt://[::1")]
    [InlineData("mqtt://::1")]
    public void What_is_no_address_is_said_with_what_is_one(string address)
    {
        string error = SiteText.Error($"{Source}    broker: \"{address}\"\n");
        Assert.Contains("expected a broker's address such as mqtt://broker.plant:1883", error, StringComparison.Ordinal);
        Assert.Contains(address, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_payload_is_bound()
    {
        MqttSourceOptions source = Assert.Single(SiteText.Good(Rest + """
            sources:
              - name: m
                type: mqtt
                broker: mqtts://b:8884
                client_id: c
                version: 3.1.1
                session_expiry: 0
                keep_alive: 5s
                user: u
                password: ${P}
                tls: { ca_file: ca.pem, certificate_file: c.pem, key_file: k.pem, server_name: s, verify: false }
                max_packet: 1MiB
                limits: { new_series: 5, name_bytes: 6, topics: 7 }
                acknowledge_interval: 20ms
                sparkplug: { host_id: h, device: "{device}" }
                rules:
                  - { topic: "a/{device}", qos: 0, group: g, unit: bar, classification: alarm, kind: int64, json: { shape: items, items: x, tag: id, value: v, time: t, time_unit: us, quality: q, quality_type: opc-ua } }
                  - { topic: "b/{device}/{tag}", payload: text, kind: text }
                  - { topic: "c/{device}", payload: binary, binary: { fields: [ { tag: x, type: int16, offset: 2, order: DCBA, count: 3 } ], time: { offset: 8 } } }
                  - { topic: "d/#", payload: record, format: columnar }
                  - { topic: "spBv1.0/#", payload: sparkplug }
            """, ("P", "secret")).MqttSources);
        Assert.Equal(("c", MqttVersion.V311, TimeSpan.Zero, "secret", 1 << 20, "ca.pem"), (source.Client.ClientId, source.Client.Version, source.Client.SessionExpiry, source.Client.Password, source.Client.MaxPacketBytes, source.Client.Tls!.CaFile));
        Assert.Equal((5, 6, 7, "h"), (source.Limits.MaxNewSeries, source.Limits.MaxNameBytes, source.Limits.MaxTopics, source.Sparkplug!.HostId));
        Assert.Equal(
            new MqttJsonPayload { Shape = MqttJsonShape.Items, Items = "x", ItemTag = "id", Value = "v", Time = "t", TimeUnit = MqttTimeUnit.Microseconds, Quality = "q", QualityType = MqttQualityType.OpcUa, Kind = MqttValueKind.Int64 },
            source.Rules[0].Payload);
        Assert.Equal((MqttQos.AtMostOnce, "g", "bar"), (source.Rules[0].Qos, source.Rules[0].Group, source.Rules[0].Unit));
        Assert.Equal(new MqttTextPayload { Kind = MqttValueKind.Text }, source.Rules[1].Payload);
        MqttBinaryPayload binary = Assert.IsType<MqttBinaryPayload>(source.Rules[2].Payload);
        Assert.Equal((MqttBinaryType.Int16, 2, MqttByteOrder.DCBA, 3, 8), (binary.Fields[0].Type, binary.Fields[0].Offset, binary.Fields[0].Order, binary.Fields[0].Count, binary.Time!.Offset));
        Assert.IsType<MqttRecordPayload>(source.Rules[3].Payload);
        Assert.IsType<MqttSparkplugPayload>(source.Rules[4].Payload);
    }

    [Fact]
    public void A_password_in_the_clear_is_a_warning_but_for_a_broker_on_this_machine()
    {
        const string password = "    user: u\n    password: ${P}\n";
        Assert.Contains("mqtts://", Assert.Single(SiteText.Parse(Source + "    broker: mqtt://b\n" + password, ("P", "secret")).Problems).ToString(), StringComparison.Ordinal);
        Assert.Empty(SiteText.Parse(Source + "    broker: mqtts://b\n" + password, ("P", "secret")).Problems);
        Assert.Empty(SiteText.Parse(Source + "    broker: mqtt://localhost\n" + password, ("P", "secret")).Problems);
    }

    [Theory]
    [InlineData("    broker: mqtt://b\n    tls: { verify: false }\n", "write mqtts://")]
    [InlineData("    broker: mqtts://b\n    tls: { key_file: k }\n", "key_file is the key of a certificate")]
    [InlineData("    broker: mqtt://b\n    sparkplug: { host_id: h }\n", "no rule has Sparkplug B payloads")]
    public void Contradictions_are_said(string keys, string expected) => Assert.Contains(expected, SiteText.Error(Source + keys), StringComparison.Ordinal);

    [Fact]
    public void A_key_of_another_payload_is_said()
    {
        string error = SiteText.Error(Rest + "sources: [ { name: m, type: mqtt, broker: mqtt://b, rules: [ { topic: \"a/{device}/{tag}\", payload: text, json: { value: v } } ] } ]\n");
        Assert.Contains("json is for json payloads, and this rule's are text", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sources_with_one_client_id_at_one_broker_are_said()
    {
        string error = SiteText.Error(Rest + """
            sources:
              - { name: a, type: mqtt, broker: "mqtt://b", client_id: c, rules: [ { topic: "a/{device}/{tag}" } ] }
              - { name: b, type: mqtt, broker: "mqtt://b", client_id: c, rules: [ { topic: "b/{device}/{tag}" } ] }
            """);
        Assert.Contains("each would throw the other out", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_must_hold_what_is_known_of_a_session()
    {
        string error = SiteText.Error("node: n\njournal: { path: /tmp/j, segment: 2MiB }\nbatch: { bytes: 512KiB }\nsources: [ { name: m, type: mqtt, broker: mqtt://b, rules: [ { topic: \"a/{device}/{tag}\" } ] } ]\n");
        Assert.Contains("expected at least 4MiB, found 2MiB", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sample_of_an_MQTT_source_is_free_of_errors_and_warnings()
    {
        ConfigurationResult<SiteConfiguration> result = ConfigurationFile.LoadSite(RepositoryRoot.File("samples", "mqtt.yaml"));
        Assert.Empty(result.Problems);
        Assert.Equal(["uns", "edge"], result.Value!.MqttSources.Select(s => s.Name));
        Assert.Equal(2, SiteSummary.Of(result.Value).Sources.Count);
    }
}
