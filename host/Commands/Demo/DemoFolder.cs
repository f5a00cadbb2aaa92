namespace HyperIngest.Host.Commands.Demo;

/// <summary>The folder a demo works in: the user's, which is kept, or a temporary one, which is deleted.</summary>
internal sealed class DemoFolder : IDisposable
{
    private readonly bool _temporary;

    private DemoFolder(string path, bool temporary)
    {
        Path = path;
        _temporary = temporary;
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Opens <paramref name="given"/>, or a temporary folder when it is null.</summary>
    /// <exception cref="UsageException">The given folder holds a journal already.</exception>
    public static DemoFolder Open(string? given)
    {
        if (given is null) return new DemoFolder(Directory.CreateTempSubdirectory("hyperingest-demo-").FullName, temporary: true);
        string path = System.IO.Path.GetFullPath(given);
        if (Directory.Exists(System.IO.Path.Combine(path, "journal")))
        {
            throw new UsageException($"demo: --data {given}: the folder holds the journal of an earlier run, whose readings would count as duplicates; name an empty one");
        }
        Directory.CreateDirectory(path);
        return new DemoFolder(path, temporary: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_temporary) Directory.Delete(Path, recursive: true);
    }
}
