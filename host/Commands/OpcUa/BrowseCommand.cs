using System.CommandLine;
using System.Text.Json;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Http;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary><c>hyperingest browse ENDPOINT</c>.</summary>
internal static class BrowseCommand
{
    private const int DefaultDepth = 10;

    // A screen scrolls, and a program reads, that much in a second or two.
    private const int DefaultNodes = 10_000;

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        OpcUaClientOptions client = new();
        Option<string?> node = new("--node") { Description = "Where to begin, a node id or a browse path; the Objects folder without, and then not the Server object.", HelpName = "NODE" };
        Option<int?> depth = CommonOptions.Choice("--depth", "D", $"Levels below it; {DefaultDepth} unless told otherwise.", Scalars.Integer(1, 1000));
        Option<int?> limit = CommonOptions.Choice("--limit", "N", $"Most nodes; {DefaultNodes} unless told otherwise.", Scalars.Integer(1, 10_000_000));
        Option<bool> properties = new("--properties") { Description = "With the properties of nodes, such as units and ranges." };
        Option<bool> endpointsOnly = new("--endpoints") { Description = "The endpoints alone; opens no session." };
        Option<bool> yaml = new("--yaml") { Description = "The variables as a device of a site file's OPC UA source." };
        Option<bool> json = CommonOptions.Json("Endpoints, certificates and nodes as one JSON object.");
        Verb verb = new("browse", "What an OPC UA server has: its endpoints with their security and certificates, and its address space as a tree, variables with type and value.",
            new("hyperingest browse opc.tcp://press-1:4840", "Endpoints and tree, over a channel without security."),
            new("hyperingest browse opc.tcp://press-1:4840 --endpoints", "Which policies, modes and users it takes, and its certificate's thumbprint."),
            new("hyperingest browse opc.tcp://press-1:4840 --node /2:Press --policy Basic256Sha256 --user ingest --password-env OPCUA_PASSWORD", "One branch, encrypted, as a user."),
            new("hyperingest browse opc.tcp://press-1:4840 --yaml > press.yaml", "A device section with all its variables, to be trimmed."))
        {
            client.Endpoint, node, depth, limit, properties, endpointsOnly, yaml, json,
        };
        client.AddTo(verb);
        verb.SetAction(async (parsed, cancelled) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            (bool asYaml, bool asJson, bool only) = (parsed.GetValue(yaml), parsed.GetValue(json), parsed.GetValue(endpointsOnly));
            if (asYaml && (asJson || only)) throw new UsageException($"browse: expected one of --yaml and {(asJson ? "--json" : "--endpoints")}, found both");
            string endpoint = client.EndpointOf(parsed);
            string? start = parsed.GetValue(node);
            if (start is not null) ReadCommand.Check(start);
            using ILoggerFactory loggers = OpcUaClientOptions.Loggers(parsed.InvocationConfiguration);
            ILogger logger = loggers.CreateLogger<UaClient>();
            // A folder of certificates is made, and a password asked for, only where there is to be a session.
            UaSessionOptions? session = only ? null : client.SessionOf(parsed);

            EndpointList endpoints = new(await UaDiscovery.GetEndpointsAsync(endpoint, client.TimeoutOf(parsed), logger, cancelled));
            if (!asYaml && !asJson)
            {
                foreach (string line in endpoints.Lines()) await output.WriteLineAsync(line);
            }
            NodeTree? tree = null;
            IReadOnlyList<string> namespaces = [];
            if (session is not null)
            {
                await using UaClient opened = await UaClient.OpenAsync(session, logger, cancelled);
                namespaces = opened.Services.Namespaces;
                UaNodeId from = start is null ? new UaNodeId(UaNodeIds.ObjectsFolder) : await ReadCommand.ResolveAsync(opened.Services, start, cancelled);
                NodeTreeOptions wanted = new(parsed.GetValue(depth) ?? DefaultDepth, parsed.GetValue(limit) ?? DefaultNodes, parsed.GetValue(properties));
                tree = await NodeTree.ReadAsync(opened.Services, from, wanted, cancelled);
            }
            if (asJson) await output.WriteLineAsync(JsonSerializer.Serialize(Json(endpoint, endpoints, namespaces, tree), StatusJson.Options));
            else if (tree is not null)
            {
                IEnumerable<string> lines = asYaml ? new DeviceSection(session!, namespaces, client.PasswordVariableOf(parsed)).Lines(tree.Root, tree.IsCut) : Lines(tree, namespaces);
                foreach (string line in lines) await output.WriteLineAsync(line);
            }
            return ExitCode.Ok;
        });
        return verb;
    }

    private static object Json(string endpoint, EndpointList endpoints, IReadOnlyList<string> namespaces, NodeTree? tree) => new
    {
        Endpoint = endpoint,
        Server = endpoints.Server is { } server ? new { Name = server.ApplicationName.Text, server.ApplicationUri, server.ProductUri } : null,
        Endpoints = endpoints.Json,
        endpoints.Certificates,
        Namespaces = namespaces,
        Cut = tree?.IsCut ?? false,
        // Flat, with paths: a tree's depth is the server's, and no parser's.
        Nodes = tree?.Root.All().Select(n => new
        {
            Node = UaNodeText.Format(n.Id, namespaces),
            Name = n.Name.Name,
            n.Path,
            n.Level,
            Class = n.Class.ToString(),
            Repeated = n.IsRepeated,
            n.Fault,
            n.DataType,
            n.Value?.Value,
            n.Value?.Status,
            n.Value?.SourceTime,
        }),
    };

    private static IEnumerable<string> Lines(NodeTree tree, IReadOnlyList<string> namespaces)
    {
        foreach (TreeNode node in tree.Root.All())
        {
            string value = node.Value is { } read ? $"  {PrintableText.Of(node.DataType ?? "")} = {read.Text}{(read.StatusCode == UaStatusCodes.Good ? "" : $" ({read.Status})")}" : node.Class == UaNodeClass.Method ? "  method" : "";
            string note = node.IsRepeated ? "  (with what is below it elsewhere in the tree)" : node.Fault is { } fault ? $"  (not browsed: {fault})" : "";
            yield return $"{new string(' ', 2 * node.Level)}{PrintableText.Of(node.Name.Name ?? "")}{value}{note}  [{PrintableText.Of(UaNodeText.Format(node.Id, namespaces))}]";
        }
        if (tree.IsCut) yield return $"{tree.Nodes} nodes, and perhaps more: --depth, --limit and --node say how much is looked at.";
    }
}
