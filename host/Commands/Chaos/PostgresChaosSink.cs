using HyperIngest.Host.Commands.Chaos.Faults;
using HyperIngest.LoadGen;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>A private PostgreSQL, fsync and synchronous_commit on.</summary>
internal sealed class PostgresChaosSink : IChaosSink
{
    /// <summary>Its name, on the command line too.</summary>
    public const string SinkName = "postgres";

    private const string ConnectionVariable = "HYPERINGEST_CHAOS_POSTGRES";

    private PostgresChaosSink(PrivatePostgres server)
    {
        Server = server;
        Environment = new Dictionary<string, string> { [ConnectionVariable] = server.ConnectionString };
        Faults = [new KillPostgres(this), new CutPostgresConnections(this)];
    }

    /// <inheritdoc/>
    public string Name => SinkName;

    /// <inheritdoc/>
    public string Description => "a private server in a temporary folder";

    /// <inheritdoc/>
    public string SiteItem => $"{{ name: {SinkName}, type: postgres, connection: \"${{{ConnectionVariable}}}\" }}";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IChaosFault> Faults { get; }

    /// <summary>The server.</summary>
    public PrivatePostgres Server { get; }

    /// <summary>Held by the one fault that may start and stop the server.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Starts the server.</summary>
    public static async Task<PostgresChaosSink> StartAsync(CancellationToken cancellationToken) =>
        new(await PrivatePostgres.StartAsync(new PrivatePostgresOptions { OwnSession = true }, cancellationToken));

    /// <inheritdoc/>
    public IReadOnlyList<string> VerifyArguments(string sitePath, string folder) => ["--site", sitePath, "--sink", SinkName];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Turn.Dispose();
    }
}
