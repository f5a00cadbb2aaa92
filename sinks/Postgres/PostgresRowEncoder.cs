using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Postgres;

/// <summary>Writes readings as rows of one COPY in PostgreSQL's binary format (sql-copy, "Binary Format").</summary>
internal abstract class PostgresRowEncoder
{
    /// <summary>Signature "PGCOPY\n\377\r\n\0", flags (int32), length of the header extension (int32).</summary>
    public const int HeaderBytes = 19;

    /// <summary>The field count -1 (int16) that ends the rows.</summary>
    public const int TrailerBytes = 2;

    private static ReadOnlySpan<byte> Header => [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Writes the file header and returns its length.</summary>
    public static int WriteHeader(Span<byte> destination)
    {
        Header.CopyTo(destination);
        return HeaderBytes;
    }

    /// <summary>Writes the file trailer and returns its length.</summary>
    public static int WriteTrailer(Span<byte> destination)
    {
        destination[0] = destination[1] = 0xFF;
        return TrailerBytes;
    }

    /// <summary>Encodes readings from the first on until the destination has no room for another row, or a reading cannot be a row.</summary>
    public abstract EncodedRows Encode(ReadOnlySpan<Reading> readings, Span<byte> destination);
}

/// <summary>What an encoder did.</summary>
/// <param name="Rows">Readings encoded, from the first on.</param>
/// <param name="Bytes">Bytes written.</param>
/// <param name="Poison">Why reading <paramref name="Rows"/> cannot be a row; null when the encoder stopped for another reason.</param>
internal readonly record struct EncodedRows(int Rows, int Bytes, string? Poison = null);
