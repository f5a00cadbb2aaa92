using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace HyperIngest.Host.Configuration.Yaml;

/// <summary>
/// Reads one YAML document into nodes with places. Works on the parser's events rather than on its object model, which
/// stops at the first duplicate key; here duplicates stay in, so that all of them are reported at once.
/// </summary>
internal sealed class YamlDocumentReader
{
    // The schema is 5 levels deep; anything much deeper is an attack on the stack.
    private const int MaxDepth = 32;

    private readonly IParser _parser;
    private readonly ProblemList _problems;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);

    private YamlDocumentReader(IParser parser, ProblemList problems)
    {
        _parser = parser;
        _problems = problems;
    }

    /// <summary>The document's root, or null when there is none or it cannot be read; then <paramref name="problems"/> says why.</summary>
    public static YamlNode? Read(TextReader text, ProblemList problems)
    {
        try
        {
            return new YamlDocumentReader(new Parser(text), problems).ReadDocument();
        }
        catch (YamlException broken)
        {
            problems.Error(ToMark(broken.Start), "", $"not valid YAML: {broken.Message}");
            return null;
        }
    }

    private YamlNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _problems.Error(new Mark(1, 1), "", "the file is empty");
            return null;
        }
        YamlNode root = ReadNode(0);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out DocumentStart? second))
        {
            _problems.Error(ToMark(second.Start), "", "expected one YAML document, found a second one");
        }
        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > MaxDepth) throw new YamlException(_parser.Current!.Start, _parser.Current.End, $"nested more than {MaxDepth} levels deep");
        if (_parser.TryConsume<AnchorAlias>(out AnchorAlias? alias))
        {
            return _anchors.TryGetValue(alias.Value.Value, out YamlNode? target)
                ? target
                : throw new YamlException(alias.Start, alias.End, $"*{alias.Value} names an anchor that is not (or not yet) there");
        }
        if (_parser.TryConsume<Scalar>(out Scalar? scalar))
        {
            RefuseTag(scalar);
            return Anchored(scalar.Anchor, new YamlScalar(ToMark(scalar.Start), scalar.Value, scalar.Style != ScalarStyle.Plain));
        }
        if (_parser.TryConsume<SequenceStart>(out SequenceStart? sequence))
        {
            RefuseTag(sequence);
            List<YamlNode> items = [];
            while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
            return Anchored(sequence.Anchor, new YamlSequence(ToMark(sequence.Start), items));
        }
        MappingStart mapping = _parser.Consume<MappingStart>();
        RefuseTag(mapping);
        List<YamlEntry> entries = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            YamlNode key = ReadNode(depth + 1);
            YamlNode value = ReadNode(depth + 1);
            if (key is YamlScalar name) entries.Add(new YamlEntry(name, value));
            else _problems.Error(key.Mark, "", $"expected a key, found {key.Kind}; a value that begins with '{{' or '[' needs quotes");
        }
        return Anchored(mapping.Anchor, new YamlMapping(ToMark(mapping.Start), entries));
    }

    private YamlNode Anchored(AnchorName anchor, YamlNode node)
    {
        if (!anchor.IsEmpty) _anchors[anchor.Value] = node;
        return node;
    }

    private void RefuseTag(NodeEvent node)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific) _problems.Error(ToMark(node.Start), "", $"YAML tags such as {node.Tag} mean nothing here");
    }

    private static Mark ToMark(YamlDotNet.Core.Mark mark) => new((int)mark.Line, (int)mark.Column);
}
