namespace HyperIngest.Host.Commands;

/// <summary>What was typed cannot be done; the message says what was expected. Ends the program with <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message) : Exception(message);
