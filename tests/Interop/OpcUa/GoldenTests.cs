using System.Collections;
using System.Globalization;
using System.Reflection;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Unit.OpcUa;

namespace HyperIngest.Tests.Interop.OpcUa;

/// <summary>
/// Every message against what a stack nobody here wrote made of it, recorded in golden.txt: its bytes, and each field's value under the name it has there. golden.js, which made the file, says how.
/// </summary>
public sealed class GoldenTests
{
    // What this product writes empty and passes over when it reads.
    private static readonly string[] NotKept =
        ["diagnosticInfos", "diagnosticInfo", "serviceDiagnostics", "stringTable", "additionalHeader", "returnDiagnostics", "auditEntryId", "SoftwareCertificates", "inputArgumentDiagnosticInfos"];

    // Here the number of an ExpandedNodeId with a URI has its shortest form, as a NodeId's (OPC 10000-6, 5.2.2.10); there always four bytes. Both are right.
    private static readonly string[] LongerThere = ["BrowsePathResult", "TranslateBrowsePathsToNodeIdsResponse"];

    private static readonly Dictionary<string, (string Hex, string[] Fields)> Golden = Load();

    public static TheoryData<string> Names => [.. UaSamples.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_the_other_stack_wrote_is_what_is_written_here(string name)
    {
        UaSample sample = UaSamples.All.First(s => s.Name == name);
        string hex = Convert.ToHexString(sample.Bytes);
        Assert.True(Golden.TryGetValue(name, out (string Hex, string[] Fields) golden), $"golden.txt has no such message; give golden.js the line\n{name} {hex}");
        if (LongerThere.Contains(name)) golden.Hex = Convert.ToHexString(sample.Encode(sample.Decode(Convert.FromHexString(golden.Hex), out _, out _)));
        Assert.True(golden.Hex == hex, $"{name} is written otherwise than golden.txt has it:\n{golden.Hex}\nNow it is\n{name} {hex}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_the_other_stack_read_is_what_is_read_here(string name)
    {
        UaSample sample = UaSamples.All.First(s => s.Name == name);
        (string hex, string[] fields) = Golden[name];
        object read = sample.Decode(Convert.FromHexString(hex), out UaFault fault, out int left);
        Assert.Equal((UaFault.None, 0), (fault, left));
        List<string> lines = [];
        AddFields(lines, "", read);
        Assert.Equal(fields.Where(f => !NotKept.Any(n => f.Contains(n, StringComparison.Ordinal))), lines);
    }

    private static void AddFields(List<string> lines, string prefix, object value)
    {
        // In the order of the wire, which is that of the constructor.
        foreach (ParameterInfo parameter in value.GetType().GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters())
        {
            string name = parameter.Name! switch
            {
                "Header" => value.GetType().Name.EndsWith("Request", StringComparison.Ordinal) ? "requestHeader" : "responseHeader",
                { } other => char.ToLowerInvariant(other[0]) + other[1..],
            };
            AddField(lines, prefix + name, value.GetType().GetProperty(parameter.Name!)!.GetValue(value), parameter.Name!);
        }
    }

    private static void AddField(List<string> lines, string path, object? value, string name)
    {
        switch (value)
        {
            case null:
                lines.Add($"{path} = null");
                break;
            case byte[] bytes:
                lines.Add($"{path} = {Convert.ToHexString(bytes)}");
                break;
            case long ticks:
                lines.Add($"{path} = {Time(ticks)}");
                break;
            case bool flag:
                lines.Add($"{path} = {(flag ? "true" : "false")}");
                break;
            case Enum number:
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{path} = {Convert.ToInt64(number, CultureInfo.InvariantCulture)}"));
                break;
            case UaExpandedNodeId id:
                lines.Add($"{path} = {id.NodeId} {id.NamespaceUri} {id.ServerIndex}");
                break;
            case UaNodeId or string or IFormattable:
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{path} = {value}"));
                break;
            case UaVariantCopy variant:
                AddVariant(lines, path, variant.Value);
                break;
            case UaDataValueCopy copy:
                UaDataValue data = copy.Value;
                AddVariant(lines, path + ".value", data.Value);
                lines.Add($"{path}.status = {data.Status}");
                lines.Add($"{path}.source = {Time(data.SourceTicks)}");
                lines.Add($"{path}.server = {Time(data.ServerTicks)}");
                break;
            case UaExtensionObject extension:
                AddExtension(lines, path, extension);
                break;
            case IEnumerable elements:
                int i = 0;
                foreach (object? element in elements) AddField(lines, string.Create(CultureInfo.InvariantCulture, $"{path}.{i++}"), element, name);
                break;
            default:
                AddFields(lines, path + ".", value);
                break;
        }
    }

    private static void AddExtension(List<string> lines, string path, UaExtensionObject extension)
    {
        if (extension.IsNone) lines.Add($"{path} = null");
        else if (extension.TryDecode(out DataChangeFilter filter)) AddFields(lines, path + ".", filter);
        else if (extension.TryDecode<UserNameIdentityToken>(out UserNameIdentityToken? token)) AddFields(lines, path + ".", token);
        else if (extension.TryDecode<DataChangeNotification>(out DataChangeNotification? changes)) AddFields(lines, path + ".", changes);
        else if (extension.TryDecode(out StatusChangeNotification status)) AddFields(lines, path + ".", status);
        else Assert.Fail($"{path} is a {extension.Encoding}");
    }

    private static void AddVariant(List<string> lines, string path, in UaVariant value)
    {
        lines.Add($"{path}.type = {value.Type}");
        UaElements elements = new(value);
        for (int i = 0; elements.Next(out UaVariant element); i++) lines.Add(string.Create(CultureInfo.InvariantCulture, $"{path}.{i} = {Text(element)}"));
        if (!value.IsArray) lines.Add($"{path}.value = {Text(value)}");
    }

    private static string Text(in UaVariant value) => value.Type switch
    {
        UaBuiltInType.Double => BitConverter.UInt64BitsToDouble(value.Bits).ToString(CultureInfo.InvariantCulture),
        UaBuiltInType.Int32 => ((int)value.Bits).ToString(CultureInfo.InvariantCulture),
        UaBuiltInType.Boolean => value.Bits == 0 ? "false" : "true",
        UaBuiltInType.String => System.Text.Encoding.UTF8.GetString(value.Bytes),
        _ => value.Bits.ToString(CultureInfo.InvariantCulture),
    };

    private static string Time(long ticks) => ticks == 0 ? "none" : new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Dictionary<string, (string Hex, string[] Fields)> Load([System.Runtime.CompilerServices.CallerFilePath] string thisFile = "")
    {
        Dictionary<string, (string Hex, string[] Fields)> golden = [];
        string[] lines = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(thisFile)!, "golden.txt"));
        for (int i = 0; i < lines.Length;)
        {
            string[] message = lines[i++].Split(' ');
            List<string> fields = [];
            for (; i < lines.Length && lines[i].StartsWith(' '); i++) fields.Add(lines[i].Trim());
            golden.Add(message[0], (message[1], [.. fields]));
        }
        return golden;
    }
}
