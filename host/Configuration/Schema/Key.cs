namespace HyperIngest.Host.Configuration.Schema;

/// <summary>
/// One key of a section. The same object binds the value and makes the row of docs/configuration.md, so that the two cannot differ.
/// </summary>
/// <param name="Name">As it stands in the file.</param>
/// <param name="Summary">What it is, one or two sentences.</param>
internal abstract record Key(string Name, string Summary)
{
    /// <summary>Its type in the reference.</summary>
    public abstract string TypeName { get; }

    /// <summary>What it may be, in the reference.</summary>
    public virtual string Range => "";

    /// <summary>What holds when it is not there, in the reference.</summary>
    public virtual string Default => "";

    /// <summary>The key in a section where something else holds when it is not there.</summary>
    /// <param name="words">What, in the reference.</param>
    public virtual Key DefaultingTo(string words) => this;
}

/// <summary>A key with a single value.</summary>
/// <param name="Name">As it stands in the file.</param>
/// <param name="Type">How it is written.</param>
/// <param name="Fallback">What holds when the key is not there.</param>
/// <param name="Summary">What it is.</param>
internal sealed record ValueKey<T>(string Name, ScalarType<T> Type, T Fallback, string Summary) : Key(Name, Summary)
{
    /// <summary>The file must have it; <see cref="Fallback"/> only stands in for the rest of the check.</summary>
    public bool Required { get; init; }

    /// <summary>Its value is shown nowhere, whether it came from the environment or not.</summary>
    public bool Secret { get; init; }

    /// <summary>Words for the default where the value does not say it: <c>the machine's name</c>.</summary>
    public string? DefaultText { get; init; }

    /// <inheritdoc/>
    public override string TypeName => Type.Name;

    /// <inheritdoc/>
    public override string Range => Type.Range;

    /// <inheritdoc/>
    public override string Default => Required ? "required" : DefaultText ?? $"`{Type.Format(Fallback)}`";

    /// <inheritdoc/>
    public override Key DefaultingTo(string words) => this with { DefaultText = words };
}

/// <summary>A key with a section of its own below it.</summary>
internal sealed record SectionKey(string Name, Section Section, string Summary) : Key(Name, Summary)
{
    /// <summary>The file must have it.</summary>
    public bool Required { get; init; }

    /// <inheritdoc/>
    public override string TypeName => "section";

    /// <inheritdoc/>
    public override string Default => Required ? "required" : "";
}

/// <summary>A key with a list of sections.</summary>
internal sealed record ListKey(string Name, Section Item, string Summary) : Key(Name, Summary)
{
    /// <summary>The file must have it, with at least one item.</summary>
    public bool Required { get; init; }

    /// <inheritdoc/>
    public override string TypeName => "list";

    /// <inheritdoc/>
    public override string Default => Required ? "required" : "none";
}

/// <summary>A key with a list of sections whose keys depend on the value of one of them.</summary>
/// <param name="Name">As it stands in the file.</param>
/// <param name="Discriminator">The key that says which section it is, with the words of <paramref name="Variants"/>.</param>
/// <param name="Variants">The sections by the discriminator's value.</param>
/// <param name="Summary">What it is.</param>
internal sealed record VariantListKey(string Name, ValueKey<string> Discriminator, IReadOnlyList<KeyValuePair<string, Section>> Variants, string Summary) : Key(Name, Summary)
{
    /// <inheritdoc/>
    public override string TypeName => "list";

    /// <inheritdoc/>
    public override string Default => "none";

    /// <summary>What an item is read as whose discriminator says nothing known: no key of any variant is unknown then, and the discriminator alone is reported.</summary>
    public Section Any { get; } = new("", [.. Variants.SelectMany(v => v.Value.Keys).DistinctBy(k => k.Name)]);
}

/// <summary>A key with names of the user's own below it, each with a section.</summary>
internal sealed record NamedSectionsKey(string Name, Section Item, string Summary) : Key(Name, Summary)
{
    /// <inheritdoc/>
    public override string TypeName => "names to sections";

    /// <inheritdoc/>
    public override string Default => "none";
}

/// <summary>A key with names of the user's own below it, each with a value.</summary>
internal sealed record NamedValuesKey<T>(string Name, ScalarType<T> Type, string Summary) : Key(Name, Summary)
{
    /// <summary>Its values are shown nowhere.</summary>
    public bool Secret { get; init; }

    /// <inheritdoc/>
    public override string TypeName => "names to " + Type.Name;

    /// <inheritdoc/>
    public override string Range => Type.Range;

    /// <inheritdoc/>
    public override string Default => "none";
}

/// <summary>A key with a list of values.</summary>
internal sealed record ValuesKey<T>(string Name, ScalarType<T> Item, string Summary) : Key(Name, Summary)
{
    /// <summary>The file must have it, with at least one value.</summary>
    public bool Required { get; init; }

    /// <inheritdoc/>
    public override string TypeName => "list of " + Item.Name;

    /// <inheritdoc/>
    public override string Range => Item.Range;

    /// <inheritdoc/>
    public override string Default => Required ? "required" : "none";
}

/// <summary>The keys a mapping may have.</summary>
/// <param name="Title">For the reference.</param>
/// <param name="Keys">All of them.</param>
internal sealed record Section(string Title, params IReadOnlyList<Key> Keys)
{
    /// <summary>The key's names, for the nearest one.</summary>
    public IEnumerable<string> Names => Keys.Select(k => k.Name);
}
