using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Tests.Unit.OpcUa.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.OpcUa.Session;

/// <summary>What a session demands of a server, and what it tells to whom.</summary>
public sealed class UaSessionSecurityTests
{
    public static TheoryData<UaSecurityPolicy, UaSecurityMode> Securities => TestCertificates.Securities;

    [Theory]
    [MemberData(nameof(Securities))]
    public async Task Session_opens_with_every_policy_mode_and_kind_of_user(UaSecurityPolicy policy, UaSecurityMode mode)
    {
        await using ScriptedServer server = new();
        using TestStore store = Trusting(server);
        UaIdentity?[] identities = [null, new UaPasswordIdentity(ScriptedServer.User, ScriptedServer.Password), new UaCertificateIdentity(TestCertificates.Client)];
        foreach (UaIdentity? identity in identities)
        {
            await using UaClient client = await UaClient.OpenAsync(server.Options(policy, mode, identity, store.Store), NullLogger.Instance);
            Assert.Equal(server.Namespaces, client.Services.Namespaces);
        }
        Assert.Equal([ScriptedServer.User, TestCertificates.Client.Thumbprint], server.Users);
        Assert.Equal((0, 3), (server.Sessions, server.Closed.Count));
    }

    [Fact]
    public async Task Wrong_password_is_said_and_no_session_is_left_behind()
    {
        await using ScriptedServer server = new();
        using TestStore store = Trusting(server);
        UaSessionOptions options = server.Options(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign, new UaPasswordIdentity(ScriptedServer.User, "wrong"), store.Store);
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(options, NullLogger.Instance));
        Assert.Equal(UaStatusCodes.BadUserAccessDenied, refused.Status);
        Assert.DoesNotContain("wrong", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, server.Sessions);
    }

    [Fact]
    public async Task What_the_server_does_not_offer_is_refused_with_what_it_offers()
    {
        await using ScriptedServer server = new(new UaEndpointSecurity(UaSecurityPolicy.None, UaSecurityMode.None), new UaEndpointSecurity(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign));
        using TestStore store = Trusting(server);
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(server.Options(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.SignAndEncrypt, certificates: store.Store), NullLogger.Instance));
        Assert.Equal(UaStatusCodes.BadSecurityPolicyRejected, refused.Status);
        Assert.Contains("it offers None with None, Basic256Sha256 with Sign", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Count(UaEncodingIds.CreateSessionRequest));
    }

    [Fact]
    public async Task Endpoints_that_were_changed_on_the_way_are_found_out_before_anything_is_told()
    {
        await using ScriptedServer server = new();
        Func<uint, IReadOnlyList<EndpointDescription>> honest = server.Endpoints;
        // Somebody took the encryption of passwords out of what discovery says.
        server.Endpoints = service => service != UaEncodingIds.GetEndpointsRequest ? honest(service) : [.. honest(service).Select(e => e with
        {
            UserIdentityTokens = [new UserTokenPolicy("user", UserTokenType.UserName, null, null, UaPolicyProfile.Of(UaSecurityPolicy.None).Uri)],
        })];
        using TestStore store = Trusting(server);
        UaSessionOptions options = server.Options(UaSecurityPolicy.Aes256Sha256RsaPss, UaSecurityMode.Sign, new UaPasswordIdentity(ScriptedServer.User, ScriptedServer.Password), store.Store);
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(options, NullLogger.Instance));
        Assert.Equal(UaStatusCodes.BadSecurityChecksFailed, refused.Status);
        Assert.Equal(0, server.Count(UaEncodingIds.ActivateSessionRequest));
    }

    [Fact]
    public async Task Server_that_does_not_prove_its_key_is_refused()
    {
        await using ScriptedServer server = new() { SignsWrong = true };
        using TestStore store = Trusting(server);
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(server.Options(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign, certificates: store.Store), NullLogger.Instance));
        Assert.Equal(UaStatusCodes.BadSecurityChecksFailed, refused.Status);
        Assert.Equal(0, server.Count(UaEncodingIds.ActivateSessionRequest));
    }

    [Fact]
    public async Task Server_with_a_new_certificate_is_asked_for_its_endpoints_again()
    {
        await using ScriptedServer server = new();
        using TestStore store = Trusting(server);
        File.WriteAllBytes(Path.Combine(store.Store.Trusted, "next.der"), TestCertificates.Large.Raw);
        RecordingUser user = new();
        await using UaSession session = new(server.Options(UaSecurityPolicy.Aes128Sha256RsaOaep, UaSecurityMode.SignAndEncrypt, certificates: store.Store), user, NullLogger.Instance);
        session.Start();
        await Eventually.IsTrue(() => session.IsConnected, "connected");
        server.Own = TestCertificates.Large;
        server.ForgetSessions();
        server.CutChannels();
        await Eventually.IsTrue(() => session.Created == 2 && session.IsConnected, "connected to the server with its new certificate");
        Assert.Equal(2, server.Count(UaEncodingIds.GetEndpointsRequest));
        // The lost channel, and no other failure: the new certificate costs no pause.
        Assert.Equal(1, session.Faults);
    }

    [Fact]
    public async Task Server_that_refuses_this_client_is_said_to_need_its_certificate()
    {
        await using ScriptedServer server = new();
        using TestStore store = new(server.Own);
        using UaCertificate own = UaApplication.OpenOwn(store.Store);
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(server.Options(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign, certificates: store.Store), NullLogger.Instance));
        Assert.Contains($"trust the certificate {own.Thumbprint}, which is in {Path.Combine(store.Store.Folder, "own")}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Anonymous_token_is_taken_whatever_policy_it_names()
    {
        UaSessionOptions options = new() { EndpointUrl = "opc.tcp://press-1:4840" };
        EndpointDescription endpoint = Endpoint(options.Policy, options.Mode, new UserTokenPolicy("all", UserTokenType.Anonymous, null, null, "http://opcfoundation.org/UA/SecurityPolicy#Basic256"));
        Assert.True(new UaUserTokens(options, null).Make(endpoint, null, null).Token.TryDecode(out AnonymousIdentityToken token));
        Assert.Equal("all", token.PolicyId);
    }

    [Fact]
    public async Task Server_whose_certificate_is_trusted_later_is_connected_to_then()
    {
        await using ScriptedServer server = new();
        using TestStore store = new();
        using UaCertificate own = UaApplication.OpenOwn(store.Store);
        server.Trust(own);
        await using UaSession session = new(server.Options(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.SignAndEncrypt, certificates: store.Store), new RecordingUser(), NullLogger.Instance);
        session.Start();
        await Eventually.IsTrue(() => session.Faults > 1, "refused");
        Assert.Contains($"hyperingest trust {server.Own.Thumbprint}", session.Fault, StringComparison.Ordinal);
        store.Store.Trust(server.Own.Thumbprint);
        await Eventually.IsTrue(() => session.IsConnected, "connected");
    }

    [Fact]
    public async Task Password_over_the_policy_none_is_encrypted_for_nobody_who_is_not_trusted()
    {
        await using ScriptedServer server = new();
        UaPasswordIdentity user = new(ScriptedServer.User, ScriptedServer.Password);
        UaException without = await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(server.Options(identity: user), NullLogger.Instance));
        Assert.Equal(UaStatusCodes.BadConfigurationError, without.Status);
        using TestStore stranger = new();
        UaException untrusted = await Assert.ThrowsAsync<UaException>(() => UaClient.OpenAsync(server.Options(identity: user, certificates: stranger.Store), NullLogger.Instance));
        Assert.Equal(UaStatusCodes.BadCertificateUntrusted, untrusted.Status);
        Assert.Equal(0, server.Count(UaEncodingIds.ActivateSessionRequest));
    }

    [Theory]
    [InlineData("opc.tcp://press-1:4840", UaSecurityPolicy.None, UaSecurityMode.None, false)]
    [InlineData("opc.tcp://press-1:4840", UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign, false)]
    [InlineData("opc.tcp://press-1:4840", UaSecurityPolicy.Basic256Sha256, UaSecurityMode.SignAndEncrypt, true)]
    [InlineData("opc.tcp://127.0.0.1:4840", UaSecurityPolicy.None, UaSecurityMode.None, true)]
    [InlineData("opc.tcp://localhost:4840", UaSecurityPolicy.None, UaSecurityMode.None, true)]
    [InlineData("opc.tcp://[::1]:4840", UaSecurityPolicy.None, UaSecurityMode.None, true)]
    public void Password_that_a_server_wants_in_the_clear_goes_through_an_encrypted_channel_or_to_this_host(string url, UaSecurityPolicy policy, UaSecurityMode mode, bool sent)
    {
        UaSessionOptions options = new() { EndpointUrl = url, Policy = policy, Mode = mode, Identity = new UaPasswordIdentity("press", "secret") };
        UaUserTokens tokens = new(options, null);
        EndpointDescription endpoint = Endpoint(policy, mode, new UserTokenPolicy("user", UserTokenType.UserName, null, null, UaPolicyProfile.Of(UaSecurityPolicy.None).Uri));
        if (sent)
        {
            Assert.True(tokens.Make(endpoint, TestCertificates.Server, [1]).Token.TryDecode<UserNameIdentityToken>(out UserNameIdentityToken? token));
            Assert.Equal("secret"u8.ToArray(), token.Password);
            return;
        }
        UaException refused = Assert.Throws<UaException>(() => tokens.Make(endpoint, TestCertificates.Server, [1]));
        Assert.Equal(UaStatusCodes.BadSecurityModeInsufficient, refused.Status);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_ways_for_a_password_the_strongest_known_one_is_used()
    {
        UaSessionOptions options = new() { EndpointUrl = "opc.tcp://press-1:4840", Policy = UaSecurityPolicy.Basic256Sha256, Mode = UaSecurityMode.Sign, Identity = new UaPasswordIdentity("press", "secret") };
        EndpointDescription endpoint = Endpoint(
            options.Policy, options.Mode,
            new UserTokenPolicy("clear", UserTokenType.UserName, null, null, UaPolicyProfile.Of(UaSecurityPolicy.None).Uri),
            new UserTokenPolicy("strange", UserTokenType.UserName, null, null, "http://opcfoundation.org/UA/SecurityPolicy#Basic256"),
            new UserTokenPolicy("strong", UserTokenType.UserName, null, null, UaPolicyProfile.Of(UaSecurityPolicy.Aes256Sha256RsaPss).Uri),
            new UserTokenPolicy("endpoint's", UserTokenType.UserName, null, null, null));
        Assert.True(new UaUserTokens(options, null).Make(endpoint, TestCertificates.Server, [1, 2]).Token.TryDecode<UserNameIdentityToken>(out UserNameIdentityToken? token));
        Assert.Equal("strong", token.PolicyId);
        Assert.True(UaTokenSecret.TryDecrypt(UaSecurityPolicy.Aes256Sha256RsaPss, TestCertificates.Server, token.Password, [1, 2], out byte[] secret));
        Assert.Equal("secret"u8.ToArray(), secret);
    }

    [Fact]
    public void Endpoint_that_does_not_take_the_user_says_whom_it_takes()
    {
        UaSessionOptions options = new() { EndpointUrl = "opc.tcp://press-1:4840" };
        EndpointDescription endpoint = Endpoint(options.Policy, options.Mode, new UserTokenPolicy("user", UserTokenType.UserName, null, null, null));
        UaException refused = Assert.Throws<UaException>(() => new UaUserTokens(options, null).Make(endpoint, null, null));
        Assert.Equal(UaStatusCodes.BadIdentityTokenRejected, refused.Status);
        Assert.Contains("it takes user and password", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_and_endpoints_are_found_without_a_session()
    {
        await using ScriptedServer server = new();
        IReadOnlyList<EndpointDescription> endpoints = await UaDiscovery.GetEndpointsAsync(server.Url, TimeSpan.FromSeconds(60), NullLogger.Instance);
        Assert.Equal(7, endpoints.Count);
        ApplicationDescription found = Assert.Single(await UaDiscovery.FindServersAsync(server.Url, TimeSpan.FromSeconds(60), NullLogger.Instance));
        Assert.Equal(TestCertificates.ServerUri, found.ApplicationUri);
        Assert.Equal(0, server.Count(UaEncodingIds.CreateSessionRequest));
    }

    [Fact]
    public void Sessions_that_share_a_store_get_one_certificate()
    {
        using TestStore store = new();
        string[] thumbprints = new string[4];
        Parallel.For(0, thumbprints.Length, i =>
        {
            using UaCertificate own = UaApplication.OpenOwn(store.Store);
            thumbprints[i] = own.Thumbprint;
        });
        Assert.Single(thumbprints.Distinct());
    }

    private static EndpointDescription Endpoint(UaSecurityPolicy policy, UaSecurityMode mode, params UserTokenPolicy[] tokens) => new(
        "opc.tcp://press-1:4840", new ApplicationDescription("urn:press", null, default, ApplicationType.Server, null, null, []), TestCertificates.Server.Raw, mode, UaPolicyProfile.Of(policy).Uri, tokens, null, 0);

    private static TestStore Trusting(ScriptedServer server)
    {
        TestStore store = new(server.Own);
        using UaCertificate own = UaApplication.OpenOwn(store.Store);
        server.Trust(own);
        return store;
    }
}
