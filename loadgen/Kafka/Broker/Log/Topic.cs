namespace HyperIngest.LoadGen.Kafka;

/// <summary>A topic: its settings and its partitions, numbered from 0.</summary>
internal sealed class Topic
{
    public Topic(string name, int partitions, TopicSettings settings)
    {
        Name = name;
        Settings = settings;
        Partitions = new PartitionLog[partitions];
        for (int i = 0; i < partitions; i++) Partitions[i] = new PartitionLog(settings);
    }

    public string Name { get; }

    public TopicSettings Settings { get; }

    public PartitionLog[] Partitions { get; }
}
