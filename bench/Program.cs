using BenchmarkDotNet.Running;
using HyperIngest.Bench.Ceilings;

namespace HyperIngest.Bench;

/// <summary>The benchmarks: <c>dotnet run -c Release --project bench -- --filter '*'</c>; and <c>-- ceilings</c>, every stage beside its physical limit.</summary>
internal static class BenchProgram
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [CeilingsCommand.Verb, .. string[] ceilings]) return await CeilingsCommand.RunAsync(ceilings);
        BenchmarkSwitcher.FromAssembly(typeof(BenchProgram).Assembly).Run(arguments);
        return 0;
    }
}
