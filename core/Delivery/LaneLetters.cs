using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;

namespace HyperIngest.Core.Delivery;

/// <summary>
/// The dead letters of one lane: a reading has one letter, however often it comes by before the lane's cursor is past it. Used by the lane's loop alone.
/// </summary>
internal sealed class LaneLetters(string sink, LaneIdentity identity, LaneParts parts, Counter written)
{
    private readonly string _sink = sink;
    private readonly LaneIdentity _identity = identity;
    private readonly LaneParts _parts = parts;
    private readonly Counter _written = written;

    // Positions whose letter is written and which the sink's cursor is not known to be past.
    private readonly HashSet<JournalPosition> _open = [];

    /// <summary>Writes the letter of the reading at <paramref name="index"/> of the chunk, unless it has one; on the disk when this returns.</summary>
    /// <exception cref="IOException">It is not on the disk: the lane must not move past the reading.</exception>
    public void Write(DeliveryChunk chunk, int index, string reason)
    {
        Reading reading = chunk.ReadingAt(index);
        JournalPosition position = chunk.PositionAt(index);
        if (_open.Contains(position)) return;
        _parts.DeadLetters.Write(reading, _identity, _sink, position, reason);
        _open.Add(position);
        _written.Add();
        bool known = (uint)reading.SeriesId < (uint)_parts.Catalog.Count;
        LaneEvents.Poison(
            _parts.Logger, _sink, _identity.Shard, position,
            known ? _parts.Catalog.DeviceOf(reading.SeriesId) : "?", known ? _parts.Catalog.TagOf(reading.SeriesId) : "?", reason);
    }

    /// <summary>The cursor has passed, or was moved back to deliver again: what comes now may have a letter of its own.</summary>
    public void Forget() => _open.Clear();
}
