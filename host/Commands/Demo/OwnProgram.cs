using System.Diagnostics;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>This program's own command line, for child processes that must not share the product's memory and processor time.</summary>
internal static class OwnProgram
{
    /// <summary>A start of this program with other arguments, and with more in its environment.</summary>
    public static ProcessStartInfo With(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = With(arguments);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return start;
    }

    /// <summary>A start of this program with other arguments.</summary>
    public static ProcessStartInfo With(params IReadOnlyList<string> arguments)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("This process does not know its own program file.");
        ProcessStartInfo start = new(program) { UseShellExecute = false };
        // Started as "dotnet hyperingest.dll": the program file is then dotnet's, and the assembly its first argument.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(typeof(OwnProgram).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }
}
