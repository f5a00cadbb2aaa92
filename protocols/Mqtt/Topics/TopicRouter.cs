using System.Runtime.CompilerServices;
using HyperIngest.Core.Records;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;

namespace HyperIngest.Protocols.Mqtt.Topics;

/// <summary>
/// Decodes the messages of a source by its rules. A topic met before is found by its bytes, with all that was learnt of it; up to a limit: those beyond are matched against the rules
/// each time. A connection's reading loop's.
/// </summary>
internal sealed class TopicRouter : IMessageDecoder
{
    /// <summary>Topics remembered unless told otherwise: the series of a large site, one a topic; some 150 bytes each.</summary>
    public const int DefaultMaxTopics = 600_000;

    // Real topics are shorter; those of up to 64 KB that the protocol allows would fill the memory.
    private const int MaxRememberedBytes = 1024;

    private readonly (TopicTemplate Topic, IPayloadDecoder Decoder)[] _rules;
    private readonly int _maxTopics;
    private readonly ByteKeyTable _topics = new();
    private KnownTopic[] _known = new KnownTopic[16];

    /// <summary>A router over rules that <see cref="MqttRuleValidation"/> found nothing wrong with.</summary>
    /// <param name="rules">The rules; the first that a topic matches has it.</param>
    /// <param name="registrar">Where new series are registered.</param>
    /// <param name="sparkplug">Decodes what rules of Sparkplug B take; null when there are none.</param>
    /// <param name="maxTopics">Topics it may remember.</param>
    /// <exception cref="ArgumentException">A rule is not valid.</exception>
    public TopicRouter(IReadOnlyList<MqttRuleOptions> rules, SeriesRegistrar registrar, IMessageDecoder? sparkplug = null, int maxTopics = DefaultMaxTopics)
    {
        IReadOnlyList<string> errors = MqttRuleValidation.Check(rules);
        if (errors.Count > 0) throw new ArgumentException(string.Join("; ", errors), nameof(rules));
        _maxTopics = maxTopics;
        PayloadDecoders decoders = new(registrar, sparkplug);
        (MqttRuleOptions Rule, TopicTemplate Topic)[] parsed = [.. rules.Select(r => (r, TopicTemplate.TryParse(r.Topic, out _)!))];
        _rules = [.. parsed.Select(p => (p.Topic, decoders.Of(p.Rule, p.Topic)))];
        Subscriptions = TopicFilters.Of(parsed);
    }

    /// <summary>What the rules subscribe to.</summary>
    public IReadOnlyList<MqttSubscription> Subscriptions { get; }

    /// <summary>Topics remembered.</summary>
    public int KnownTopics => _topics.Count;

    /// <summary>Messages decoded by matching the rules anew because no more topics are remembered. The reading loop writes it, any thread reads it.</summary>
    public long Unremembered => Volatile.Read(ref _unremembered);

    private long _unremembered;

    /// <inheritdoc/>
    public string? Decode(in MqttMessage message, long nowTicks, MessageReadings into)
    {
        into.Clear();
        int place = _topics.Find(message.Topic);
        if (place < 0) return DecodeNew(message, nowTicks, into);
        ref KnownTopic topic = ref _known[place];
        return topic.Decoder.Decode(message, nowTicks, ref topic, into);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string? DecodeNew(in MqttMessage message, long nowTicks, MessageReadings into)
    {
        IPayloadDecoder? decoder = Match(message.Topic);
        if (decoder is null) return "no rule takes its topic";
        KnownTopic topic = new(decoder);
        // What cannot be decoded is not remembered: only topics that make readings have a place.
        if (decoder.Decode(message, nowTicks, ref topic, into) is { } reason) return reason;
        if (_topics.Count >= _maxTopics || message.Topic.Length > MaxRememberedBytes) Volatile.Write(ref _unremembered, _unremembered + 1);
        else Remember(message.Topic, topic);
        return null;
    }

    private IPayloadDecoder? Match(ReadOnlySpan<byte> topic)
    {
        Span<Range> captures = stackalloc Range[TopicTemplate.MaxCaptures];
        foreach ((TopicTemplate template, IPayloadDecoder decoder) in _rules)
        {
            if (template.TryMatch(topic, captures)) return decoder;
        }
        return null;
    }

    private void Remember(ReadOnlySpan<byte> name, in KnownTopic topic)
    {
        int place = _topics.Add(name);
        if (place == _known.Length) Array.Resize(ref _known, 2 * _known.Length);
        _known[place] = topic;
    }
}
