namespace HyperIngest.Host.Configuration.Yaml;

/// <summary>A place in a file, 1-based as editors count.</summary>
internal readonly record struct Mark(int Line, int Column);

/// <summary>A node of a YAML document with the place it begins at.</summary>
internal abstract record YamlNode(Mark Mark)
{
    /// <summary>What it is, in the words of an error message.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value. <paramref name="Quoted"/> values are never taken for "nothing".</summary>
internal sealed record YamlScalar(Mark Mark, string Text, bool Quoted) : YamlNode(Mark)
{
    /// <summary><c>key:</c> with nothing after it, <c>~</c> or <c>null</c>.</summary>
    public bool IsNothing => !Quoted && Text is "" or "~" or "null";

    /// <inheritdoc/>
    public override string Kind => IsNothing ? "nothing" : "a value";
}

/// <summary>A list.</summary>
internal sealed record YamlSequence(Mark Mark, IReadOnlyList<YamlNode> Items) : YamlNode(Mark)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A mapping, its entries in file order, duplicates included: the binder reports them.</summary>
internal sealed record YamlMapping(Mark Mark, IReadOnlyList<YamlEntry> Entries) : YamlNode(Mark)
{
    /// <inheritdoc/>
    public override string Kind => "a section";
}

/// <summary>One key and its value.</summary>
internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
