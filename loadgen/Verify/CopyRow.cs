using HyperIngest.Core.Readings;

namespace HyperIngest.LoadGen.Verify;

/// <summary>A row of the sink's own readings table, as COPY gives it.</summary>
/// <param name="SeriesId">The sink's id of the series.</param>
/// <param name="Status">OPC UA status.</param>
/// <param name="Kind">How <paramref name="ValueBits"/> is to be read: float64, or an exact integer where the table kept one as text; text where there is no number.</param>
/// <param name="ValueBits">The value.</param>
/// <param name="TimeTicks">UTC ticks; PostgreSQL keeps whole microseconds.</param>
internal readonly record struct CopyRow(int SeriesId, uint Status, ValueKind Kind, long ValueBits, long TimeTicks);
