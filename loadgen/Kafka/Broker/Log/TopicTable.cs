namespace HyperIngest.LoadGen.Kafka;

/// <summary>All topics. The broker's gate guards it.</summary>
internal sealed class TopicTable
{
    private const int MaxNameLength = 249;
    private const int MaxTopics = 10_000;
    private const int MaxPartitions = 10_000;

    private readonly SortedDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly StandInBrokerOptions _options;

    public TopicTable(StandInBrokerOptions options) => _options = options;

    public IReadOnlyCollection<Topic> All => _topics.Values;

    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    public PartitionLog? Find(string name, int partition) =>
        _topics.TryGetValue(name, out Topic? topic) && (uint)partition < (uint)topic.Partitions.Length ? topic.Partitions[partition] : null;

    /// <summary>The topic, created as the options say if there is none and they allow it.</summary>
    public KafkaError FindOrCreate(string name, bool mayCreate, out Topic? topic)
    {
        topic = Find(name);
        if (topic is not null) return KafkaError.None;
        if (!IsValidName(name)) return KafkaError.InvalidTopic;
        if (!mayCreate || !_options.AutoCreateTopics) return KafkaError.UnknownTopicOrPartition;
        KafkaError error = Check(name, _options.DefaultPartitions);
        if (error == KafkaError.None) topic = Create(name, _options.DefaultPartitions, _options.DefaultTopicSettings);
        return error;
    }

    /// <summary>Whether such a topic can be created.</summary>
    public KafkaError Check(string name, int partitions)
    {
        if (!IsValidName(name)) return KafkaError.InvalidTopic;
        if (_topics.ContainsKey(name)) return KafkaError.TopicAlreadyExists;
        return partitions is < 1 or > MaxPartitions || _topics.Count >= MaxTopics ? KafkaError.InvalidPartitions : KafkaError.None;
    }

    /// <summary>Creates a topic that <see cref="Check"/> found possible.</summary>
    public Topic Create(string name, int partitions, TopicSettings settings) => _topics[name] = new Topic(name, partitions, settings);

    public bool Delete(string name) => _topics.Remove(name);

    // The broker's rule: letters, digits, '.', '_' and '-', not "." or "..".
    private static bool IsValidName(string name)
    {
        if (name.Length is 0 or > MaxNameLength || name is "." or "..") return false;
        foreach (char letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '_' or '-')) return false;
        }
        return true;
    }
}
