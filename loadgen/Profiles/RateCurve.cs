namespace HyperIngest.LoadGen.Profiles;

/// <summary>A stretch of time in which a rate goes evenly from one value to another.</summary>
/// <param name="From">Readings a second at its begin, 0 and up.</param>
/// <param name="To">Readings a second at its end, 0 and up.</param>
/// <param name="Seconds">How long, above 0.</param>
public readonly record struct RatePiece(double From, double To, double Seconds)
{
    /// <summary>Readings due in it.</summary>
    public double Readings => (From + To) / 2 * Seconds;
}

/// <summary>
/// A rate over time, of linear pieces: what was due by any moment, and the moment at which anything was due. Readings are the integral of the rate, so that over a ramp they go with the
/// square of time; both directions are closed formulas, and nothing is stepped or summed up.
/// </summary>
public sealed class RateCurve
{
    private readonly RatePiece[] _pieces;

    // Where each piece begins; one more for the end.
    private readonly double[] _begins;
    private readonly double[] _readings;

    /// <summary>The curve of <paramref name="pieces"/>, one after another.</summary>
    /// <exception cref="ArgumentException">No piece, a negative rate, or a piece that takes no time.</exception>
    public RateCurve(params IReadOnlyList<RatePiece> pieces)
    {
        if (pieces.Count == 0) throw new ArgumentException("A rate over time needs at least one piece.", nameof(pieces));
        _pieces = [.. pieces];
        _begins = new double[_pieces.Length + 1];
        _readings = new double[_pieces.Length + 1];
        for (int i = 0; i < _pieces.Length; i++)
        {
            RatePiece piece = _pieces[i];
            if (!(piece.From >= 0) || !(piece.To >= 0) || !double.IsFinite(piece.From + piece.To)) throw new ArgumentException($"Piece {i}: rates are 0 and up; found {piece.From} to {piece.To}.", nameof(pieces));
            if (!(piece.Seconds > 0) || !double.IsFinite(piece.Seconds)) throw new ArgumentException($"Piece {i}: it takes {piece.Seconds} s; more than 0 are needed.", nameof(pieces));
            _begins[i + 1] = _begins[i] + piece.Seconds;
            _readings[i + 1] = _readings[i] + piece.Readings;
        }
    }

    /// <summary>How long it is.</summary>
    public double Seconds => _begins[^1];

    /// <summary>All readings that are due in it.</summary>
    public double Readings => _readings[^1];

    /// <summary>The highest rate.</summary>
    public double Peak => _pieces.Max(p => Math.Max(p.From, p.To));

    /// <summary>The pieces.</summary>
    public IReadOnlyList<RatePiece> Pieces => _pieces;

    /// <summary>The same shape with other rates and another length.</summary>
    /// <param name="rates">Factor of all rates, 0 and up.</param>
    /// <param name="seconds">Factor of all times, above 0.</param>
    public RateCurve Scaled(double rates, double seconds) => new([.. _pieces.Select(p => new RatePiece(p.From * rates, p.To * rates, p.Seconds * seconds))]);

    /// <summary>Readings a second at <paramref name="second"/>; 0 outside the curve.</summary>
    public double RateAt(double second)
    {
        if (second < 0 || second >= Seconds) return 0;
        int i = PieceOf(_begins, second);
        RatePiece piece = _pieces[i];
        return piece.From + ((piece.To - piece.From) * (second - _begins[i]) / piece.Seconds);
    }

    /// <summary>Readings due from the begin until <paramref name="second"/>.</summary>
    public double ReadingsUpTo(double second)
    {
        if (second <= 0) return 0;
        if (second >= Seconds) return Readings;
        int i = PieceOf(_begins, second);
        RatePiece piece = _pieces[i];
        double into = second - _begins[i];
        return _readings[i] + (into * (piece.From + ((piece.To - piece.From) / (2 * piece.Seconds) * into)));
    }

    /// <summary>The second at which <paramref name="readings"/> have become due; the earliest where the rate is 0 for a while, and infinity for more than there are.</summary>
    public double SecondsAt(double readings)
    {
        if (readings <= 0) return 0;
        if (readings > Readings) return double.PositiveInfinity;
        int i = PieceOf(_readings, readings);
        // What is due exactly at the end of a piece is due there, and not after the pause that may follow.
        while (i > 0 && _readings[i] >= readings) i--;
        RatePiece piece = _pieces[i];
        double left = readings - _readings[i];
        double slope = (piece.To - piece.From) / piece.Seconds;
        // The root of from x t + slope / 2 x t^2 = left, in the form that neither cancels for small slopes nor divides by them.
        double root = Math.Sqrt(Math.Max(0, (piece.From * piece.From) + (2 * slope * left)));
        double into = 2 * left / (piece.From + root);
        return _begins[i] + Math.Min(into, piece.Seconds);
    }

    // The last piece that begins at or before the value.
    private int PieceOf(double[] begins, double value)
    {
        int found = Array.BinarySearch(begins, value);
        if (found < 0) found = ~found - 1;
        return Math.Clamp(found, 0, _pieces.Length - 1);
    }
}
