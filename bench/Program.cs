using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using HyperIngest.Bench.Gate;

namespace HyperIngest.Bench;

/// <summary>The benchmarks, <c>dotnet run -c Release --project bench -- --filter '*'</c>, and the gate, <c>... -- gate</c>.</summary>
internal static class BenchProgram
{
    private static Task<int> Main(string[] arguments) => arguments.FirstOrDefault() switch
    {
        "gate" => Task.FromResult(GateCommand.Run(arguments[1..], GatedWorkloads.All, new GateOptions(), Console.Out, Console.Error)),
        _ => Task.FromResult(Benchmarks(arguments)),
    };

    // The collector of all figures, whatever the machine's default: workstation, not concurrent.
    private static int Benchmarks(string[] arguments)
    {
        IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithGcServer(false).WithGcConcurrent(false).AsDefault());
        BenchmarkSwitcher.FromAssembly(typeof(BenchProgram).Assembly).Run(arguments, config);
        return 0;
    }
}
