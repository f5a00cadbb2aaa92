using System.Diagnostics;
using HyperIngest.Core;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Feeds;

/// <summary>The product's subscription to all that a plant publishes.</summary>
internal sealed class PlantSubscription
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // Ten times what a batch may wait in a shard: when nothing has come for so long, nothing is under way.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    // At QoS 1 what is not in the journal stays with the broker while a connection is lost.
    private static readonly TimeSpan KeptSession = TimeSpan.FromMinutes(10);

    private readonly Pipeline _pipeline;
    private readonly MqttSource _source;
    private readonly MqttClientOptions _broker;

    private PlantSubscription(Pipeline pipeline, MqttSource source, MqttClientOptions broker)
    {
        _pipeline = pipeline;
        _source = source;
        _broker = broker;
    }

    /// <summary>Lost connections and refused subscriptions.</summary>
    public long FaultCount => _source.Devices[0].Faults;

    private long Journalled => _pipeline.Shards.Sum(s => s.Readings);

    /// <summary>Adds the source to a pipeline that is not started.</summary>
    public static PlantSubscription AddTo(Pipeline pipeline, MqttSourceOptions options, ILoggerFactory loggers)
    {
        MqttSource source = new(options, pipeline.Catalog, pipeline.Intake, pipeline.DeadLetters, pipeline.Metrics, loggers);
        pipeline.AddSource(source);
        return new PlantSubscription(pipeline, source, options.Client);
    }

    /// <summary>What a source must be told to have all that a plant publishes.</summary>
    /// <param name="plant">The plant; its JSON has one reading a message.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="verb">Who asks, for the client id.</param>
    /// <param name="gatewayTime">What the gateway time is.</param>
    public static MqttSourceOptions OptionsOf(Plant plant, MqttClientOptions broker, string verb, MqttGatewayTime gatewayTime)
    {
        MqttRuleOptions[] rules = [.. plant.Nodes.Select(n => RuleOf(plant, n.Options)).DistinctBy(r => r.Topic)];
        bool isKept = rules.Any(r => r.Qos != MqttQos.AtMostOnce);
        SparkplugHostOptions host = new();
        return new MqttSourceOptions
        {
            Name = "mqtt",
            Client = broker with { ClientId = $"hyperingest-{verb}-{Environment.ProcessId}", SessionExpiry = isKept ? KeptSession : TimeSpan.Zero },
            Rules = rules,
            Limits = new MqttSourceLimits { MaxNewSeries = (int)Math.Max(new MqttSourceLimits().MaxNewSeries, plant.PublishedTagCount) },
            Sparkplug = rules.Any(r => r.Payload is MqttSparkplugPayload)
                ? host with
                {
                    Device = "{device}",
                    Node = "{node}",
                    MaxNodes = Math.Max(host.MaxNodes, plant.Nodes.Count),
                    MaxDevicesPerNode = Math.Max(host.MaxDevicesPerNode, plant.Nodes.Max(n => n.DeviceCount)),
                    MaxMetricsPerNode = Math.Max(host.MaxMetricsPerNode, plant.Nodes.Max(n => MetricsOf(plant, n))),
                }
                : null,
            GatewayTime = gatewayTime,
        };
    }

    /// <summary>Waits until the source is connected: who subscribes after the births knows no alias.</summary>
    /// <exception cref="InvalidOperationException">It is not in time; the message says why, and what to look at.</exception>
    public async Task WaitConnectedAsync(string hint, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        while (!_source.Devices[0].Connected)
        {
            if (Stopwatch.GetElapsedTime(began) > ConnectLimit) throw new InvalidOperationException($"{_broker.Address}: {_source.Devices[0].LastFault ?? "no connection"}. {hint}");
            await Task.Delay(Look, cancellationToken);
        }
    }

    /// <summary>Waits until what was published is in the journal.</summary>
    /// <param name="published">Readings.</param>
    /// <param name="limit">Longest.</param>
    /// <returns>False when something is still under way at the limit.</returns>
    public async Task<bool> WaitJournalledAsync(long published, TimeSpan limit)
    {
        long began = Stopwatch.GetTimestamp(), seen = -1, since = began;
        // Births are readings too, without a value: that all is there is seen by nothing coming any more.
        while (Journalled < published || Stopwatch.GetElapsedTime(since) < Quiet)
        {
            if (Stopwatch.GetElapsedTime(began) > limit) return false;
            if (Journalled != seen) since = Stopwatch.GetTimestamp();
            seen = Journalled;
            await Task.Delay(Look);
        }
        return true;
    }

    private static MqttRuleOptions RuleOf(Plant plant, MqttPublishOptions publish) => publish.Format == MqttPublishFormat.Sparkplug
        ? new MqttRuleOptions { Topic = $"spBv1.0/{publish.Group ?? plant.Options.Name}/#", Payload = new MqttSparkplugPayload(), Qos = publish.Qos }
        : new MqttRuleOptions { Topic = publish.Topic.Replace(MqttPublishRules.PlantPlace, plant.Options.Name, StringComparison.Ordinal), Payload = new MqttJsonPayload(), Qos = publish.Qos };

    // And what a birth has besides: bdSeq and the rebirth's control.
    private static int MetricsOf(Plant plant, PlantNode node) => (node.DeviceCount * plant.Devices[node.FirstDevice].Template.Tags.Count) + 16;
}
