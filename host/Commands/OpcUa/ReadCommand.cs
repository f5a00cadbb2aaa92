using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HyperIngest.Host.Http;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary><c>hyperingest read ENDPOINT NODE...</c>.</summary>
internal static class ReadCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        OpcUaClientOptions client = new();
        Argument<string[]> nodes = new("NODE") { Description = "Node ids, nsu=urn:press;s=Press.Speed or ns=2;s=Press.Speed, or browse paths from the Objects folder, /2:Press/2:Speed.", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = CommonOptions.Json("The values as one JSON object.");
        Verb verb = new("read", "Read nodes of an OPC UA server once: value, type, status and times. Exit code 3 when a status is bad.",
            new("hyperingest read opc.tcp://press-1:4840 i=2258", "The server's clock, which every server has."),
            new("hyperingest read opc.tcp://press-1:4840 'nsu=urn:press;s=Press.Speed' /2:Press/2:Temperature --json", "Two nodes, by id and by path, for a program."),
            new("hyperingest read opc.tcp://press-1:4840 'ns=2;s=Press.Speed' --policy Basic256Sha256 --user ingest --password-env OPCUA_PASSWORD", "Encrypted, as a user whose password is in the environment."))
        {
            client.Endpoint, nodes, json,
        };
        client.AddTo(verb);
        verb.SetAction(async (parsed, cancelled) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            string[] texts = parsed.GetRequiredValue(nodes);
            // Before anything is connected: a slip of the finger is said at once.
            foreach (string text in texts) Check(text);
            using ILoggerFactory loggers = OpcUaClientOptions.Loggers(io);
            await using UaClient opened = await UaClient.OpenAsync(client.SessionOf(parsed), loggers.CreateLogger<UaClient>(), cancelled);
            UaNodeId[] ids = new UaNodeId[texts.Length];
            for (int i = 0; i < texts.Length; i++) ids[i] = await ResolveAsync(opened.Services, texts[i], cancelled);
            IReadOnlyList<OpcUaValue> values = await NodeReading.ValuesAsync(opened.Services, ids, cancelled);
            if (parsed.GetValue(json))
            {
                await io.Output.WriteLineAsync(JsonSerializer.Serialize(
                    new { Endpoint = opened.Services.EndpointUrl, Values = values.Select((v, i) => new { Node = UaNodeText.Format(ids[i], opened.Services.Namespaces), v.Type, v.Value, v.Status, v.StatusCode, v.SourceTime, v.ServerTime }) },
                    StatusJson.Options));
            }
            else
            {
                string[][] rows = [.. values.Select((v, i) => (string[])[texts[i], v.Text, v.Type ?? "", v.Status, TimeOf(v.SourceTime), TimeOf(v.ServerTime)])];
                foreach (string line in Columns.Lines(["node", "value", "type", "status", "source time", "server time"], rows)) await io.Output.WriteLineAsync(line);
            }
            return values.Any(v => v.IsBad) ? ExitCode.Failed : ExitCode.Ok;
        });
        return verb;
    }

    /// <summary>The node that a text names, in a session.</summary>
    /// <exception cref="UaException">The server has no such namespace, or the path leads nowhere.</exception>
    internal static async Task<UaNodeId> ResolveAsync(IUaServices services, string text, CancellationToken cancelled)
    {
        if (!IsPath(text)) return UaNodeText.TryResolve(text, services.Namespaces, out UaNodeId node, out string? unknown) ? node : throw new UaException(UaStatusCodes.BadNodeIdUnknown, $"{services.EndpointUrl}: {unknown}");
        if (!UaBrowsePath.TryParse(text, out UaBrowsePath? path, out string? fault)) throw new UsageException($"NODE: {fault}");
        UaPathTarget target = (await UaBrowsePaths.TranslateAsync(services, [path], cancelled))[0];
        return target.Fault is null ? target.Node : throw new UaException(target.Status, $"{services.EndpointUrl}: {target.Fault}");
    }

    /// <summary>Refuses what is neither a node id nor a path.</summary>
    /// <exception cref="UsageException">The message says what was expected.</exception>
    internal static void Check(string text)
    {
        string? fault;
        bool isOne = IsPath(text) ? UaBrowsePath.TryParse(text, out _, out fault) : UaNodeText.TryParse(text, out _, out fault);
        if (!isOne) throw new UsageException($"NODE: {fault}");
    }

    private static bool IsPath(string text) => text.StartsWith('/');

    private static string TimeOf(DateTime? time) => time is { } known ? known.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) : "none";
}
