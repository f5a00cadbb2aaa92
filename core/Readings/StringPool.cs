namespace HyperIngest.Core.Readings;

/// <summary>Keeps each string once and numbers it. Interning is the caller's to serialise; reading by number is lock-free.</summary>
internal sealed class StringPool
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    // Written by the one interning thread; a longer array is published whole, so readers never see a hole below a number they hold.
    private string[] _strings = new string[64];

    public StringPool() => Intern("");

    public string this[int number] => Volatile.Read(ref _strings)[number];

    public int Count => _numbers.Count;

    public int Intern(string text)
    {
        if (_numbers.TryGetValue(text, out int number)) return number;
        number = _numbers.Count;
        string[] strings = _strings;
        if (number == strings.Length)
        {
            Array.Resize(ref strings, number * 2);
        }
        strings[number] = text;
        Volatile.Write(ref _strings, strings);
        _numbers.Add(text, number);
        return number;
    }

    public bool TryFind(string text, out int number) => _numbers.TryGetValue(text, out number);
}
