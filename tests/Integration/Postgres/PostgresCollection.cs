using HyperIngest.LoadGen;
using Npgsql;

namespace HyperIngest.Tests.Integration.Postgres;

/// <summary>One PostgreSQL server for all tests that need one; each test takes a schema, or a database, of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    internal PrivatePostgres Server { get; private set; } = null!;

    public string ConnectionString => Server.ConnectionString;

    public async Task InitializeAsync() => Server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { SharedBuffers = "64MB", MaxWalSize = "1GB" });

    public async Task DisposeAsync() => await Server.DisposeAsync();

    public async Task RunAsync(string statement)
    {
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T[]> ColumnAsync<T>(string query)
    {
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(query, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<T> values = [];
        while (await reader.ReadAsync()) values.Add(reader.IsDBNull(0) ? default! : reader.GetFieldValue<T>(0));
        return [.. values];
    }

    public async Task<T> OneAsync<T>(string query) => Assert.Single(await ColumnAsync<T>(query));
}

[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}
