using System.Globalization;
using System.Text;

namespace HyperIngest.LoadGen.Report.Html.Charts;

/// <summary>
/// Makes an SVG path of places, 0 to 1, in a box of <see cref="Width"/> by <see cref="Height"/>. Of the points that fall into one column only the first, the lowest, the
/// highest and the last are kept: more would be drawn over each other, and fewer would hide a spike.
/// </summary>
internal sealed class PathData(int columns)
{
    /// <summary>Width of the box; the widest plot is about as many pixels wide.</summary>
    public const int Width = 1000;

    /// <summary>Height of the box; several units to a pixel.</summary>
    public const int Height = 1000;

    private readonly StringBuilder _text = new();
    private readonly List<(double X, double Y)> _column = [];
    private int _index = -1;
    private bool _isDrawing;
    private (string X, string Y) _at;

    /// <summary>A line through <paramref name="points"/>, in order of their x; broken where a y is no number.</summary>
    public static string Line(IEnumerable<(double X, double Y)> points, int columns = Width)
    {
        PathData path = new(columns);
        foreach ((double x, double y) in points) path.Add(x, y);
        path.Flush();
        return path._text.ToString();
    }

    /// <summary>What lies below <see cref="Line"/>, to be filled: SVG closes what it fills along the bottom.</summary>
    public static string Area(IEnumerable<(double X, double Y)> points, int columns = Width)
    {
        PathData path = new(columns);
        double last = double.NaN;
        foreach ((double x, double y) in points)
        {
            bool isGap = double.IsNaN(y);
            if (!isGap && double.IsNaN(last)) path.Add(x, 0);
            if (isGap && !double.IsNaN(last)) path.Add(last, 0);
            path.Add(x, y);
            last = isGap ? double.NaN : x;
        }
        if (!double.IsNaN(last)) path.Add(last, 0);
        path.Flush();
        return path._text.ToString();
    }

    /// <summary>An upright down to the bottom for each point; of those in one column the highest.</summary>
    public static string Stems(IEnumerable<(double X, double Y)> points, int columns = Width)
    {
        SortedDictionary<int, double> highest = [];
        foreach ((double x, double y) in points)
        {
            int column = Math.Min((int)(x * columns), columns - 1);
            if (double.IsFinite(y)) highest[column] = Math.Max(y, highest.GetValueOrDefault(column));
        }
        StringBuilder text = new();
        foreach ((int column, double y) in highest)
        {
            text.Append(CultureInfo.InvariantCulture, $"M{Across((column + 0.5) / columns)} {Down(y)}V{Height}");
        }
        return text.ToString();
    }

    private void Add(double x, double y)
    {
        if (double.IsNaN(y))
        {
            Flush();
            _isDrawing = false;
            _index = -1;
            return;
        }
        int index = Math.Min((int)(x * columns), columns - 1);
        if (index != _index) Flush();
        _index = index;
        _column.Add((x, y));
    }

    private void Flush()
    {
        if (_column.Count == 0) return;
        int lowest = 0, highest = 0;
        for (int i = 1; i < _column.Count; i++)
        {
            if (_column[i].Y < _column[lowest].Y) lowest = i;
            if (_column[i].Y > _column[highest].Y) highest = i;
        }
        Write(_column[0]);
        Write(_column[Math.Min(lowest, highest)]);
        Write(_column[Math.Max(lowest, highest)]);
        Write(_column[^1]);
        _column.Clear();
    }

    private void Write((double X, double Y) point)
    {
        (string X, string Y) to = (Across(point.X), Down(point.Y));
        if (!_isDrawing) _text.Append('M').Append(to.X).Append(' ').Append(to.Y);
        else if (to == _at) return;
        else if (to.Y == _at.Y) _text.Append('H').Append(to.X);
        else if (to.X == _at.X) _text.Append('V').Append(to.Y);
        else _text.Append('L').Append(to.X).Append(' ').Append(to.Y);
        _isDrawing = true;
        _at = to;
    }

    private static string Across(double place) => (place * Width).ToString("0.#", CultureInfo.InvariantCulture);

    private static string Down(double place) => ((1 - place) * Height).ToString("0", CultureInfo.InvariantCulture);
}
