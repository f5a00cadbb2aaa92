using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Unit.OpcUa.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Interop.OpcUa;

/// <summary>The client's channel against node-opcua's server: every policy and mode, a renewal, and messages of many sizes.</summary>
public sealed class NodeOpcUaChannelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_channel_opens_renews_and_carries_requests_with_every_policy_and_mode()
    {
        string folder = Directory.CreateTempSubdirectory("ua-node-").FullName;
        int port = FreePort();
        using Process server = Start(port, folder, await NpmPackage.FolderOfAsync("node-opcua@2.186.4"));
        try
        {
            Task<string> errors = server.StandardError.ReadToEndAsync();
            // What it warns of goes to its standard output too.
            while (await server.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line && line != port.ToString(System.Globalization.CultureInfo.InvariantCulture)) Assert.False(server.HasExited, line);
            Assert.False(server.HasExited, "node-opcua's server ended");
            string url = $"opc.tcp://127.0.0.1:{port}";
            GetEndpointsResponse endpoints;
            await using (UaClientChannel plain = await UaClientChannel.ConnectAsync(new() { EndpointUrl = url, ConnectTimeout = Patience }, NullLogger.Instance))
            {
                endpoints = await EndpointsAsync(plain);
            }
            using UaCertificate certificate = UaCertificate.Parse(endpoints.Endpoints.First(e => e.ServerCertificate is { Length: > 0 }).ServerCertificate);
            using TestStore store = new(certificate);
            int tried = 0;
            foreach (object[] security in (IEnumerable<object[]>)TestCertificates.Securities)
            {
                (UaSecurityPolicy policy, UaSecurityMode mode) = ((UaSecurityPolicy)security[0], (UaSecurityMode)security[1]);
                await using UaClientChannel channel = await UaClientChannel.ConnectAsync(
                    new()
                    {
                        EndpointUrl = url,
                        Policy = policy,
                        Mode = mode,
                        Own = TestCertificates.Client,
                        Server = certificate,
                        Check = store.Check with { HostName = false },
                        ConnectTimeout = Patience,
                        RenewTimeout = Patience,
                    },
                    NullLogger.Instance);
                for (int renewals = 0; renewals < 3; renewals++)
                {
                    Assert.Equal(endpoints.Endpoints.Count, (await EndpointsAsync(channel)).Endpoints.Count);
                    channel.Renew(Environment.TickCount64);
                    int wanted = renewals + 1;
                    await Eventually.IsTrue(() => channel.Renewals == wanted, $"{policy} {mode}: renewal {wanted}");
                }
                await EndpointsAsync(channel);
                await channel.CloseAsync();
                tried++;
            }
            Assert.Equal(7, tried);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<GetEndpointsResponse> EndpointsAsync(UaClientChannel channel) => channel.CallAsync<GetEndpointsRequest, GetEndpointsResponse>(
        new GetEndpointsRequest(new UaRequestHeader(UaNodeId.Null, DateTime.UtcNow.Ticks, 1, 60_000), channel.EndpointUrl, [], []), Patience);

    private static Process Start(int port, string folder, string packages, [System.Runtime.CompilerServices.CallerFilePath] string thisFile = "") => Process.Start(new ProcessStartInfo("node")
    {
        ArgumentList = { Path.Combine(Path.GetDirectoryName(thisFile)!, "node_opcua_server.js"), port.ToString(System.Globalization.CultureInfo.InvariantCulture), folder },
        Environment = { ["NODE_PATH"] = Path.Combine(packages, "node_modules") },
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
