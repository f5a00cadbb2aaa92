using HyperIngest.Kafka;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Kafka;

/// <summary>What is wrong with the source's client at the moment: said once in the log when it begins and when it is over, shown in /status meanwhile. Written by the consuming thread.</summary>
internal sealed class KafkaHealth
{
    private readonly string _source;
    private readonly KafkaSourceMetrics _metrics;
    private readonly ILogger _logger;
    private KafkaFault? _seen;
    private int _code;

    // Written by the consuming thread (release), read by anyone (acquire).
    private string? _fault;

    public KafkaHealth(string source, KafkaSourceMetrics metrics, ILogger logger)
    {
        _source = source;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>What is wrong; null for nothing. Any thread may read it.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Takes over what the client has said by itself since the last time.</summary>
    public void Look(KafkaConsumer consumer)
    {
        KafkaFault? said = consumer.Fault;
        if (said is null || ReferenceEquals(said, _seen)) return;
        _seen = said;
        Report(said.Error, said.Error.ToString());
    }

    /// <summary>Something is wrong.</summary>
    public void Report(KafkaError error, string text)
    {
        _metrics.Faults.Add();
        // The same outage shows itself in many words; one line for each kind is enough.
        if (_fault is null || (_code != error.Code && error.Code != KafkaErrorCode.LocalTransport)) KafkaSourceLog.Faulty(_logger, _source, text);
        _code = error.Code;
        Volatile.Write(ref _fault, text);
    }

    /// <summary>Records come, or a broker has answered: it is over.</summary>
    public void Well()
    {
        if (_fault is null) return;
        Volatile.Write(ref _fault, null);
        KafkaSourceLog.Recovered(_logger, _source);
    }
}
