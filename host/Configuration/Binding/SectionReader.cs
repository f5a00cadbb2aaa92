using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Configuration.Yaml;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>What all readers of one file share.</summary>
/// <param name="Problems">Where problems go.</param>
/// <param name="Environment">Looks an environment variable up.</param>
internal sealed record BindingContext(ProblemList Problems, Func<string, string?> Environment);

/// <summary>
/// Reads the values of one mapping by the keys of its section. Making one reports unknown and duplicate keys; reading a value that is missing or
/// wrong reports that and goes on with the default, so that one pass finds everything.
/// </summary>
internal sealed class SectionReader
{
    private readonly BindingContext _context;
    private readonly Dictionary<string, YamlEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>A reader of <paramref name="node"/>; null or nothing reads as an empty section that begins at <paramref name="mark"/>.</summary>
    public SectionReader(BindingContext context, YamlNode? node, Mark mark, string path, Section section)
    {
        _context = context;
        Path = path;
        Mark = node?.Mark ?? mark;
        if (node is YamlMapping mapping) Take(mapping, section);
        else if (node is not null && node is not YamlScalar { IsNothing: true })
        {
            Problems.Error(node.Mark, path, $"expected a section with {Some(section.Names)}, found {Describe(node, secret: false)}");
        }
    }

    /// <summary>Path of the section; empty for the root.</summary>
    public string Path { get; }

    /// <summary>Where it begins.</summary>
    public Mark Mark { get; }

    /// <summary>Where problems go.</summary>
    public ProblemList Problems => _context.Problems;

    /// <summary>Whether the file has the key.</summary>
    public bool Has(Key key) => _entries.ContainsKey(key.Name);

    /// <summary>The value of a key, or its default when it is missing or wrong.</summary>
    public T Get<T>(ValueKey<T> key)
    {
        if (!_entries.TryGetValue(key.Name, out YamlEntry? entry))
        {
            if (key.Required) Problems.Error(Mark, PathOf(key), $"missing; expected {key.Type.Expected}");
            return key.Fallback;
        }
        return Scalar(entry.Value, PathOf(key), key.Type, key.Secret, out T value) ? value : key.Fallback;
    }

    /// <summary>The value of a key; null when the file does not have it.</summary>
    public T? GetOrNull<T>(ValueKey<T> key)
        where T : struct => Has(key) ? Get(key) : null;

    /// <summary>The section below a key; an empty one when the file does not have it.</summary>
    public SectionReader Section(SectionKey key)
    {
        _entries.TryGetValue(key.Name, out YamlEntry? entry);
        if (entry is null && key.Required) Problems.Error(Mark, PathOf(key), $"missing; expected a section with {Some(key.Section.Names)}");
        return new SectionReader(_context, entry?.Value, entry?.Key.Mark ?? Mark, PathOf(key), key.Section);
    }

    /// <summary>The sections of a list, in order.</summary>
    public IReadOnlyList<SectionReader> List(ListKey key) => List(key, key.Required, _ => key.Item);

    /// <summary>The sections of a list, in order, each with the keys of its kind.</summary>
    public IReadOnlyList<SectionReader> List(VariantListKey key) => List(key, required: false, item => VariantOf(key, item));

    private static Section VariantOf(VariantListKey key, YamlNode item)
    {
        string? word = (item as YamlMapping)?.Entries.FirstOrDefault(e => e.Key.Text == key.Discriminator.Name)?.Value is YamlScalar scalar ? scalar.Text : null;
        return key.Variants.FirstOrDefault(v => v.Key.Equals(word, StringComparison.OrdinalIgnoreCase)).Value ?? key.Any;
    }

    private List<SectionReader> List(Key key, bool required, Func<YamlNode, Section> sectionOf)
    {
        YamlNode? node = _entries.TryGetValue(key.Name, out YamlEntry? entry) ? entry.Value : null;
        if (node is YamlSequence { Items.Count: > 0 } sequence)
        {
            List<SectionReader> items = new(sequence.Items.Count);
            for (int i = 0; i < sequence.Items.Count; i++)
            {
                string path = $"{PathOf(key)}[{i}]";
                YamlNode item = sequence.Items[i];
                if (item is YamlMapping) items.Add(new SectionReader(_context, item, item.Mark, path, sectionOf(item)));
                else Problems.Error(item.Mark, path, $"expected a section with {Some(sectionOf(item).Names)}, found {Describe(item, secret: false)}");
            }
            return items;
        }
        if (node is null or YamlSequence or YamlScalar { IsNothing: true })
        {
            if (required) Problems.Error(entry?.Key.Mark ?? Mark, PathOf(key), "expected a list with at least one item, found nothing");
            return [];
        }
        Problems.Error(node.Mark, PathOf(key), $"expected a list (items begin with '- '), found {Describe(node, secret: false)}");
        return [];
    }

    /// <summary>The values of a list, in order; a single value may stand there without the list.</summary>
    public IReadOnlyList<T> Values<T>(ValuesKey<T> key)
    {
        YamlNode? node = _entries.TryGetValue(key.Name, out YamlEntry? entry) ? entry.Value : null;
        IReadOnlyList<YamlNode> items = node switch
        {
            YamlSequence sequence => sequence.Items,
            null or YamlScalar { IsNothing: true } => [],
            _ => [node],
        };
        if (items.Count == 0 && key.Required) Problems.Error(entry?.Key.Mark ?? Mark, PathOf(key), "expected a list with at least one item, found nothing");
        List<T> values = new(items.Count);
        for (int i = 0; i < items.Count; i++)
        {
            if (Scalar(items[i], $"{PathOf(key)}[{i}]", key.Item, secret: false, out T value)) values.Add(value);
        }
        return values;
    }

