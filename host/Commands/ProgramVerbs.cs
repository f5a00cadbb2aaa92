using HyperIngest.Host.Commands.Chaos;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.Host.Commands.Load;
using HyperIngest.Host.Commands.OpcUa;
using HyperIngest.Host.Running;

namespace HyperIngest.Host.Commands;

/// <summary>The verbs of the program, in the order its help shows them.</summary>
internal static class ProgramVerbs
{
    /// <summary>All of them, newly made.</summary>
    public static IReadOnlyList<Verb> All() =>
    [
        DemoCommand.Create(),
        LoadCommand.Create(),
        ChaosCommand.Create(),
        RunCommand.Create((site, loggers) => new PipelineNode(site, loggers)),
        CheckCommand.Create(),
        SimCommand.Create(),
        VerifyCommand.Create(),
        ReportCommand.Create(),
        QueryCommand.Create(),
        ReplayCommand.Create(),
        BrowseCommand.Create(),
        ReadCommand.Create(),
        TrustCommand.Create(),
    ];
}
