using System.Globalization;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// A recorded series, played over and over: a CSV file of times and values. It begins at 1970-01-01 and begins again after its last row, which lasts as long as the one before it,
/// so that its value, too, is a function of time alone.
/// </summary>
public sealed class Recording
{
    /// <summary>Largest file: what is meant is minutes to days of one sensor, and all of it is held in memory.</summary>
    public const long MaxBytes = 64L << 20;

    /// <summary>Most rows: 16 bytes each in memory.</summary>
    public const int MaxRows = 2_000_000;

    /// <summary>Longest line, in characters.</summary>
    private const int MaxLineLength = 200;

    // Ticks since the first row, increasing, and the value from then on.
    private readonly long[] _ticks;
    private readonly double[] _values;

    private Recording(long[] ticks, double[] values)
    {
        _ticks = ticks;
        _values = values;
        LengthTicks = ticks.Length == 1 ? 1 : ticks[^1] + (ticks[^1] - ticks[^2]);
    }

    /// <summary>Rows.</summary>
    public int Rows => _values.Length;

    /// <summary>Its length, in ticks of 100 ns.</summary>
    public long LengthTicks { get; }

    /// <summary>Reads a file of lines <c>time,value</c>: seconds (<c>12.5</c>) or ISO 8601 times, increasing. A first line <c>time,value</c>, empty lines and lines that begin with # are passed over.</summary>
    /// <exception cref="InvalidDataException">The file is wrong; the message has file, line, column, and what was expected.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Recording Load(string path)
    {
        FileInfo file = new(path);
        if (file.Exists && file.Length > MaxBytes) throw new InvalidDataException($"{path}:1:1: expected at most {MaxBytes >> 20} MiB, found {file.Length >> 20} MiB");
        using StreamReader text = new(path);
        return Read(path, text);
    }

    /// <summary>Reads the same from text; <paramref name="name"/> stands for it in errors.</summary>
    /// <exception cref="InvalidDataException">It is wrong.</exception>
    public static Recording Read(string name, TextReader text)
    {
        List<long> ticks = [];
        List<double> values = [];
        bool? areSeconds = null;
        long first = 0;
        int number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            if (line.Length > MaxLineLength) throw Wrong(MaxLineLength + 1, $"a line of at most {MaxLineLength} characters", $"{line.Length}");
            if (string.IsNullOrWhiteSpace(line) || line[0] == '#' || (number == 1 && line.Trim().Equals("time,value", StringComparison.OrdinalIgnoreCase))) continue;
            int comma = line.IndexOf(',', StringComparison.Ordinal);
            if (comma < 0) throw Wrong(line.Length + 1, "two columns, time and value, with a comma between", $"'{line}'");
            ReadOnlySpan<char> time = line.AsSpan(0, comma).Trim(), value = line.AsSpan(comma + 1).Trim();
            if (!TryTime(time, ref areSeconds, out long at))
            {
                string expected = areSeconds switch { true => "seconds such as 12.5, as in the rows before", false => "an ISO 8601 time, as in the rows before", _ => "seconds such as 12.5, or an ISO 8601 time such as 2026-01-31T08:00:00Z" };
                throw Wrong(1, expected, $"'{time}'");
            }
            if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number64) || !double.IsFinite(number64)) throw Wrong(comma + 2, "a number", $"'{value}'");
            if (ticks.Count == MaxRows) throw Wrong(1, $"at most {MaxRows} rows", "one more");
            if (ticks.Count == 0) first = at;
            if (ticks.Count > 0 && at - first <= ticks[^1]) throw Wrong(1, "a time after that of the row before", $"'{time}'");
            ticks.Add(at - first);
            values.Add(number64);
        }
        if (values.Count == 0) throw new InvalidDataException($"{name}:{number + 1}:1: expected at least one row such as 0,21.5; found none");
        return new Recording([.. ticks], [.. values]);

        InvalidDataException Wrong(int column, string expected, string found) => new(string.Create(CultureInfo.InvariantCulture, $"{name}:{number}:{column}: expected {expected}, found {found}"));
    }

    /// <summary>The value at a time.</summary>
    /// <param name="utcTicks">UTC ticks of 100 ns.</param>
    /// <param name="linear">Straight from row to row, and from the last back to the first; otherwise a row's value holds until the next.</param>
    public double ValueAt(long utcTicks, bool linear)
    {
        long at = (utcTicks - DateTime.UnixEpoch.Ticks) % LengthTicks;
        if (at < 0) at += LengthTicks;
        int row = Array.BinarySearch(_ticks, at);
        if (row < 0) row = ~row - 1;
        if (!linear || _values.Length == 1) return _values[row];
        bool last = row == _values.Length - 1;
        long end = last ? LengthTicks : _ticks[row + 1];
        double next = last ? _values[0] : _values[row + 1];
        return _values[row] + ((next - _values[row]) * ((double)(at - _ticks[row]) / (end - _ticks[row])));
    }

    private static bool TryTime(ReadOnlySpan<char> text, ref bool? areSeconds, out long ticks)
    {
        ticks = 0;
        if (areSeconds != false && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal seconds))
        {
            // A hundred years: beyond it the file counts in something else, such as milliseconds since 1970.
            if (Math.Abs(seconds) > 100m * 366 * 86_400) return false;
            ticks = (long)(seconds * TimeSpan.TicksPerSecond);
            areSeconds = true;
            return true;
        }
        if (areSeconds == true || !text.Contains('-')) return false;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)) return false;
        ticks = time.UtcTicks;
        areSeconds = false;
        return true;
    }
}
