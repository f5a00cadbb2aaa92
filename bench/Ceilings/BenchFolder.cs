namespace HyperIngest.Bench.Ceilings;

/// <summary>A folder for what a stage writes, deleted with all that is in it.</summary>
internal sealed class BenchFolder : IDisposable
{
    /// <summary>A new folder under <paramref name="parent"/>, or under the system's temporary folder.</summary>
    public BenchFolder(string? parent)
    {
        if (parent is null)
        {
            Path = Directory.CreateTempSubdirectory("hyperingest-ceilings-").FullName;
            return;
        }
        Path = System.IO.Path.Combine(parent, $"hyperingest-ceilings-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The path of a file or folder in it.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
