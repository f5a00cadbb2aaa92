using System.Diagnostics;

namespace HyperIngest.Tests.Faults;

/// <summary>A program of the system that must succeed: mount, mkfs, a compiler.</summary>
internal static class SystemProgram
{
    /// <summary>Runs it to its end.</summary>
    /// <returns>Its output.</returns>
    public static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}");
        return output.GetAwaiter().GetResult();
    }
}
