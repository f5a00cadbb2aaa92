using System.Text.Json;

namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>The words for fault kinds, the same in plant files, over HTTP and on the control lines: <c>wrong-transaction-id</c>.</summary>
public static class FaultNames
{
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    /// <summary>Every word with its kind, in the order of the kinds.</summary>
    public static IReadOnlyList<(string Word, FaultKind Kind)> All { get; } = [.. Kinds.Select(k => (JsonNamingPolicy.KebabCaseLower.ConvertName(k.ToString()), k))];

    /// <summary>The word for a kind.</summary>
    public static string Of(FaultKind kind) => All[(int)kind].Word;

    /// <summary>Reads a word; case does not count. <c>repeat</c> is <see cref="FaultKind.Duplicate"/>, which older plant files call it.</summary>
    public static bool TryParse(string text, out FaultKind kind)
    {
        kind = FaultKind.Duplicate;
        if (text.Equals("repeat", StringComparison.OrdinalIgnoreCase)) return true;
        foreach ((string word, FaultKind known) in All)
        {
            kind = known;
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}
