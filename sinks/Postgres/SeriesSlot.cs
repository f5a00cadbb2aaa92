using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Postgres;

/// <summary>What the row writer needs of a series, at the series' local id: 8 bytes, so that the readings of one poll find theirs in a few cache lines.</summary>
/// <param name="DatabaseIdBigEndian">The series' id in the database as it goes over the wire; 0 while the series is not in the database.</param>
/// <param name="Kind">How the value bits are read.</param>
internal readonly record struct SeriesSlot(int DatabaseIdBigEndian, ValueKind Kind);
