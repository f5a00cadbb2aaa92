namespace HyperIngest.Tests.Unit.Host;

/// <summary>Finds the repository's own files.</summary>
internal static class RepositoryRoot
{
    /// <summary>The folder with HyperIngest.sln.</summary>
    public static string Path { get; } = Find();

    /// <summary>A file of the repository.</summary>
    public static string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(System.IO.Path.Combine(folder.FullName, "HyperIngest.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException($"No HyperIngest.sln above {AppContext.BaseDirectory}.");
    }
}
