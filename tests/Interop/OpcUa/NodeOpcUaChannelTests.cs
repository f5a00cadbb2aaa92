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
        await using NodeOpcUaServer server = await NodeOpcUaServer.StartAsync("node_opcua_server.js");
        GetEndpointsResponse endpoints;
        await using (UaClientChannel plain = await UaClientChannel.ConnectAsync(new() { EndpointUrl = server.Url, ConnectTimeout = Patience }, NullLogger.Instance))
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
                    EndpointUrl = server.Url,
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

    private static Task<GetEndpointsResponse> EndpointsAsync(UaClientChannel channel) => channel.CallAsync<GetEndpointsRequest, GetEndpointsResponse>(
        new GetEndpointsRequest(new UaRequestHeader(UaNodeId.Null, DateTime.UtcNow.Ticks, 1, 60_000), channel.EndpointUrl, [], []), Patience);
}
