namespace HyperIngest.Host.Commands.Chaos;

/// <summary>The sinks that <c>--sink</c> can name.</summary>
internal static class ChaosSinks
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [PostgresChaosSink.SinkName, KafkaChaosSink.SinkName];

    /// <summary>Starts one.</summary>
    /// <exception cref="InvalidOperationException">Its server did not start; the message says why.</exception>
    public static async Task<IChaosSink> StartAsync(string name, CancellationToken cancellationToken) => name switch
    {
        PostgresChaosSink.SinkName => await PostgresChaosSink.StartAsync(cancellationToken),
        KafkaChaosSink.SinkName => KafkaChaosSink.Start(),
        _ => throw new ArgumentException($"There is no sink '{name}'.", nameof(name)),
    };
}
