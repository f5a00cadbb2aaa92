using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace HyperIngest.Tests.Unit.Postgres;

public sealed class PostgresErrorsTests
{
    [Theory]
    [InlineData("08006", DeliveryVerdict.Retry)]
    [InlineData("40001", DeliveryVerdict.Retry)]
    [InlineData("40P01", DeliveryVerdict.Retry)]
    [InlineData("53100", DeliveryVerdict.Retry)]
    [InlineData("53300", DeliveryVerdict.Retry)]
    [InlineData("55P03", DeliveryVerdict.Retry)]
    [InlineData("57P01", DeliveryVerdict.Retry)]
    [InlineData("57P03", DeliveryVerdict.Retry)]
    [InlineData("57014", DeliveryVerdict.Retry)]
    [InlineData("25006", DeliveryVerdict.Retry)]
    [InlineData("22003", DeliveryVerdict.Rejected)]
    [InlineData("22001", DeliveryVerdict.Rejected)]
    [InlineData("23505", DeliveryVerdict.Rejected)]
    [InlineData("23514", DeliveryVerdict.Rejected)]
    [InlineData("28P01", DeliveryVerdict.Stop)]
    [InlineData("3D000", DeliveryVerdict.Stop)]
    [InlineData("42P01", DeliveryVerdict.Stop)]
    [InlineData("42501", DeliveryVerdict.Stop)]
    [InlineData("42703", DeliveryVerdict.Stop)]
    [InlineData("XX000", DeliveryVerdict.Stop)]
    [InlineData("", DeliveryVerdict.Stop)]
    public void Errors_are_sorted_by_SQLSTATE(string state, DeliveryVerdict verdict) => Assert.Equal(verdict, PostgresErrors.VerdictOf(state));

    [Theory]
    [InlineData("COPY readings, line 3", 2)]
    [InlineData("COPY readings, line 17, column value: \"x\"", 16)]
    [InlineData("COPY odd, line 5 name, line 9", 8)]
    [InlineData("SQL statement \"copy\"", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_row_a_COPY_complains_of_is_found(string? where, int? row) => Assert.Equal(row, PostgresErrors.RowOf(where));

    [Fact]
    public void A_connection_that_breaks_is_tried_again()
    {
        Assert.Equal(DeliveryVerdict.Retry, PostgresErrors.Classify(new NpgsqlException("Exception while reading from stream", new IOException("reset"))).Verdict);
        Assert.Equal(DeliveryVerdict.Retry, PostgresErrors.Classify(new NpgsqlException("x", new TimeoutException())).Verdict);
    }

    [Fact]
    public void A_connection_string_that_cannot_be_read_is_not_repeated()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new PostgresSink(
            new PostgresOptions { ConnectionString = "Host=h;Pasword=hunter2;Username=u" }, new SeriesCatalog(), NullLogger.Instance));
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("sink postgres", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_001)]
    public void Options_out_of_range_say_what_was_expected(int rows)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new PostgresSink(
            new PostgresOptions { ConnectionString = "Host=h", MaxRowsPerCommit = rows }, new SeriesCatalog(), NullLogger.Instance));
        Assert.Contains("1 to 1000000", error.Message, StringComparison.Ordinal);
    }
}
