using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Sinks.Postgres;
using HyperIngest.Tests.Integration.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace HyperIngest.Tests.Integration.Pipeline;

/// <summary>What a killed process left at the server, as the next one finds it.</summary>
[Collection(PostgresTests.Name)]
public sealed class CursorAfterKillTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _schema = $"s{Guid.NewGuid():N}";
    private readonly LaneIdentity _identity = new("node-a", Guid.NewGuid(), 0);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => postgres.RunAsync($"drop schema if exists {_schema} cascade");

    [Fact]
    public async Task A_commit_that_is_still_under_way_is_waited_for_and_counts()
    {
        string application = $"waiter-{_schema}"[..40];
        PostgresOptions options = new() { ConnectionString = $"{postgres.ConnectionString};Application Name={application}", Schema = _schema };
        await using PostgresSink sink = new(options, new SeriesCatalog(), NullLogger.Instance);
        await sink.PrepareAsync(default);
        await (await sink.OpenLaneAsync(_identity, default)).DisposeAsync();

        // The dead process' backend: the cursor is moved, the commit not yet done.
        await using NpgsqlConnection dying = new(postgres.ConnectionString);
        await dying.OpenAsync();
        await using NpgsqlTransaction transaction = await dying.BeginTransactionAsync();
        await using (NpgsqlCommand move = new($"update {_schema}.{PostgresSchema.CursorTable} set position = 4096, \"index\" = 7", dying)) Assert.Equal(1, await move.ExecuteNonQueryAsync());

        Task<ISinkLane> opening = sink.OpenLaneAsync(_identity, default);
        string waiting = $"select case when exists (select from pg_stat_activity where application_name = '{application}' and wait_event_type = 'Lock') then 1 else 0 end";
        await Eventually.IsTrue(() => opening.IsCompleted || postgres.OneAsync<int>(waiting).GetAwaiter().GetResult() == 1, "the new process waits for the old one's commit");
        Assert.False(opening.IsCompleted, "the cursor was read while a commit was under way");
        await transaction.CommitAsync();
        await using ISinkLane lane = await opening;
        Assert.Equal(new JournalPosition(4096, 7), lane.StoredCursor);
    }
}
