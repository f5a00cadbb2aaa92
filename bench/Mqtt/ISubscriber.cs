namespace HyperIngest.Bench.Mqtt;

/// <summary>Somebody who subscribes to a broker, and how much has come there.</summary>
internal interface ISubscriber : IAsyncDisposable
{
    /// <summary>Messages so far. Any thread may ask.</summary>
    long Messages { get; }
}
