using Npgsql;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>The schema a demo works in: its own, made anew each time, because the verifier counts every row it finds. It is left behind to be looked at.</summary>
internal static class DemoDatabase
{
    /// <summary>Its name.</summary>
    public const string Schema = "hyperingest_demo";

    /// <summary>Drops what an earlier demo left; says at once when the server cannot be reached or the user may not.</summary>
    /// <exception cref="InvalidOperationException">The server cannot be used; the message says why, without the connection string.</exception>
    public static async Task PrepareAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection connection = new(connectionString);
            await connection.OpenAsync(cancellationToken);
            await using NpgsqlCommand command = new($"DROP SCHEMA IF EXISTS {Schema} CASCADE", connection) { CommandTimeout = 300 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (NpgsqlException refused)
        {
            throw new InvalidOperationException($"demo: PostgreSQL cannot be used: {refused.Message}. Check --postgres; the user needs to connect and to create a schema.", refused);
        }
        catch (ArgumentException)
        {
            // The driver's message may quote the string, and with it the password.
            throw new UsageException("demo: --postgres: expected an Npgsql connection string such as 'Host=db;Database=plant;Username=ingest'; what is there is not one");
        }
    }
}
