using System.Diagnostics;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>Starts children in a session of their own, where the terminal's Ctrl-C does not reach them: the run ends in order and has them end when it is their turn.</summary>
internal static class OwnSession
{
    /// <summary>The same start by way of setsid, which becomes the program: the process id stays.</summary>
    public static ProcessStartInfo Of(ProcessStartInfo start)
    {
        ProcessStartInfo own = new("setsid", [start.FileName, .. start.ArgumentList]) { UseShellExecute = false };
        foreach ((string name, string? value) in start.Environment) own.Environment[name] = value;
        return own;
    }
}
