using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using HyperIngest.Core.Delivery;
using Npgsql;

namespace HyperIngest.Sinks.Postgres;

/// <summary>
/// Sorts what PostgreSQL and Npgsql report by SQLSTATE (PostgreSQL, Appendix A) into retry, reject, stop. Reasons hold the server's message and never the
/// connection string.
/// </summary>
public static partial class PostgresErrors
{
    /// <summary>What an error means for the delivery it met. Never Accepted.</summary>
    public static DeliveryOutcome Classify(Exception exception) => exception switch
    {
        PostgresException e => Classify(e),
        NpgsqlException { InnerException: TimeoutException } => DeliveryOutcome.Retry("PostgreSQL did not answer in time"),
        NpgsqlException { InnerException: PostgresException inner } => Classify(inner),
        // Certificates and authentication methods: trying again with the same settings will not help.
        NpgsqlException { InnerException: System.Security.Authentication.AuthenticationException inner } =>
            DeliveryOutcome.Stop($"the TLS handshake with PostgreSQL failed: {inner.Message}. Look at SSL Mode, Root Certificate and the server's certificate"),
        NpgsqlException e => DeliveryOutcome.Retry(WithInner("PostgreSQL cannot be reached or the connection died", e)),
        SocketException or IOException or TimeoutException or ObjectDisposedException =>
            DeliveryOutcome.Retry($"the connection to PostgreSQL died: {exception.Message}"),
        _ => DeliveryOutcome.Stop($"unexpected {exception.GetType().Name}: {exception.Message}"),
    };

    /// <summary>What a server error means.</summary>
    public static DeliveryOutcome Classify(PostgresException error)
    {
        string reason = Describe(error);
        string state = error.SqlState;
        return VerdictOf(state) switch
        {
            DeliveryVerdict.Rejected => RowOf(error.Where) is { } row ? DeliveryOutcome.Rejected(reason, row) : DeliveryOutcome.Rejected(reason),
            DeliveryVerdict.Retry => DeliveryOutcome.Retry(reason),
            _ => DeliveryOutcome.Stop(reason + Advice(state)),
        };
    }

    /// <summary>The rule alone. What is not listed stops the lane: a person sees it, and nothing is lost or dropped meanwhile.</summary>
    public static DeliveryVerdict VerdictOf(string sqlState) => sqlState switch
    {
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled (also the statement timeout), read_only_sql_transaction (a failover's old primary)
        "40001" or "40P01" or "40003" or "55P03" or "57014" or "25006" => DeliveryVerdict.Retry,
        // admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout; idle_in_transaction_session_timeout
        "57P01" or "57P02" or "57P03" or "57P05" or "25P03" => DeliveryVerdict.Retry,
        // object_in_use: a table being dropped or attached
        "55006" => DeliveryVerdict.Retry,
        _ => sqlState.AsSpan(0, Math.Min(2, sqlState.Length)) switch
        {
            // connection exceptions, insufficient resources (disk full, too many connections), system errors outside PostgreSQL
            "08" or "53" or "58" => DeliveryVerdict.Retry,
            // data exceptions, integrity constraint violations, WITH CHECK OPTION violations: a row's fault
            "22" or "23" or "44" => DeliveryVerdict.Rejected,
            _ => DeliveryVerdict.Stop,
        },
    };

    /// <summary>The row, from 0, that a COPY complained of; null when the error does not say.</summary>
    internal static int? RowOf(string? where)
    {
        if (where is null) return null;
        Match match = CopyLine().Match(where);
        return match.Success && int.TryParse(match.ValueSpan(), NumberStyles.None, CultureInfo.InvariantCulture, out int line) && line > 0 ? line - 1 : null;
    }

    private static ReadOnlySpan<char> ValueSpan(this Match match) => match.Groups[1].ValueSpan;

    private static string Describe(PostgresException error)
    {
        string about = error switch
        {
            { ConstraintName: { Length: > 0 } name, TableName: { Length: > 0 } table } => $" (table {table}, constraint {name})",
            { ColumnName: { Length: > 0 } column, TableName: { Length: > 0 } table } => $" (table {table}, column {column})",
            { Where: { Length: > 0 } where } => $" ({FirstLine(where)})",
            _ => "",
        };
        return $"PostgreSQL {error.SqlState}: {error.MessageText}{about}";
    }

    private static string Advice(string state) => state switch
    {
        "28P01" or "28000" => ". Look at Username and Password in the sink's connection string and at the server's pg_hba.conf",
        "3D000" => ". Create the database, or name another in the sink's connection string",
        "42501" => ". Grant the sink's user what it needs: INSERT on the tables, and CREATE on the schema unless the tables and partitions are made for it",
        "42P01" => ". Create the table again; tables of the sink's own come back by themselves",
        "42703" or "42804" => ". Look at the columns of the sink's table or mapping",
        "3F000" => ". Create the schema, or name another in the sink's options",
        _ => "",
    };

    private static string WithInner(string what, Exception exception) =>
        exception.InnerException is { } inner ? $"{what}: {exception.Message} ({inner.Message})" : $"{what}: {exception.Message}";

    private static string FirstLine(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }

    // "COPY readings, line 17" or "COPY readings, line 17, column value": commands/copyfromparse.c, CopyFromErrorCallback. Binary rows count as lines.
    [GeneratedRegex(@"^COPY .*, line (\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex CopyLine();
}
