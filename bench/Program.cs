using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using HyperIngest.Bench.Ceilings;
using HyperIngest.Bench.Gate;
using HyperIngest.Bench.Mqtt;
using HyperIngest.Bench.OpcUa;
using HyperIngest.Bench.Scale;

namespace HyperIngest.Bench;

/// <summary>
/// <c>dotnet run -c Release --project bench --</c> and then <c>--filter '*'</c>, the benchmarks; <c>gate</c>, what guards CI; <c>ceilings</c>, every stage beside its physical limit;
/// <c>scale</c>, what a device costs at each size of a plant; <c>mqtt</c>, the product beside a bare subscriber at the same broker; or <c>opcua</c>, 50,000 items of one server.
/// </summary>
internal static class BenchProgram
{
    private static Task<int> Main(string[] arguments) => arguments.FirstOrDefault() switch
    {
        GateCommand.Verb => Task.FromResult(GateCommand.Run(arguments[1..], GatedWorkloads.All, new GateOptions(), Console.Out, Console.Error)),
        CeilingsCommand.Verb => CeilingsCommand.RunAsync(arguments[1..]),
        ScaleCommand.Verb => ScaleCommand.RunAsync(arguments[1..]),
        MqttCommand.Verb => MqttCommand.RunAsync(arguments[1..]),
        OpcUaCommand.Verb => OpcUaCommand.RunAsync(arguments[1..]),
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
