using System.Xml;
using System.Xml.Linq;

namespace HyperIngest.LoadGen.Report.Html;

/// <summary>The content of a <c>style</c> or <c>script</c> element, which HTML takes as it stands. It must do without <c>&lt;</c> and <c>&amp;</c>, so that the page is XML too.</summary>
internal sealed class RawText : XText
{
    /// <summary>Text of the program's own.</summary>
    public RawText(string text)
        : base(text)
    {
        if (text.AsSpan().ContainsAny('<', '&')) throw new ArgumentException("Style and script do without < and &, so that the page is XML too.", nameof(text));
    }

    /// <inheritdoc/>
    public override void WriteTo(XmlWriter writer) => writer.WriteRaw(Value);
}
