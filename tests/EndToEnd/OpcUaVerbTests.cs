using System.Text.Json;
using HyperIngest.Host;
using HyperIngest.Host.Configuration;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Tests.Interop.OpcUa;
using HyperIngest.Tests.Unit.Configuration;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>The verbs for OPC UA servers against a server nobody here wrote.</summary>
public sealed class OpcUaVerbTests : IDisposable
{
    // A loaded machine makes keys slowly.
    private const string Timeout = "60s";

    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-ua-verbs-").FullName;

    private string Certificates => Path.Combine(_folder, "certificates");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_stranger_gets_from_the_endpoint_to_a_device_section_and_to_values_over_an_encrypted_channel()
    {
        await using NodeOpcUaServer server = await NodeOpcUaServer.StartAsync("node_opcua_press.js");
        await The_tree_shows_variables_with_type_and_value(server.Url);
        await The_device_section_is_one_that_a_site_takes(server.Url);
        await Values_are_read_by_id_and_by_path(server.Url);
        string thumbprint = await An_encrypted_session_needs_the_servers_certificate_trusted(server.Url);
        await Once_it_is_trusted_a_user_reads_encrypted(server.Url, thumbprint);
        // What needs no certificates makes none.
        Assert.Equal([Certificates], Directory.GetFileSystemEntries(_folder));
    }

