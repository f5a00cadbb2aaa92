using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace HyperIngest.LoadGen.Report.Html;

/// <summary>Elements of the page. They are a tree until they are written, so that no text of a user can end up as markup, and the page is both HTML and XML.</summary>
internal static class Markup
{
    // What HTML or SVG closes by itself; everything else needs an end tag, also when it is empty.
    private static readonly HashSet<string> SelfClosing = new(StringComparer.Ordinal) { "meta", "br", "path", "use", "rect", "line" };

    /// <summary>An element; strings among <paramref name="content"/> are text.</summary>
    public static XElement Element(string name, params ReadOnlySpan<object?> content)
    {
        XElement element = new(name);
        foreach (object? part in content) element.Add(part is string text ? Text(text) : part);
        if (element.IsEmpty && !SelfClosing.Contains(name)) element.Add("");
        return element;
    }

    /// <summary>An attribute.</summary>
    public static XAttribute Attribute(string name, string value) => new(name, Text(value));

    /// <summary>The <c>class</c> attribute.</summary>
    public static XAttribute Class(string names) => new("class", names);

    /// <summary>A share of the parent's width or height, for <c>style</c>.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##}%");

    /// <summary>A table: a head of column names and rows of cells. A name that begins with <c>#</c> (not part of it) makes a column of numbers. A narrow screen may show a cell without its head, so each cell knows its column.</summary>
    public static XElement Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<object>> rows) => Element("table",
        Element("thead", Element("tr", columns.Select(c => Cell("th", c.TrimStart('#'), c.StartsWith('#'), Attribute("scope", "col"))))),
        Element("tbody", rows.Select(row => Element("tr", row.Select((cell, i) =>
            Cell(i == 0 ? "th" : "td", cell, columns[i].StartsWith('#'), i == 0 ? Attribute("scope", "row") : Attribute("data-column", columns[i].TrimStart('#'))))))));

    /// <summary>The page as text, its document type in front.</summary>
    public static string Write(XElement html)
    {
        StringBuilder text = new("<!DOCTYPE html>\n");
        using (XmlWriter writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.None }))
        {
            html.WriteTo(writer);
        }
        return text.Append('\n').ToString();
    }

    private static XElement Cell(string name, object content, bool isNumber, XAttribute role) =>
        Element(name, role, isNumber ? Class("n") : null, content);

    // Control characters and halves of surrogate pairs are in no document; a file or a name may have them.
    private static string Text(string text)
    {
        StringBuilder? clean = null;
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]);
            if (isPair || XmlConvert.IsXmlChar(text[i]))
            {
                clean?.Append(text, i, isPair ? 2 : 1);
                if (isPair) i++;
            }
            else (clean ??= new StringBuilder(text, 0, i, text.Length)).Append('\uFFFD');
        }
        return clean?.ToString() ?? text;
    }
}
