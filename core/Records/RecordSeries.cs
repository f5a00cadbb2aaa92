using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>A series as a record describes it, in the record's own bytes: what must be known to register it when it is new.</summary>
internal ref struct RecordSeries
{
    public ReadOnlySpan<byte> Tenant;
    public ReadOnlySpan<byte> Device;
    public ReadOnlySpan<byte> Tag;
    public ReadOnlySpan<byte> Unit;
    public ReadOnlySpan<byte> Topic;
    public ValueKind Kind;
    public Classification Classification;
}
