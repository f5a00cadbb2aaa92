namespace HyperIngest.Tests.Unit.LoadGen;

/// <summary>A path for one test's file; the file goes with it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"hyperingest-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(Path);
}
