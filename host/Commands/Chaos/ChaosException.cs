namespace HyperIngest.Host.Commands.Chaos;

/// <summary>Something that must hold beside a fault did not; the message says what. It goes into the report, and the run goes on.</summary>
internal sealed class ChaosException(string message) : Exception(message);
