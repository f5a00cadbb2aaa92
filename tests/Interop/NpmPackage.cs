using System.Diagnostics;

namespace HyperIngest.Tests.Interop;

/// <summary>npm's packages that tests need as peers: installed once into the user's cache folder, at the very versions a test names.</summary>
internal static class NpmPackage
{
    // An install on a loaded machine with a slow registry.
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3);

    /// <summary>The folder whose <c>node_modules</c> has the packages, such as <c>sparkplug-payload@1.0.3</c>; node finds them when it runs in it, or a script that lies in it.</summary>
    public static async Task<string> FolderOfAsync(params string[] nameAtVersion)
    {
        string cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "hyperingest-npm");
        string name = string.Join('+', nameAtVersion.Order(StringComparer.Ordinal)).Replace('/', '_');
        string folder = Path.Combine(cache, name);
        Directory.CreateDirectory(cache);
        // Two test processes may want the same packages: one installs, the other waits for the lock and finds them.
        await using FileStream guard = await LockAsync(Path.Combine(cache, name + ".lock"));
        string done = Path.Combine(folder, "installed");
        if (File.Exists(done)) return folder;
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        ProcessStartInfo start = new("npm", ["install", "--no-audit", "--no-fund", "--save-exact", "--prefix", folder, .. nameAtVersion])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        using Process npm = Process.Start(start) ?? throw new InvalidOperationException("npm did not start.");
        Task<string> output = npm.StandardOutput.ReadToEndAsync();
        Task<string> errors = npm.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(InstallLimit);
        try
        {
            await npm.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw new TimeoutException($"npm did not install {name} in {InstallLimit}.");
        }
        Assert.True(npm.ExitCode == 0, $"npm install of {name} failed: {await errors}{await output}");
        await File.WriteAllTextAsync(done, name);
        return folder;
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        using CancellationTokenSource limit = new(InstallLimit);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!limit.IsCancellationRequested)
            {
                // Another process has it, and there is nothing to wait on but its going.
                await Task.Delay(100);
            }
        }
    }
}
