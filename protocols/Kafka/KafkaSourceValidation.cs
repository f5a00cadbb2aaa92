using HyperIngest.Kafka;

namespace HyperIngest.Protocols.Kafka;

/// <summary>Checks a Kafka source's options, without connecting.</summary>
public static class KafkaSourceValidation
{
    // Kafka's own limit for topic names; a pattern may be longer.
    private const int MaxTopicLength = 249;

    /// <summary>All that is wrong, in words; empty when nothing is.</summary>
    public static IReadOnlyList<string> Check(KafkaSourceOptions options)
    {
        List<string> errors = [];
        if (options.Name.Length == 0) errors.Add("the source has no name; its marks in the journal need one");
        if (options.Client.Brokers.Length == 0) errors.Add("no brokers; host:port, and more behind commas, is expected");
        if (options.Group.Length == 0) errors.Add("no group; the nodes that share the topics have the same one");
        if (options.Topics.Count == 0) errors.Add("no topics; a name, or a regular expression that begins with ^, is expected");
        foreach (string topic in options.Topics)
        {
            if (topic.StartsWith('^')) continue;
            if (topic.Length is 0 or > MaxTopicLength || topic.AsSpan().ContainsAnyExcept(TopicCharacters))
            {
                errors.Add($"topic '{topic}' cannot be a topic's name: 1 to {MaxTopicLength} letters, digits, '.', '_' and '-' are; a regular expression begins with ^");
            }
        }
        Range(errors, "session timeout", options.SessionTimeout, TimeSpan.FromSeconds(6), TimeSpan.FromMinutes(30));
        Range(errors, "commit interval", options.CommitInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Range(errors, "hand-over timeout", options.HandOverTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Range(errors, "fetch wait", options.Fetch.MaxWait, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        if (options.Fetch.QueueBytes is < 1 << 20 or > 1 << 30) errors.Add($"fetch queue of {options.Fetch.QueueBytes} bytes; 1 MiB to 1 GiB are accepted");
        if (options.Fetch.PartitionBytes is < 1 << 14 or > 1 << 28) errors.Add($"{options.Fetch.PartitionBytes} bytes of a partition a fetch; 16 KiB to 256 MiB are accepted");
        foreach (string property in options.Client.Properties.Keys)
        {
            if (KafkaSourceProperties.Owned.TryGetValue(property, out string? own)) errors.Add($"property '{property}' is set by '{own}': give it there");
        }
        if (errors.Count == 0) CheckProperties(options, errors);
        return errors;
    }

    // The library knows best what it takes.
    private static void CheckProperties(KafkaSourceOptions options, List<string> errors)
    {
        try
        {
            KafkaConsumer.Check(options.Client, KafkaSourceProperties.Of(options));
        }
        catch (KafkaException refused)
        {
            errors.Add(refused.Message);
        }
    }

    private static readonly System.Buffers.SearchValues<char> TopicCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static void Range(List<string> errors, string what, TimeSpan found, TimeSpan least, TimeSpan most)
    {
        if (found < least || found > most) errors.Add($"{what} {found}; {least} to {most} are accepted");
    }
}
