namespace HyperIngest.LoadGen.Kafka;

/// <summary>One request of the protocol: which versions are answered, and how.</summary>
internal interface IApi
{
    KafkaApi Key { get; }

    /// <summary>The lowest version answered.</summary>
    short Lowest { get; }

    /// <summary>The highest version answered.</summary>
    short Highest { get; }

    /// <summary>The first version with compact lengths and tagged fields (KIP-482); beyond <see cref="Highest"/> when there is none.</summary>
    short FlexibleFrom { get; }

    /// <summary>Reads the request's body, does what it asks for, writes the response's body.</summary>
    ValueTask AnswerAsync(ApiRequest request, WireWriter answer);
}
