using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Sinks.Postgres;
using HyperIngest.Tests.Unit.Delivery;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Integration.Postgres;

/// <summary>The contract, on a table whose CHECK constraint makes 13 poison.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresLaneTests : SinkLaneContract
{
    private readonly PostgresFixture _postgres;
    private readonly string _schema = $"s{Guid.NewGuid():N}";

    public PostgresLaneTests(PostgresFixture postgres)
    {
        _postgres = postgres;
        Catalog.Register(new SeriesDefinition("press-1", "count", ValueKind.Int64));
    }

    protected override SeriesCatalog Catalog { get; } = new();

    protected override long PoisonValue => 13;

    protected override async Task<ISink> SinkAsync()
    {
        await _postgres.RunAsync($"create schema {_schema}; create table {_schema}.metrics (n bigserial, time timestamptz not null, value int8 check (value <> 13))");
        PostgresSink sink = new(
            new PostgresOptions
            {
                ConnectionString = _postgres.ConnectionString,
                Schema = _schema,
                Mapping = new PostgresMapping
                {
                    Table = $"{_schema}.metrics",
                    Columns = [new("time", PostgresField.Time), new("value", PostgresField.Value)],
                },
            },
            Catalog, NullLogger.Instance);
        await sink.PrepareAsync(default);
        return sink;
    }

    protected override Task<long[]> StoredAsync() => _postgres.ColumnAsync<long>($"select value from {_schema}.metrics order by n");

    // A trigger ends the very backend that is at the COPY, at its tenth row.
    protected override Task FailNextDeliveryAsync() => _postgres.RunAsync(
        $"""
        create sequence {_schema}.seen;
        create function {_schema}.die() returns trigger language plpgsql as $$
        begin
            if nextval('{_schema}.seen') = 10 then perform pg_terminate_backend(pg_backend_pid()); end if;
            return new;
        end $$;
        create trigger die before insert on {_schema}.metrics for each row execute function {_schema}.die()
        """);
}
