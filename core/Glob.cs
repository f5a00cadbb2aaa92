namespace HyperIngest.Core;

/// <summary>A pattern over names: <c>*</c> stands for any characters, <c>?</c> for one, everything else for itself; case counts.</summary>
/// <param name="Pattern">The pattern.</param>
public readonly record struct Glob(string Pattern)
{
    /// <summary>Whether <paramref name="name"/> is meant. Time grows with pattern times name at most, whatever the pattern.</summary>
    public bool Matches(string name)
    {
        int p = 0, n = 0, star = -1, mark = 0;
        while (n < name.Length)
        {
            if (p < Pattern.Length && Pattern[p] == '*')
            {
                star = p++;
                mark = n;
            }
            else if (p < Pattern.Length && (Pattern[p] == '?' || Pattern[p] == name[n]))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                // The star takes one character more, and what follows it is tried again.
                p = star + 1;
                n = ++mark;
            }
            else return false;
        }
        while (p < Pattern.Length && Pattern[p] == '*') p++;
        return p == Pattern.Length;
    }
}
