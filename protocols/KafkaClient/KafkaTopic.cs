using HyperIngest.Kafka.Native;

namespace HyperIngest.Kafka;

/// <summary>A topic of one producer; lives as long as the producer.</summary>
public sealed class KafkaTopic
{
    internal KafkaTopic(string name, nint handle)
    {
        Name = name;
        Handle = handle;
    }

    /// <summary>The topic's name.</summary>
    public string Name { get; }

    internal nint Handle { get; private set; }

    internal void Close()
    {
        if (Handle != 0) Librdkafka.TopicDestroy(Handle);
        Handle = 0;
    }
}
