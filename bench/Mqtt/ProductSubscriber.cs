using System.Diagnostics;
using HyperIngest.Core;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Bench.Mqtt;

/// <summary>The product, whole: JSON decoded into readings, in the journal, acknowledged when they are durable there.</summary>
internal sealed class ProductSubscriber : ISubscriber
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(30);
    private readonly BenchFolder _folder = new(null);
    private readonly MetricRegistry _metrics = new();
    private readonly Pipeline _pipeline;
    private readonly MqttSource _source;

    private ProductSubscriber(int port, string topic, MqttQos qos)
    {
        _pipeline = Pipeline.Open(new PipelineOptions { Node = "bench", Shards = 1, Journal = new JournalOptions { Path = _folder.In("journal") } }, _metrics, NullLoggerFactory.Instance);
        _source = new MqttSource(
            new MqttSourceOptions
            {
                Name = "mqtt",
                Client = new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientId = "bench", SessionExpiry = qos == MqttQos.AtMostOnce ? TimeSpan.Zero : TimeSpan.FromMinutes(1) },
                Rules = [new MqttRuleOptions { Topic = topic, Qos = qos }],
            },
            _pipeline.Catalog, _pipeline.Intake, _pipeline.DeadLetters, _metrics, NullLoggerFactory.Instance);
        _pipeline.AddSource(_source);
    }

    /// <summary>A message has one reading here.</summary>
    public long Messages => _pipeline.Shards[0].Readings;

    /// <summary>Starts it; it is subscribed when the task completes.</summary>
    public static async Task<ISubscriber> StartAsync(int port, string topic, MqttQos qos)
    {
        ProductSubscriber subscriber = new(port, topic, qos);
        await subscriber._pipeline.StartAsync(CancellationToken.None).ConfigureAwait(false);
        long began = Stopwatch.GetTimestamp();
        while (!subscriber._source.Devices[0].Connected)
        {
            if (Stopwatch.GetElapsedTime(began) > ConnectLimit) throw new InvalidOperationException(subscriber._source.Devices[0].LastFault ?? "the source does not connect");
            await Task.Delay(10).ConfigureAwait(false);
        }
        return subscriber;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _pipeline.DrainAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false);
        await _pipeline.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
        _folder.Dispose();
    }
}
