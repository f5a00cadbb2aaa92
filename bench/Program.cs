using BenchmarkDotNet.Running;
using HyperIngest.Bench.Ceilings;
using HyperIngest.Bench.Scale;

namespace HyperIngest.Bench;

/// <summary>
/// The benchmarks: <c>dotnet run -c Release --project bench -- --filter '*'</c>; <c>-- ceilings</c>, every stage beside its physical limit; <c>-- scale</c>, what a device costs at
/// each size of a plant.
/// </summary>
internal static class BenchProgram
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [CeilingsCommand.Verb, .. string[] ceilings]) return await CeilingsCommand.RunAsync(ceilings).ConfigureAwait(false);
        if (arguments is [ScaleCommand.Verb, .. string[] scale]) return await ScaleCommand.RunAsync(scale).ConfigureAwait(false);
        BenchmarkSwitcher.FromAssembly(typeof(BenchProgram).Assembly).Run(arguments);
        return 0;
    }
}
