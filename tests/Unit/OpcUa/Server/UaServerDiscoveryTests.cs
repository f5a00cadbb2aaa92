using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Server;

public sealed class UaServerDiscoveryTests
{
    [Fact]
    public async Task Without_security_a_secured_server_says_what_it_offers_and_nothing_else()
    {
        await using UaServerRig rig = new(change: o => o with { Channel = o.Channel with { Endpoints = [new UaEndpointSecurity(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.SignAndEncrypt)] } });
        await using UaServerClient client = new(await rig.ConnectAsync(), UaSecurityPolicy.None);
        GetEndpointsResponse offered = await client.CallAsync<GetEndpointsRequest, GetEndpointsResponse>(new GetEndpointsRequest(client.Header, rig.Server.EndpointUrl, [], []));
        Assert.Equal(UaSecurityMode.SignAndEncrypt, Assert.Single(offered.Endpoints).SecurityMode);
        Assert.Equal(UaStatusCodes.BadSecurityPolicyRejected, await UaServerClient.FaultOfAsync(() => client.CreateAsync()));
        Assert.Equal(UaStatusCodes.BadSecurityPolicyRejected, await UaServerClient.FaultOfAsync(() => client.ReadAsync(new ReadValueId(new UaNodeId(2258)))));
        await using UaServerClient secured = await rig.ActivateAsync(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.SignAndEncrypt);
        Assert.Single(await secured.ReadAsync(new ReadValueId(new UaNodeId(2258))));
    }
}
