using System.Globalization;
using HyperIngest.LoadGen.Report;
using HyperIngest.LoadGen.Report.Html;

namespace HyperIngest.Host.Commands.Load;

/// <summary>The folder a run is kept in.</summary>
internal static class RunFolder
{
    /// <summary>A folder's name for a profile and a time: what a file system or a shell could mind in a profile's name becomes a hyphen.</summary>
    public static string NameOf(string profile, DateTime time)
    {
        string plain = string.Concat(profile.Select(c => char.IsLetterOrDigit(c) || c is '.' or '_' ? c : '-')).Trim('.', '-');
        return string.Create(CultureInfo.InvariantCulture, $"{(plain.Length == 0 ? "run" : plain)}-{time:yyyyMMdd-HHmmss}");
    }

    /// <summary>Writes the run and its page; says what was written.</summary>
    public static string Write(LoadRun run, string folder)
    {
        string file = Path.Combine(folder, LoadRunJson.FileName), page = Path.Combine(folder, LoadRunPage.FileName);
        LoadRunJson.Write(run, file);
        LoadRunPage.Write(run, page);
        return $"{file} and {page}";
    }
}
