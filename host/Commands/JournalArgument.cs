using HyperIngest.Host.Configuration;

namespace HyperIngest.Host.Commands;

/// <summary>Finds the journal that a verb is to read: a folder, or the site file that names it.</summary>
internal static class JournalArgument
{
    /// <summary>For help.</summary>
    public const string Description = "The journal's folder, or the site file that names it.";

    /// <summary>The journal's folder; null when <paramref name="path"/> is a site file with errors, which have then been written.</summary>
    /// <exception cref="UsageException">There is no such file or folder.</exception>
    public static async Task<string?> FolderAsync(string path, TextWriter error)
    {
        if (Directory.Exists(path)) return path;
        if (!File.Exists(path)) throw new UsageException($"{path}: no such file or folder; expected a journal's folder, or the site file that names it");
        SiteConfiguration? site = await SiteLoading.LoadAsync(path, error);
        return site?.Pipeline.Journal.Path;
    }
}