    private static async Task The_tree_shows_variables_with_type_and_value(string url)
    {
        var (code, output, error) = await RunAsync("browse", url);
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Matches(@"(?m)^None +None +.*anonymous.*$", output);
        Assert.Matches(@"(?m)^Basic256Sha256 +SignAndEncrypt +.*user.* [0-9A-F]{40}$", output);
        Assert.Matches(@"(?m)^certificate [0-9A-F]{40}$", output);
        Assert.Contains("\nObjects  [i=85]\n", output, StringComparison.Ordinal);
        Assert.Contains("\n  Press  [nsu=urn:press;s=Press]\n", output, StringComparison.Ordinal);
        Assert.Contains("\n    Strokes  Int32 = -7  [nsu=urn:press;s=Press.Strokes]\n", output, StringComparison.Ordinal);
        Assert.Contains("\n    Zones  Double = [1, 2, 3]  [nsu=urn:press;s=Press.Zones]\n", output, StringComparison.Ordinal);
        Assert.Contains("\n      Temperature  Float = 45.5  [nsu=urn:press;s=Press.Oil.Temperature]\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("SerialNumber", output, StringComparison.Ordinal);
        Assert.DoesNotContain("NamespaceArray", output, StringComparison.Ordinal);

        (code, output, _) = await RunAsync("browse", url, "--node", "/{urn:press}Press", "--depth", "1", "--properties", "--json");
        Assert.Equal(ExitCode.Ok, code);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(7, json.RootElement.GetProperty("endpoints").GetArrayLength());
        JsonElement[] nodes = [.. json.RootElement.GetProperty("nodes").EnumerateArray()];
        Assert.Equal(["Oil", "Press", "SerialNumber", "Speed", "State", "Strokes", "Zones"], nodes.Select(n => n.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal("4711", nodes.Single(n => n.GetProperty("name").GetString() == "SerialNumber").GetProperty("value").GetString());
        Assert.True(json.RootElement.GetProperty("cut").GetBoolean());
    }

    private static async Task The_device_section_is_one_that_a_site_takes(string url)
    {
        var (code, output, error) = await RunAsync("browse", url, "--yaml", "--node", "nsu=urn:press;s=Press");
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        string indented = string.Concat(output.Split('\n').Select(l => $"      {l}\n"));
        ConfigurationResult<SiteConfiguration> site = SiteText.Parse($"{SiteText.Journal}sources:\n  - name: line\n    type: opcua\n    devices:\n{indented}");
        Assert.Empty(site.Problems);
        UaDeviceOptions device = Assert.Single(Assert.Single(site.Value!.OpcUaSources).Options.Devices);
        Assert.Equal(("127.0.0.1", url), (device.Name, device.Session.EndpointUrl));
        Assert.Equal(
            ["Oil.Temperature nsu=urn:press;s=Press.Oil.Temperature", "Speed nsu=urn:press;s=Press.Speed", "State nsu=urn:press;s=Press.State", "Strokes nsu=urn:press;s=Press.Strokes"],
            device.Tags.Select(t => $"{t.Name} {t.Node}").Order(StringComparer.Ordinal));
        Assert.Contains("# - { name: Zones, node: \"nsu=urn:press;s=Press.Zones\", elements: 3 }   # an array", output, StringComparison.Ordinal);
    }

    private static async Task Values_are_read_by_id_and_by_path(string url)
    {
        var (code, output, error) = await RunAsync("read", url, "nsu=urn:press;s=Press.Strokes", "/{urn:press}Press/{urn:press}State");
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        string[] lines = output.Split('\n');
        Assert.Matches("^node +value +type +status +source time +server time$", lines[0]);
        Assert.Matches("^nsu=urn:press;s=Press.Strokes +-7 +Int32 +Good +", lines[1]);
        Assert.Matches("running +String +Good +", lines[2]);

        // A node that is not there is a bad status beside the others' good ones, and a failure for whoever asks for the exit code.
        (code, output, error) = await RunAsync("read", url, "i=2259", "nsu=urn:press;s=Nothing", "--json");
        Assert.Equal((ExitCode.Failed, ""), (code, error));
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement values = json.RootElement.GetProperty("values");
        Assert.Equal((0, "Good", "BadNodeIdUnknown"), (values[0].GetProperty("value").GetInt32(), values[0].GetProperty("status").GetString(), values[1].GetProperty("status").GetString()));

        (code, _, error) = await RunAsync("read", url, "nsu=urn:lathe;s=Speed");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("no namespace 'urn:lathe'; it has", error, StringComparison.Ordinal);
    }

    private async Task<string> An_encrypted_session_needs_the_servers_certificate_trusted(string url)
    {
        var (code, output, error) = await RunAsync("read", url, "i=2259", "--policy", "Basic256Sha256", "--certificates", Certificates);
        Assert.Equal((ExitCode.Failed, ""), (code, output));
        Assert.Contains("is not trusted; it was kept as ", error, StringComparison.Ordinal);
        Assert.Matches($"type: hyperingest trust [0-9A-F]{{40}} --certificates {Certificates}:", error);
        using JsonDocument rejected = JsonDocument.Parse((await RunBareAsync("trust", "--certificates", Certificates, "--json")).Output);
        return Assert.Single(rejected.RootElement.GetProperty("rejected").EnumerateArray()).GetProperty("certificate").GetProperty("thumbprint").GetString()!;
    }

    private async Task Once_it_is_trusted_a_user_reads_encrypted(string url, string thumbprint)
    {
        Assert.Equal(ExitCode.Ok, (await RunBareAsync("trust", thumbprint[..12], "--certificates", Certificates)).Code);
        string[] secured = ["--policy", "Basic256Sha256", "--mode", "SignAndEncrypt", "--certificates", Certificates, "--any-host", "--user", "ingest"];
        string password = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(password, "s3cret\n");
        var (code, output, error) = await RunAsync(["read", url, "nsu=urn:press;s=Press.Strokes", .. secured, "--password-file", password]);
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Contains(" -7 ", output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(password, "wrong\n");
        (code, output, error) = await RunAsync(["read", url, "nsu=urn:press;s=Press.Strokes", .. secured, "--password-file", password]);
        Assert.Equal((ExitCode.Failed, ""), (code, output));
        Assert.DoesNotContain("wrong", error, StringComparison.Ordinal);
        File.Delete(password);
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunBareAsync([.. arguments, "--timeout", Timeout]);

    private static Task<(int Code, string Output, string Error)> RunBareAsync(params string[] arguments) => Unit.Host.CommandLineTests.RunAsync(arguments);
}
