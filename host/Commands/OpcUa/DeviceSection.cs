using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary>Writes what was found as a device of an OPC UA source, ready for a site file.</summary>
/// <param name="session">The session it was found with.</param>
/// <param name="namespaces">The server's namespace table.</param>
/// <param name="passwordVariable">The variable that has the password; null for the usual name.</param>
internal sealed class DeviceSection(UaSessionOptions session, IReadOnlyList<string> namespaces, string? passwordVariable)
{
    private const string UsualPasswordVariable = "OPCUA_PASSWORD";
    private const int LongestName = 255;

    // YAML's double quotes take everything that JSON's do; letters stay letters.
    private static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The lines.</summary>
    /// <param name="start">The node whose variables become tags, and all below it.</param>
    /// <param name="isCut">Whether there may be more.</param>
    public IEnumerable<string> Lines(TreeNode start, bool isCut)
    {
        TreeNode[] variables = [.. start.All().Where(n => n is { Class: UaNodeClass.Variable, IsRepeated: false })];
        yield return $"# Belongs below sources, in the devices of one with type: {SourceSchema.OpcUa}.";
        if (isCut) yield return "# There may be more: --depth, --limit and --node say how much is looked at.";
        yield return $"- name: {Scalar(new Uri(session.EndpointUrl).Host.Trim('[', ']'))}";
        yield return $"  endpoint: {Scalar(session.EndpointUrl)}";
        yield return $"  policy: {OpcUaSessionSchema.Policies.Format(session.Policy)}";
        yield return $"  mode: {OpcUaSessionSchema.Modes.Format(session.Mode)}";
        if (session.Policy != UaSecurityPolicy.None && !session.CheckHostName) yield return "  check_host: false";
        if (session.Identity is UaPasswordIdentity user)
        {
            yield return $"  user: {Scalar(user.User)}";
            if (user.Password.Length > 0) yield return $"  password: ${{{passwordVariable ?? UsualPasswordVariable}}}";
        }
        yield return "  tags:";
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (TreeNode variable in variables) yield return $"    {LineOf(variable, names)}";
        if (variables.Length == 0) yield return "    []";
    }

    private string LineOf(TreeNode variable, HashSet<string> names)
    {
        string name = Unique(variable.Path, names);
        string tag = $"name: {Scalar(name)}, node: {Scalar(UaNodeText.Format(variable.Id, namespaces))}";
        // What is no single value is there to be chosen: an array may be a thousand series.
        return variable.Value?.Value switch
        {
            List<object?> elements => string.Create(CultureInfo.InvariantCulture, $"# - {{ {tag}, elements: {Math.Max(1, elements.Count)} }}   # an array: a series an element"),
            null when variable.Value?.Type == nameof(UaBuiltInType.ExtensionObject) => $"# - {{ {tag} }}   # a structure, which is no reading",
            _ => $"- {{ {tag} }}",
        };
    }

    // Two nodes may have one name; a path too long for a tag keeps its end, which says more.
    private static string Unique(string path, HashSet<string> names)
    {
        string name = path.Length == 0 ? "value" : path.Length <= LongestName ? path : path[^LongestName..];
        for (int n = 2; !names.Add(name); n++)
        {
            string number = string.Create(CultureInfo.InvariantCulture, $"_{n}");
            name = (path.Length + number.Length <= LongestName ? path : path[^(LongestName - number.Length)..]) + number;
        }
        return name;
    }

    // A reference to the environment in somebody's node id is none; the plain words of most names need no quotes.
    private static string Scalar(string text)
    {
        bool plain = text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && text.ToUpperInvariant() is not ("TRUE" or "FALSE" or "NULL" or "YES" or "NO" or "ON" or "OFF");
        return plain ? text : JsonSerializer.Serialize(text.Replace("${", "$${", StringComparison.Ordinal), Quoting);
    }
}
