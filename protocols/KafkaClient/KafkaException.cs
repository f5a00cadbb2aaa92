namespace HyperIngest.Kafka;

/// <summary>A client that cannot be made or used: the library is missing, a property is wrong, the client is fatally out of order.</summary>
public sealed class KafkaException : Exception
{
    /// <summary>With a message that says what was expected, found, and to do.</summary>
    public KafkaException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Of an error that the library gave.</summary>
    public KafkaException(string what, KafkaError error)
        : base($"{what}: {error}") => Error = error;

    /// <summary>The library's error; <see cref="KafkaError.None"/> when it gave none.</summary>
    public KafkaError Error { get; }
}
