using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Report;
using HyperIngest.LoadGen.Report.Html;

namespace HyperIngest.Tests.Unit.Report;

public sealed class HtmlPageTests
{
    private const string Hostile = "</script></style><script>alert(1)</script><img src=https://example.com/x onerror=\"x\"> & ' ]]> \u0001\u001b[31m \ud800 \U0001F600";

    [Fact]
    public void The_page_is_well_formed_and_says_the_verdict_first()
    {
        XElement page = Parse(LoadRunPage.Render(HtmlSampleRun.Make()));
        XElement[] sections = [.. page.Element("body")!.Element("main")!.Elements()];
        Assert.Equal("header", sections[0].Name.LocalName);
        Assert.Equal("verdict", sections[1].Attribute("class")!.Value);
        Assert.Contains("Broken: latency p99 ms", sections[1].Value, StringComparison.Ordinal);
        Assert.Equal(["0lost", "0duplicated", "0reordered", "0altered"], sections[1].Descendants("div").Where(d => d.Attribute("class")!.Value == "count none").Select(d => d.Value));
    }

    [Fact]
    public void Each_broken_threshold_and_each_count_that_is_not_zero_is_marked()
    {
        LoadRun run = HtmlSampleRun.Make();
        run = run with { Report = run.Report with { Lost = 1_234, Promises = [PromiseReport.AtMost("lost", 0, 1_234), PromiseReport.AtMost("altered", 0, 0), PromiseReport.AtLeast("rate", 1_000_000, 5)] } };
        XElement verdict = Verdict(run);
        Assert.Contains("2 of 3 thresholds broken", verdict.Value, StringComparison.Ordinal);
        Assert.Equal("1,234lost", verdict.Descendants("div").Single(d => d.Attribute("class")!.Value == "count some").Value);
        Assert.Equal(["\u2717\u00A0broken", "\u2717\u00A0broken", "\u2713\u00A0kept"], verdict.Descendants("tbody").Single().Elements().Select(r => r.Elements().Last().Value));
        Assert.Contains("\u2265\u00A01,000,000", verdict.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_thresholds_claims_nothing()
    {
        LoadRun run = HtmlSampleRun.Make();
        XElement verdict = Verdict(run with { Report = run.Report with { Promises = [] } });
        Assert.Contains("No thresholds were set", verdict.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("kept", verdict.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_users_stays_text()
    {
        LoadRun run = HtmlSampleRun.Make(seconds: 60);
        run = run with
        {
            Name = Hostile,
            Command = Hostile,
            ProgramVersion = Hostile,
            ProfileText = Hostile,
            PlantText = Hostile,
            Stages = [new LoadStage(Hostile, 0, 60)],
            Faults = [new FaultMark(new FaultSpec { Kind = FaultKind.Drop, Devices = Hostile }, 1, 2, 3)],
            Generator = new GeneratorCeiling(Hostile, 1e6),
            Report = run.Report with { Route = Hostile, Machine = run.Report.Machine with { Cpu = Hostile }, Promises = [new PromiseReport(Hostile, Hostile, 1, false)] },
        };
        foreach (string text in new[] { LoadRunPage.Render(run), LoadRunPage.Render(run, HtmlSampleRun.Make(seconds: 60)) })
        {
            XElement page = Parse(text);
            Assert.Single(page.Descendants("script"));
            Assert.Single(page.Descendants("style"));
            Assert.Empty(page.Descendants("img"));
            Assert.DoesNotContain("<img", text, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', text);
            Assert.Contains(page.Descendants("pre"), p => p.Value.Contains("<script>alert(1)</script><img src=https://example.com/x onerror=\"x\"> & ' ]]> \uFFFD\uFFFD[31m \uFFFD \U0001F600", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_page_takes_nothing_from_anywhere()
    {
        LoadRun run = HtmlSampleRun.Make();
        foreach (string text in new[] { LoadRunPage.Render(run), LoadRunPage.Render(run, HtmlSampleRun.Make(2)) })
        {
            XElement page = Parse(text);
            Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "link" or "img" or "iframe" or "object" or "embed" or "image" or "base" or "form");
            Assert.DoesNotContain(page.DescendantsAndSelf().Attributes(), a => a.Name.LocalName is "src" or "srcset" or "action" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
            Assert.All(page.Descendants().Attributes("href"), a => Assert.StartsWith("#", a.Value, StringComparison.Ordinal));
            Assert.DoesNotContain("url(", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("@import", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("://", text, StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", page.Descendants("meta").Single(m => m.Attribute("http-equiv") is not null).Attribute("content")!.Value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_plot_has_a_title_and_a_description_and_every_reference_leads_somewhere()
    {
        LoadRun run = HtmlSampleRun.Make();
        XElement page = Parse(LoadRunPage.Render(run, HtmlSampleRun.Make(2)));
        string[] ids = [.. page.Descendants().Attributes("id").Select(a => a.Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        XElement[] plots = [.. page.Descendants("svg").Where(s => s.Attribute("class")?.Value == "plot")];
        // Nine over time for each of two runs, and the distribution of both.
        Assert.Equal(19, plots.Length);
        foreach (XElement plot in plots)
        {
            Assert.NotEmpty(plot.Element("title")!.Value);
            Assert.NotEmpty(plot.Element("desc")!.Value);
            Assert.All(plot.Attribute("aria-labelledby")!.Value.Split(' '), id => Assert.Contains(id, ids));
        }
        Assert.All(page.Descendants("use"), u => Assert.Contains(u.Attribute("href")!.Value[1..], ids));
    }

    [Fact]
    public void An_hour_of_samples_is_less_than_a_megabyte()
    {
        LoadRun hour = HtmlSampleRun.Make(seconds: 3_600);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(LoadRunPage.Render(hour)), 100_000, 1_000_000);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(LoadRunPage.Render(hour, HtmlSampleRun.Make(2, 3_600))), 100_000, 1_000_000);
    }

    [Fact]
    public void A_fault_that_came_again_and_again_is_one_row_with_all_its_hits()
    {
        FaultSpec fault = new() { Kind = FaultKind.WrongTransactionId, Devices = "press-*", Every = 50 };
        LoadRun run = HtmlSampleRun.Make() with { Faults = [.. Enumerable.Range(0, 300).Select(i => new FaultMark(fault, i * 2, i * 2 + 0.5, 7))] };
        XElement faults = Parse(LoadRunPage.Render(run)).Descendants("section").Single(s => s.Attribute("class")!.Value == "faults-of");
        XElement row = Assert.Single(faults.Descendants("tbody").Elements("tr"));
        Assert.Equal(["F1", "wrong transaction id", "press-*", "one in 50", "2,100"], row.Elements().Select(c => c.Value).Where((_, i) => i != 4));
        Assert.EndsWith("and 295 times more", row.Elements().ElementAt(4).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_nothing_has_a_page_without_made_up_numbers()
    {
        LoadRun run = HtmlSampleRun.Make(seconds: 10);
        run = run with
        {
            Samples = [],
            Stages = [],
            Faults = [],
            Latency = [],
            Pauses = [],
            Generator = null,
            Offered = new OfferedReport(0, 0, 0, 0),
            Report = run.Report with { Readings = 0, ReadingsPerS = 0, AllocatedBytesPerReading = double.NaN, Simulator = null },
        };
        foreach (string text in new[] { LoadRunPage.Render(run), LoadRunPage.Render(run, run), LoadRunPage.Render(run, HtmlSampleRun.Make()) })
        {
            string visible = Parse(text).Element("body")!.Element("main")!.ToString();
            Assert.DoesNotContain("NaN", visible, StringComparison.Ordinal);
            Assert.DoesNotContain("Infinity", visible, StringComparison.Ordinal);
            Assert.DoesNotContain('\u221E', visible);
            Assert.Contains("was not measured", visible, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_run_near_the_generator_s_ceiling_is_told_so()
    {
        LoadRun run = HtmlSampleRun.Make();
        Assert.Contains("hardly the generator", LoadRunPage.Render(run), StringComparison.Ordinal);
        Assert.Contains("may be the generator", LoadRunPage.Render(run with { Generator = new GeneratorCeiling("alone", 800_000) }), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_have_the_same_axes_and_their_differences()
    {
        LoadRun a = HtmlSampleRun.Make(), b = HtmlSampleRun.Make(2, seconds: 300, peak: 200_000);
        b = b with { Name = "other", Report = b.Report with { Lost = 3, Machine = b.Report.Machine with { Dotnet = ".NET 10.0.2" } } };
        XElement page = Parse(LoadRunPage.Render(a, b));
        foreach (XElement pair in page.Descendants("div").Where(d => d.Attribute("class")?.Value == "panels two"))
        {
            foreach (string axis in new[] { "x", "y" })
            {
                string[] axes = [.. pair.Descendants("div").Where(d => d.Attribute("class")?.Value == axis).Select(d => d.ToString(SaveOptions.DisableFormatting))];
                Assert.Equal(2, axes.Length);
                Assert.Equal(axes[0], axes[1]);
            }
        }
        XElement rows = page.Descendants("section").Single(s => s.Attribute("class")?.Value == "differences").Descendants("tbody").Single();
        Assert.Contains(rows.Elements(), r => r.Elements().Select(c => c.Value).SequenceEqual(["Lost", "0", "3", "+3", "from 0"]));
        Assert.Contains(rows.Elements(), r => r.Elements().Select(c => c.Value).SequenceEqual(["Altered", "0", "0", "0", "same"]));
        XElement origins = page.Descendants("section").Single(s => s.Attribute("class")?.Value == "origins");
        Assert.Equal([["Runtime", ".NET 10.0.1", ".NET 10.0.2"]], origins.Descendants("tbody").Elements().Select(r => r.Elements().Select(c => c.Value)));
        Assert.Contains("Plant: the same in both.", origins.Value, StringComparison.Ordinal);
        Assert.Contains(origins.Descendants("ins"), i => i.Value.Contains("ramp: { to: 200000/s", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_run_makes_the_same_page() => Assert.Equal(LoadRunPage.Render(HtmlSampleRun.Make()), LoadRunPage.Render(HtmlSampleRun.Make()));

    [Fact]
    public void No_text_stands_outside_of_its_figure_s_axis()
    {
        XElement page = Parse(LoadRunPage.Render(HtmlSampleRun.Make(seconds: 437)));
        foreach (string style in page.Descendants("div").Where(d => d.Attribute("class")?.Value is "x" or "y" or "stages").Elements().Select(e => e.Attribute("style")!.Value))
        {
            double place = double.Parse(Regex.Match(style, "^(?:left|bottom):([0-9.]+)%").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(place, 0, 100);
        }
    }

    private static XElement Verdict(LoadRun run) => Parse(LoadRunPage.Render(run)).Descendants("section").First(s => s.Attribute("class")?.Value == "verdict");

    private static XElement Parse(string page)
    {
        using XmlReader reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XElement.Load(reader);
    }
}
