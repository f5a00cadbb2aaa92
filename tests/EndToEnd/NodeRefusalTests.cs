using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>A node that must not start, and what it says instead.</summary>
[Collection(NodeCollection.Name)]
public sealed class NodeRefusalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hyperingest-refusal-");

    private string Site => Path.Combine(_folder.FullName, "site.yaml");

    private string Journal => Path.Combine(_folder.FullName, "journal");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_wrong_site_file_is_told_all_its_errors_at_once_and_starts_nothing()
    {
        await File.WriteAllTextAsync(Site, $$"""
            node: n
            shards: 0
            jurnal: { path: {{Journal}} }
            journal: { path: {{Journal}}, fsync: sometimes }
            devices:
              - { name: a, protocol: modbsu, host: 127.0.0.1, tags: [ { name: t, address: 70000 } ] }
              - { name: b, protocol: modbus, host: 127.0.0.1, template: none, interval: 5 }
            sinks: [ { name: s, type: postgres, connection: "${NO_SUCH_VARIABLE_HERE}" } ]
            """);
        var (code, output, error) = await ProgramProcess.RunAsync("run", Site);
        Assert.Equal((2, ""), (code, output));
        foreach (string expected in (string[])[":2:9: shards: ", ":3:1: ", "did you mean 'journal'", ":4:", "modbsu", "'modbus'", "70000", "template", "interval", "NO_SUCH_VARIABLE_HERE"])
        {
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }
        Assert.All(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith(Site, line, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Journal));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_3_and_named_and_nothing_is_started()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await File.WriteAllTextAsync(Site, string.Create(CultureInfo.InvariantCulture, $$"""
            journal: { path: {{Journal}} }
            http: { listen: 127.0.0.1:{{port}} }
            devices: [ { name: a, protocol: modbus, host: 127.0.0.1, port: 1, tags: [ { name: t, address: 0 } ] } ]
            """));
        var (code, _, error) = await ProgramProcess.RunAsync("run", Site);
        Assert.Equal(3, code);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), error, StringComparison.Ordinal);
        Assert.Contains("in use", error, StringComparison.Ordinal);
        AssertOneLine(error);
        Assert.False(Directory.Exists(Journal));
    }

    [Fact]
    public async Task A_journal_folder_that_cannot_be_made_is_3_and_named()
    {
        // A file where a folder must be: not even root can make one below it.
        string file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        await File.WriteAllTextAsync(Site, $$"""
            journal: { path: {{file}}/journal }
            http: { listen: off }
            devices: [ { name: a, protocol: modbus, host: 127.0.0.1, port: 1, tags: [ { name: t, address: 0 } ] } ]
            """);
        var (code, _, error) = await ProgramProcess.RunAsync("run", Site);
        Assert.Equal(3, code);
        Assert.Contains($"{file}/journal", error, StringComparison.Ordinal);
        AssertOneLine(error);
    }

    // What the user has to mend, and no stack.
    private static void AssertOneLine(string error) => Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
}
