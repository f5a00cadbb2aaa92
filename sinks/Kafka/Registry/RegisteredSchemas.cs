using HyperIngest.Core.Delivery;
using HyperIngest.Core.Records;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Kafka.Registry;

/// <summary>The schema ids of a sink's topics, each asked for once. Shared by all lanes.</summary>
internal sealed class RegisteredSchemas : IDisposable
{
    private readonly string _sink;
    private readonly SubjectStrategy _strategy;
    private readonly RecordFormat _format;
    private readonly ILogger _logger;
    private readonly SchemaRegistryClient _client;
    private readonly SemaphoreSlim _registering = new(1, 1);

    // Under _registering.
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>Nothing is asked for yet.</summary>
    public RegisteredSchemas(string sink, SchemaRegistryOptions options, RecordFormat format, ILogger logger)
    {
        _sink = sink;
        _strategy = options.Subject;
        _format = format;
        _logger = logger;
        _client = new SchemaRegistryClient(options);
    }

    /// <summary>Registers what does not depend on a topic, so that a registry that refuses is known at start. Subjects of topics are registered when a lane first writes there.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => _strategy == SubjectStrategy.Record ? IdOfAsync("", cancellationToken) : Task.CompletedTask;

    /// <summary>The id for records of a topic. Blocks: for a lane's thread.</summary>
    /// <exception cref="SinkException">The registry is away (Retry) or refuses (Stop).</exception>
    public int IdOf(string topic, CancellationToken cancellationToken) => IdOfAsync(topic, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _registering.Dispose();
    }

    private async Task<int> IdOfAsync(string topic, CancellationToken cancellationToken)
    {
        string subject = SubjectOf(topic);
        await _registering.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_ids.TryGetValue(subject, out int known)) return known;
            int id = await _client.RegisterAsync(subject, _format == RecordFormat.Json ? "JSON" : "PROTOBUF", RecordSchemas.TextOf(_format), cancellationToken).ConfigureAwait(false);
            _ids.Add(subject, id);
            KafkaEvents.SchemaRegistered(_logger, _sink, subject, id);
            return id;
        }
        finally
        {
            _registering.Release();
        }
    }

    private string SubjectOf(string topic) => _strategy switch
    {
        SubjectStrategy.Topic => $"{topic}-value",
        SubjectStrategy.Record => NameOf(_format),
        _ => $"{topic}-{NameOf(_format)}",
    };

    // The message's full name in readings.proto; the title of reading.schema.json.
    private static string NameOf(RecordFormat format) => format == RecordFormat.Json ? "Reading" : "hyperingest.v1.ReadingBatch";
}
