using System.Diagnostics;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Tests.Unit.OpcUa.Server;

namespace HyperIngest.Tests.Interop.OpcUa;

/// <summary>The server, used by node-opcua's client.</summary>
public sealed class NodeOpcUaClientTests
{
    private static readonly string[] Expected =
    [
        "None None", "Basic256Sha256 Sign", "Basic256Sha256 SignAndEncrypt", "Aes128_Sha256_RsaOaep Sign", "Aes128_Sha256_RsaOaep SignAndEncrypt", "Aes256_Sha256_RsaPss Sign", "Aes256_Sha256_RsaPss SignAndEncrypt",
        "browse", "read", "write", "1000 items", "method", "deadband", "queue of 10", "vanish", "restart", "all",
    ];

    [Fact]
    public async Task Node_opcua_logs_in_browses_reads_writes_calls_and_subscribes_over_a_restart()
    {
        string packages = await NpmPackage.FolderOfAsync("node-opcua@2.186.4");
        string folder = Directory.CreateTempSubdirectory("ua-node-client-").FullName;
        UaServerRig rig = Rig(0);
        int port = rig.Server.Port;
        using Process client = Start(rig, folder, packages);
        try
        {
            Task<string> errors = client.StandardError.ReadToEndAsync();
            List<string> done = [];
            while (await client.StandardOutput.ReadLineAsync().WaitAsync(UaServerRig.Patience) is { } line)
            {
                if (line.StartsWith("ok ", StringComparison.Ordinal)) done.Add(line[3..]);
                if (line == "ask vanish") rig.Server.SetUnknown(1103, 1, true);
                if (line == "ask restart")
                {
                    await rig.Server.StopAsync();
                    rig = Rig(port, rig);
                }
                if (line.StartsWith("ask ", StringComparison.Ordinal)) await client.StandardInput.WriteLineAsync("done");
            }
            await client.WaitForExitAsync();
            Assert.True(client.ExitCode == 0, $"after {string.Join(", ", done)}: {await errors}");
            Assert.Equal(Expected, done);
        }
        finally
        {
            if (!client.HasExited) client.Kill(entireProcessTree: true);
            await client.WaitForExitAsync();
            await rig.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static UaServerRig Rig(int port, UaServerRig? before = null) => new(
        variables: 1_200,
        change: o => o with { Users = new UaServerUsers { Passwords = new Dictionary<string, string> { ["operator"] = "s3cret" } } },
        port: port,
        before: before);

    private static Process Start(UaServerRig rig, string folder, string packages, [System.Runtime.CompilerServices.CallerFilePath] string thisFile = "") => Process.Start(new ProcessStartInfo("node")
    {
        ArgumentList = { Path.Combine(Path.GetDirectoryName(thisFile)!, "node_opcua_client.js"), rig.Server.EndpointUrl, folder, rig.Store.Trusted },
        Environment = { ["NODE_PATH"] = Path.Combine(packages, "node_modules") },
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
