using System.Diagnostics;

namespace HyperIngest.Tests.Interop.OpcUa;

/// <summary>npm's packages that tests have as peers: installed once, pinned, in the user's cache and never in the repository.</summary>
internal static class NodePackages
{
    private static readonly Lock Installing = new();

    /// <summary>The folder to name in NODE_PATH.</summary>
    /// <param name="package">Name and version, such as <c>node-opcua@2.186.4</c>.</param>
    public static string Folder(string package)
    {
        string root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "hyperingest-npm", package.Replace('/', '-'));
        string modules = Path.Combine(root, "node_modules"), done = Path.Combine(root, "installed");
        lock (Installing)
        {
            if (File.Exists(done)) return modules;
            Directory.CreateDirectory(root);
            using Process npm = Process.Start(new ProcessStartInfo("npm")
            {
                ArgumentList = { "install", "--prefix", root, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", package },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> output = npm.StandardOutput.ReadToEndAsync(), errors = npm.StandardError.ReadToEndAsync();
            npm.WaitForExit();
            Assert.True(npm.ExitCode == 0, $"npm install {package} ended with {npm.ExitCode}: {output.Result} {errors.Result}");
            File.WriteAllText(done, package);
            return modules;
        }
    }
}
