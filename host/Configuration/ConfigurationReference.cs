using System.Text;
using HyperIngest.Host.Configuration.Schema;

namespace HyperIngest.Host.Configuration;

/// <summary>Writes the reference of a schema as Markdown, one table a section: the part of docs/configuration.md that is generated.</summary>
internal static class ConfigurationReference
{
    /// <summary>The tables of <paramref name="root"/> and of all sections below it, in the order they are met.</summary>
    public static string Write(Section root)
    {
        StringBuilder text = new();
        Queue<(string Path, Section Section)> open = new([("", root)]);
        HashSet<Section> written = new(ReferenceEqualityComparer.Instance);
        while (open.TryDequeue(out (string Path, Section Section) next))
        {
            if (!written.Add(next.Section)) continue;
            WriteSection(text, next.Path, next.Section);
            foreach (Key key in next.Section.Keys)
            {
                string path = next.Path.Length == 0 ? key.Name : $"{next.Path}.{key.Name}";
                switch (key)
                {
                    case SectionKey { Section: var below }: open.Enqueue((path, below)); break;
                    case ListKey { Item: var item }: open.Enqueue((path + "[]", item)); break;
                    case VariantListKey { Variants: var variants }:
                        foreach ((_, Section variant) in variants) open.Enqueue((path + "[]", variant));
                        break;
                    case NamedSectionsKey { Item: var item }: open.Enqueue((path + ".NAME", item)); break;
                }
            }
        }
        return text.ToString();
    }

    private static void WriteSection(StringBuilder text, string path, Section section)
    {
        text.Append("### ").Append(section.Title);
        if (path.Length > 0) text.Append(": `").Append(path).Append('`');
        text.Append("\n\n| key | type | default | range | meaning |\n|---|---|---|---|---|\n");
        foreach (Key key in section.Keys)
        {
            text.Append("| `").Append(key.Name).Append("` | ").Append(key.TypeName).Append(" | ").Append(key.Default).Append(" | ")
                .Append(key.Range).Append(" | ").Append(key.Summary).Append(" |\n");
        }
        text.Append('\n');
    }
}
