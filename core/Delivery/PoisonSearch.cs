namespace HyperIngest.Core.Delivery;

/// <summary>
/// The ranges of a rejected chunk still to be delivered, in order. A range that is rejected is split where the sink says the poison is, or in half; every split makes
/// smaller ranges, so that the search ends whatever the sink says.
/// </summary>
internal sealed class PoisonSearch
{
    private readonly Stack<(int First, int Count)> _ranges = new();

    /// <summary>The next range; false when all are done.</summary>
    public bool TryNext(out int first, out int count)
    {
        bool any = _ranges.TryPop(out (int First, int Count) range);
        (first, count) = range;
        return any;
    }

    /// <summary>Forgets a search that was broken off.</summary>
    public void Clear() => _ranges.Clear();

    /// <summary>A range of at least two was rejected; <paramref name="hint"/> is the index in it of the reading the sink complained of, or -1.</summary>
    public void Split(int first, int count, int hint)
    {
        // Pushed last part first, so that they come off in order.
        if ((uint)hint < (uint)count)
        {
            if (hint + 1 < count) _ranges.Push((first + hint + 1, count - hint - 1));
            _ranges.Push((first + hint, 1));
            if (hint > 0) _ranges.Push((first, hint));
            return;
        }
        int half = count / 2;
        _ranges.Push((first + half, count - half));
        _ranges.Push((first, half));
    }
}
