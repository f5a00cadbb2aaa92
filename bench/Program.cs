using BenchmarkDotNet.Running;
using HyperIngest.Bench.Scale;

namespace HyperIngest.Bench;

/// <summary>The benchmarks: <c>dotnet run -c Release --project bench -- --filter '*'</c>.</summary>
internal static class BenchProgram
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [ScaleCommand.Verb, ..]) return await ScaleCommand.RunAsync(arguments[1..]).ConfigureAwait(false);
        BenchmarkSwitcher.FromAssembly(typeof(BenchProgram).Assembly).Run(arguments);
        return 0;
    }
}
