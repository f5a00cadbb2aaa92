using System.CommandLine;
using System.Globalization;
using HyperIngest.LoadGen.Report;
using HyperIngest.LoadGen.Report.Html;

namespace HyperIngest.Host.Commands;

/// <summary><c>hyperingest report RUN [RUN2]</c>.</summary>
internal static class ReportCommand
{
    private const string ComparisonFile = "comparison.html";

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Argument<string> run = new("RUN") { Description = $"A load run: its {LoadRunJson.FileName}, or the folder that has it." };
        Argument<string?> other = new("RUN2") { Description = "Another, to lay beside it.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> file = new("--out", "-o")
        {
            Description = $"Where the page goes. Default: {LoadRunPage.FileName} beside the run; {ComparisonFile} here for two.",
            HelpName = "FILE",
        };
        Verb verb = new("report", "The page of a load run, or of two side by side with what is different. One HTML file that needs nothing else.",
            new("hyperingest report runs/monday", $"Make runs/monday/{LoadRunPage.FileName} again."),
            new("hyperingest report runs/monday runs/tuesday --out week.html", "Both on the same axes, and how far every figure changed from the first to the second."))
        {
            run, other, file,
        };
        verb.SetAction(async (parsed, _) =>
        {
            string first = FileOf(parsed.GetRequiredValue(run));
            string? second = parsed.GetValue(other) is { } also ? FileOf(also) : null;
            string page = parsed.GetValue(file)
                ?? (second is null ? Path.Combine(Path.GetDirectoryName(first) ?? "", LoadRunPage.FileName) : ComparisonFile);
            if (Directory.Exists(page)) throw new UsageException($"--out: expected a file, found the folder {page}");
            if (IsSame(page, first) || (second is not null && IsSame(page, second))) throw new UsageException($"--out: {page} is the run itself; expected another file");

            LoadRun a = Read(first);
            if (second is null) LoadRunPage.Write(a, page);
            else LoadRunPage.Write(a, Read(second), page);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{page}: {new FileInfo(page).Length:N0} bytes"));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static string FileOf(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, LoadRunJson.FileName) : path;
        return File.Exists(file) ? file : throw new UsageException($"{file}: no such file; expected the {LoadRunJson.FileName} of a load run, or the folder that has it");
    }

    private static LoadRun Read(string file)
    {
        try
        {
            return LoadRunJson.Read(file);
        }
        catch (InvalidDataException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    private static bool IsSame(string a, string b) => Path.GetFullPath(a) == Path.GetFullPath(b);
}
