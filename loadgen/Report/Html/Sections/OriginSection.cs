using System.Xml.Linq;
using static HyperIngest.LoadGen.Report.Html.Markup;

namespace HyperIngest.LoadGen.Report.Html.Sections;

/// <summary>Where the figures come from: the machine, the configuration, and the command to see for oneself.</summary>
internal static class OriginSection
{
    // A plant of thousands of devices may be written out one by one; the page stays one that a browser opens at once.
    private const int MostCharacters = 64 * 1024;

    /// <summary>Machine, program and route.</summary>
    public static XElement Machine(RunView view) => Element("section", Class("machine"),
        view.Heading.Length > 0 ? Element("p", Class("run"), view.Heading) : null,
        Element("table", Element("tbody", Facts(view.Run).Select(f => Element("tr", Element("th", Attribute("scope", "row"), f.Name), Element("td", f.Value))))));

    /// <summary>The command line.</summary>
    public static XElement Command(RunView view) => Element("section", Class("command"),
        view.Heading.Length > 0 ? Element("p", Class("run"), view.Heading) : null, Element("pre", view.Run.Command));

    /// <summary>The profile's text, and the plant's.</summary>
    public static XElement Configuration(RunView view) => Element("section", Class("configuration"),
        view.Heading.Length > 0 ? Element("p", Class("run"), view.Heading) : null,
        Text("Profile", view.Run.ProfileText),
        view.Run.PlantText is { } plant ? Text("Plant", plant) : null);

    /// <summary>What a run ran on and as, by name.</summary>
    public static IReadOnlyList<(string Name, string Value)> Facts(LoadRun run)
    {
        MachineInfo machine = run.Report.Machine;
        List<(string, string)> facts =
        [
            ("Processor", machine.Cpu), ("Cores", Quantity.Count(machine.Cores)), ("Memory", Quantity.Bytes(machine.MemoryMb * (double)(1 << 20))), ("System", machine.Os),
            ("Runtime", machine.Dotnet), ("Program", run.ProgramVersion), ("Route", run.Report.Route),
        ];
        if (run.Report.Kafka is { } kafka) facts.Add(("Kafka", $"{kafka.Broker}, records as {kafka.Format}"));
        return facts;
    }

    private static IEnumerable<XElement> Text(string title, string text)
    {
        yield return Element("h3", title);
        yield return Element("pre", text.Length <= MostCharacters ? text : text[..MostCharacters]);
        if (text.Length > MostCharacters) yield return Element("p", Class("note"), $"The first {Quantity.Count(MostCharacters)} of {Quantity.Count(text.Length)} characters; the run\u2019s file has all of them.");
    }
}
