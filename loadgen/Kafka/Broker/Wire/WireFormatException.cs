namespace HyperIngest.LoadGen.Kafka;

/// <summary>A request is not laid out as its version says; its connection is closed, as a broker does.</summary>
internal sealed class WireFormatException(string message) : Exception(message);