    /// <summary>Sections under names of the user's own, in file order.</summary>
    public IReadOnlyList<(YamlScalar Name, SectionReader Section)> Named(NamedSectionsKey key) =>
        [.. Entries(key).Select(e => (e.Key, new SectionReader(_context, e.Value, e.Key.Mark, $"{PathOf(key)}.{e.Key.Text}", key.Item)))];

    /// <summary>Values under names of the user's own, in file order; none at all and wrong ones are reported.</summary>
    public IReadOnlyList<KeyValuePair<string, T>> Named<T>(NamedValuesKey<T> key)
    {
        List<KeyValuePair<string, T>> values = [];
        if (_entries.TryGetValue(key.Name, out YamlEntry? given) && given.Value is YamlScalar { IsNothing: true } or YamlMapping { Entries.Count: 0 })
        {
            Error(key, $"expected at least one name with {key.Type.Expected}, found nothing");
        }
        foreach (YamlEntry entry in Entries(key))
        {
            if (Scalar(entry.Value, $"{PathOf(key)}.{entry.Key.Text}", key.Type, key.Secret, out T value)) values.Add(new(entry.Key.Text, value));
        }
        return values;
    }

    /// <summary>Reports an error at a key's value (at the section's beginning when the file does not have the key).</summary>
    public void Error(Key key, string message) => Problems.Error(MarkOf(key), PathOf(key), message);

    /// <summary>Reports a warning at a key's value.</summary>
    public void Warning(Key key, string message) => Problems.Warning(MarkOf(key), PathOf(key), message);

    /// <summary>What stands in the file at a key, fit for an error message: references stay references.</summary>
    public string Found(Key key) => _entries.TryGetValue(key.Name, out YamlEntry? entry) ? Describe(entry.Value, secret: false) : "nothing";

    private Mark MarkOf(Key key) => _entries.TryGetValue(key.Name, out YamlEntry? entry) ? entry.Value.Mark : Mark;

    private string PathOf(Key key) => Path.Length == 0 ? key.Name : $"{Path}.{key.Name}";

    private void Take(YamlMapping mapping, Section section)
    {
        foreach (YamlEntry entry in mapping.Entries)
        {
            string name = entry.Key.Text;
            string path = Path.Length == 0 ? name : $"{Path}.{name}";
            if (!section.Names.Contains(name, StringComparer.Ordinal))
            {
                string hint = Nearest.To(name, section.Names) is { } near ? $"did you mean '{near}'?" : $"expected {Some(section.Names)}";
                Problems.Error(entry.Key.Mark, path, $"unknown key '{name}'; {hint}");
            }
            else if (!_entries.TryAdd(name, entry)) ReportDuplicate(entry, path, _entries[name]);
        }
    }

    private IEnumerable<YamlEntry> Entries(Key key)
    {
        if (!_entries.TryGetValue(key.Name, out YamlEntry? entry) || entry.Value is YamlScalar { IsNothing: true }) yield break;
        if (entry.Value is not YamlMapping mapping)
        {
            Problems.Error(entry.Value.Mark, PathOf(key), $"expected names with something below each, found {Describe(entry.Value, secret: false)}");
            yield break;
        }
        Dictionary<string, YamlEntry> seen = new(StringComparer.Ordinal);
        foreach (YamlEntry named in mapping.Entries)
        {
            string path = $"{PathOf(key)}.{named.Key.Text}";
            if (named.Key.Text.Length == 0) Problems.Error(named.Key.Mark, path, "expected a name, found nothing");
            else if (seen.TryAdd(named.Key.Text, named)) yield return named;
            else ReportDuplicate(named, path, seen[named.Key.Text]);
        }
    }

    private void ReportDuplicate(YamlEntry entry, string path, YamlEntry first) =>
        Problems.Error(entry.Key.Mark, path, $"'{entry.Key.Text}' stands here a second time; the first is in line {first.Key.Mark.Line}");

    private bool Scalar<T>(YamlNode node, string path, ScalarType<T> type, bool secret, out T value)
    {
        value = default!;
        if (node is not YamlScalar scalar || scalar.IsNothing)
        {
            string quotes = node is YamlMapping ? "; a value that begins with '{' needs quotes" : "";
            Problems.Error(node.Mark, path, $"expected {type.Expected}, found {Describe(node, secret)}{quotes}");
            return false;
        }
        if (!EnvironmentReferences.TryExpand(scalar.Text, _context.Environment, out string text, out bool fromEnvironment, out string? problem))
        {
            Problems.Error(node.Mark, path, secret ? Unquoted(problem!) : problem!);
            return false;
        }
        if (type.Parse(text, out value)) return true;
        string hint = type.Choices is { } choices && !fromEnvironment && !secret ? Nearest.Hint(text, choices) : "";
        Problems.Error(node.Mark, path, $"expected {type.Expected}, found {Describe(node, secret)}{(fromEnvironment ? " (its value is not shown)" : "")}{hint}");
        return false;
    }

    // A half-written reference in a secret might quote the secret itself; only a missing variable's name is harmless.
    private static string Unquoted(string problem) =>
        problem.StartsWith("environment variable", StringComparison.Ordinal) ? problem : "expected ${NAME} or ${NAME:-default}, found a reference that is not well formed";

    private static string Describe(YamlNode node, bool secret) => node switch
    {
        YamlScalar { IsNothing: true } => "nothing",
        YamlScalar { Text: var text } when secret => EnvironmentReferences.IsOne(text) ? $"'{text}'" : "a value that is not shown",
        YamlScalar scalar => $"'{Shortened(scalar.Text)}'",
        _ => node.Kind,
    };

    private static string Shortened(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "...");

    private static string Some(IEnumerable<string> names) => string.Join(", ", names);
}
