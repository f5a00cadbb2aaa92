using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>
/// A path of browse names as people write it (OPC 10000-4, A.2): <c>/2:Press/2:Speed</c>, a <c>/</c> for a hierarchical reference and a <c>.</c> for a component or property; the number is the index of the
/// name's namespace, none is 0. Or with the namespace's URI, which holds when the server's table changes: <c>/{urn:press}Press/{urn:press}Speed</c>. In a name the characters
/// <c>/ . : &lt; &gt; # ! { } &amp;</c> have an <c>&amp;</c> in front.
/// </summary>
public sealed class UaBrowsePath
{
    /// <summary>Most steps of a path.</summary>
    public const int MaxSteps = 64;

    private const char Hierarchical = '/';
    private const char Aggregate = '.';
    private const char Escape = '&';
    private const string Reserved = "/.:<>#!{}&";

    private readonly Step[] _steps;

    private UaBrowsePath(string text, Step[] steps)
    {
        Text = text;
        _steps = steps;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>How many steps it has; at least one.</summary>
    public int Steps => _steps.Length;

    /// <summary>Reads a path.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The path.</param>
    /// <param name="fault">What was expected and found, when it is none.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out UaBrowsePath? path, [NotNullWhen(false)] out string? fault)
    {
        path = null;
        List<Step> steps = [];
        int at = 0;
        do
        {
            if (at == text.Length || text[at] is not (Hierarchical or Aggregate))
            {
                fault = $"expected a browse path such as /2:Press/2:Speed or /{{urn:press}}Press/{{urn:press}}Speed, found '{text}'{(at > 0 && at < text.Length ? $" with '{text[at]}' at character {at + 1}" : "")}";
                return false;
            }
            bool aggregate = text[at++] == Aggregate;
            if (!TryReadStep(text, ref at, aggregate, out Step step, out fault)) return false;
            steps.Add(step);
        }
        while (at < text.Length && steps.Count <= MaxSteps);
        if (steps.Count > MaxSteps)
        {
            fault = $"expected a browse path of at most {MaxSteps} steps, found more in '{text}'";
            return false;
        }
        path = new UaBrowsePath(text, [.. steps]);
        fault = null;
        return true;
    }

    /// <summary>The steps for a server.</summary>
    /// <param name="namespaces">Its namespace table.</param>
    /// <param name="path">The steps.</param>
    /// <param name="fault">Which namespace the server does not have, and which it has.</param>
    public bool TryResolve(IReadOnlyList<string> namespaces, [NotNullWhen(true)] out RelativePath? path, [NotNullWhen(false)] out string? fault)
    {
        path = null;
        fault = null;
        RelativePathElement[] elements = new RelativePathElement[_steps.Length];
        for (int i = 0; i < elements.Length; i++)
        {
            Step step = _steps[i];
            ushort index = step.Index;
            if (step.Uri is not null && !UaNodeText.TryIndexOf(step.Uri, namespaces, out index, out fault)) return false;
            uint reference = step.IsAggregate ? UaNodeIds.Aggregates : UaNodeIds.HierarchicalReferences;
            elements[i] = new RelativePathElement(new UaNodeId(reference), IsInverse: false, IncludeSubtypes: true, new UaQualifiedName(index, step.Name));
        }
        path = new RelativePath(elements);
        return true;
    }

    /// <summary>A name as a step of a path has it.</summary>
    /// <param name="name">The browse name.</param>
    /// <param name="namespaces">The server's table: the step has the namespace's URI. Null, or one without the index: the step has the index.</param>
    public static string Format(UaQualifiedName name, IReadOnlyList<string>? namespaces = null)
    {
        StringBuilder text = new("/");
        if (name.NamespaceIndex != 0)
        {
            if (namespaces is not null && name.NamespaceIndex < namespaces.Count) text.Append('{').Append(namespaces[name.NamespaceIndex]).Append('}');
            else text.Append(CultureInfo.InvariantCulture, $"{name.NamespaceIndex}:");
        }
        foreach (char character in name.Name ?? "")
        {
            if (Reserved.Contains(character, StringComparison.Ordinal)) text.Append(Escape);
            text.Append(character);
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool TryReadStep(string text, ref int at, bool aggregate, out Step step, [NotNullWhen(false)] out string? fault)
    {
        step = default;
        fault = null;
        string? uri = null;
        ushort index = 0;
        if (at < text.Length && text[at] == '{')
        {
            int end = text.IndexOf('}', at);
            if (end < at + 2)
            {
                fault = $"expected a namespace's URI in braces at character {at + 1} of '{text}'";
                return false;
            }
            uri = text[(at + 1)..end];
            at = end + 1;
        }
        StringBuilder name = new();
        for (; at < text.Length && text[at] is not (Hierarchical or Aggregate); at++)
        {
            char character = text[at];
            if (character == Escape && at + 1 < text.Length)
            {
                name.Append(text[++at]);
            }
            else if (character == ':' && uri is null && index == 0 && ushort.TryParse(name.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out index))
            {
                name.Clear();
            }
            else if (Reserved.Contains(character, StringComparison.Ordinal))
            {
                fault = $"'{character}' at character {at + 1} of '{text}' has a meaning of its own in a browse path; as part of a name write {Escape}{character}";
                return false;
            }
            else
            {
                name.Append(character);
            }
        }
        if (name.Length == 0)
        {
            fault = $"expected a name at character {at + 1} of '{text}'";
            return false;
        }
        step = new Step(aggregate, uri, index, name.ToString());
        return true;
    }

    private readonly record struct Step(bool IsAggregate, string? Uri, ushort Index, string Name);
}
