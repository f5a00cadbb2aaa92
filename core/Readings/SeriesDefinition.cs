namespace HyperIngest.Core.Readings;

/// <summary>What the catalog knows of a series: all that does not change from reading to reading.</summary>
/// <param name="Device">The device's name, unique in a node, such as <c>press-017</c>.</param>
/// <param name="Tag">The tag's name, unique in its device, such as <c>oil.temperature</c>.</param>
/// <param name="Kind">How the readings' value bytes are read.</param>
/// <param name="Unit">Engineering unit, such as <c>bar</c>; empty for none.</param>
/// <param name="Topic">Where publishing sinks put it; empty for the sink's own template.</param>
/// <param name="Tenant">Who owns it; empty in a single-tenant site.</param>
/// <param name="Classification">What the series is about.</param>
public readonly record struct SeriesDefinition(
    string Device,
    string Tag,
    ValueKind Kind = ValueKind.Float64,
    string Unit = "",
    string Topic = "",
    string Tenant = "",
    Classification Classification = Classification.Telemetry);
