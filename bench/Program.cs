using BenchmarkDotNet.Running;

namespace HyperIngest.Bench;

/// <summary>The benchmarks: <c>dotnet run -c Release --project bench -- --filter '*'</c>.</summary>
internal static class BenchProgram
{
    private static void Main(string[] arguments) => BenchmarkSwitcher.FromAssembly(typeof(BenchProgram).Assembly).Run(arguments);
}
