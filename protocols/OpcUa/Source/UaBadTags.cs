namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>A device's tags whose node the server does not know or refuses, until they are tried again: one reading with that status when it happens, one fault, one log line for the first few. Under the device's gate.</summary>
internal sealed class UaBadTags(UaDevice device)
{
    // A server that lost all of its nodes says so once a tag; the log has the first of them and how many more.
    private const int NamedAtOnce = 5;

    private readonly Dictionary<int, uint> _bad = [];
    private int _named;
    private int _unnamed;

    // Written under the gate, read by gauges at any time.
    private int _count;

    /// <summary>How many there are. Any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Which there are.</summary>
    public int[] All => [.. _bad.Keys];

    /// <summary>When they are tried again, ms of the device's clock; <see cref="long.MaxValue"/> while there are none.</summary>
    public long RetryAt { get; set; } = long.MaxValue;

    /// <summary>The server does not know a tag's node, or refuses it.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="status">What it says.</param>
    /// <param name="reason">The same in words; null for the status's name.</param>
    /// <param name="hasReading">Whether the value that said so is a reading already.</param>
    public void Mark(int tag, uint status, string? reason = null, bool hasReading = false)
    {
        bool isNew = !_bad.TryGetValue(tag, out uint before);
        _bad[tag] = status;
        device.Tags.Items[tag].IsBad = true;
        Volatile.Write(ref _count, _bad.Count);
        if (RetryAt == long.MaxValue) RetryAt = device.Parts.NowMs + (long)device.Options.RetryBadNodes.TotalMilliseconds;
        // Still what it was when it was last tried.
        if (!isNew && before == status) return;
        string why = reason ?? UaStatusCodes.NameOf(status);
        device.CountFault($"tag {device.Tags[tag].Name}: {why}");
        if (!hasReading)
        {
            UaReadingBlock block = device.Outlet.Rent();
            device.Tags.AddBad(tag, status, device.Parts.UtcTicks, block);
            device.Outlet.Put(block);
        }
        if (_named++ < NamedAtOnce) UaSourceLog.TagBad(device.Parts.Logger, device.Name, device.Tags[tag].Name, why, device.Options.RetryBadNodes);
        else _unnamed++;
    }

    /// <summary>The server takes a tag's node now.</summary>
    public void Clear(int tag)
    {
        device.Tags.Items[tag].IsBad = false;
        if (!_bad.Remove(tag)) return;
        Volatile.Write(ref _count, _bad.Count);
        if (_bad.Count == 0) RetryAt = long.MaxValue;
    }

    /// <summary>So many tags were looked at as were to be: says how many more are bad than were named.</summary>
    public void EndRound()
    {
        if (_unnamed > 0) UaSourceLog.MoreTagsBad(device.Parts.Logger, device.Name, _unnamed, device.Options.RetryBadNodes);
        _named = _unnamed = 0;
    }
}
