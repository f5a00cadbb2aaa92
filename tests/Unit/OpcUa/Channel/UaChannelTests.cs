using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Tests.Unit.OpcUa.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.OpcUa.Channel;

/// <summary>The client's channel against the server's, over a loopback socket.</summary>
public sealed class UaChannelTests
{
    public static TheoryData<UaSecurityPolicy, UaSecurityMode> Securities => TestCertificates.Securities;

    [Theory]
    [MemberData(nameof(Securities))]
    public async Task Messages_of_one_and_of_many_chunks_come_back_as_they_were_sent(UaSecurityPolicy policy, UaSecurityMode mode)
    {
        await using UaRig rig = new();
        await using UaClientChannel channel = await rig.ConnectAsync(policy, mode);
        foreach (int size in (int[])[0, 1, 15, 16, 17, 255, 8_192, 65_400, 65_536, 300_000])
        {
            byte[] sent = UaRig.Bytes(size);
            Assert.Equal(sent, await UaRig.AskAsync(channel, UaRig.Echo, sent));
        }
        UaServerChannel server = Assert.Single(rig.Channels);
        Assert.Equal((policy, mode, channel.Id), (server.Policy, server.Mode, server.Id));
        Assert.Equal(policy == UaSecurityPolicy.None ? null : TestCertificates.Client.Thumbprint, server.ClientCertificate?.Thumbprint);
        await channel.CloseAsync();
        await Eventually.IsTrue(() => rig.Ends.Count == 1, "the server saw the channel close");
        Assert.Equal(UaStatusCodes.BadSecureChannelClosed, Assert.Single(rig.Ends).Status);
    }

    [Theory]
    [InlineData(UaSecurityPolicy.Basic256Sha256)]
    [InlineData(UaSecurityPolicy.Aes256Sha256RsaPss)]
    public async Task A_key_of_more_than_2048_bits_has_its_second_padding_byte(UaSecurityPolicy policy)
    {
        await using UaRig rig = new(TestCertificates.Large);
        await using UaClientChannel channel = await rig.ConnectAsync(policy, UaSecurityMode.SignAndEncrypt);
        Assert.Equal([1, 2, 3], await UaRig.AskAsync(channel, UaRig.Echo, [1, 2, 3]));
    }

    [Theory]
    [InlineData(UaSecurityPolicy.None, UaSecurityMode.None)]
    [InlineData(UaSecurityPolicy.Aes128Sha256RsaOaep, UaSecurityMode.SignAndEncrypt)]
    public async Task A_conversation_split_at_every_byte_is_the_same_conversation(UaSecurityPolicy policy, UaSecurityMode mode)
    {
        await using UaRig rig = new(limits: new() { SendBufferBytes = 8192, ReceiveBufferBytes = 8192 });
        await using UaRelay relay = new(rig.Port, atOnce: 1);
        await using UaClientChannel channel = await rig.ConnectAsync(policy, mode, relay.Port);
        byte[] sent = UaRig.Bytes(9_000);
        Assert.Equal(sent, await UaRig.AskAsync(channel, UaRig.Echo, sent));
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public async Task Renewing_while_requests_are_under_way_loses_none(UaSecurityPolicy policy, UaSecurityMode mode)
    {
        await using UaRig rig = new();
        await using UaClientChannel channel = await rig.ConnectAsync(policy, mode);
        const int renewals = 5;
        Task[] askers = [.. Enumerable.Range(0, 4).Select(a => Task.Run(async () =>
        {
            for (int i = 0; i < 50 || channel.Renewals < renewals; i++)
            {
                byte[] sent = UaRig.Bytes(100 + (i % 50), a);
                Assert.Equal(sent, await UaRig.AskAsync(channel, UaRig.Echo, sent));
            }
        }))];
        for (int i = 1; i <= renewals; i++)
        {
            channel.Renew(Environment.TickCount64);
            int done = i;
            await Eventually.IsTrue(() => channel.Renewals >= done, $"renewal {done} came");
        }
        await Task.WhenAll(askers);
        Assert.Equal(renewals, channel.Renewals);
        Assert.False(channel.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_token_is_renewed_after_three_quarters_of_its_lifetime_and_not_before()
    {
        await using UaRig rig = new();
        await using UaClientChannel channel = await UaClientChannel.ConnectAsync(rig.Options() with { TokenLifetime = TimeSpan.FromMinutes(10) }, NullLogger.Instance);
        long now = Environment.TickCount64;
        ((IUaTimed)channel).Tick(now + (long)TimeSpan.FromMinutes(7.4).TotalMilliseconds);
        Assert.Equal([7], await UaRig.AskAsync(channel, UaRig.Echo, [7]));
        Assert.Equal(0, channel.Renewals);
        // The real timer ticks too, at the real time, when nothing is due.
        ((IUaTimed)channel).Tick(now + (long)TimeSpan.FromMinutes(7.6).TotalMilliseconds);
        await Eventually.IsTrue(() => channel.Renewals == 1, "the token was renewed");
    }

    [Fact]
    public async Task A_server_ends_a_channel_whose_token_was_not_renewed()
    {
        await using UaRig rig = new();
        await using UaClientChannel channel = await rig.ConnectAsync();
        await Eventually.IsTrue(() => rig.Channels.Any(c => c.Id != 0), "open");
        ((IUaTimed)rig.Channels.Single()).Tick(Environment.TickCount64 + (long)TimeSpan.FromHours(2).TotalMilliseconds);
        UaException reason = await channel.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(UaStatusCodes.BadConnectionClosed, reason.Status);
    }

    [Fact]
    public async Task A_request_larger_than_the_server_takes_is_refused_before_anything_is_sent()
    {
        await using UaRig rig = new(limits: new() { MaxMessageBytes = 100_000 });
        await using UaClientChannel channel = await rig.ConnectAsync();
        long sent = channel.SentBytes;
        using UaBuffer message = UaRig.Message(UaRig.Echo, new byte[100_000]);
        UaRig.Answer answer = new();
        UaException refused = Assert.Throws<UaException>(() => channel.Send(message, answer, TimeSpan.FromSeconds(60)));
        Assert.Equal(UaStatusCodes.BadRequestTooLarge, refused.Status);
        Assert.Equal((sent, 0, 0), (channel.SentBytes, channel.Waiting, answer.Calls));
        Assert.Equal([1], await UaRig.AskAsync(channel, UaRig.Echo, [1]));
    }

    [Fact]
    public async Task A_request_of_more_chunks_than_the_server_takes_is_refused_before_anything_is_sent()
    {
        await using UaRig rig = new(limits: new() { MaxChunkCount = 2, ReceiveBufferBytes = 8192 });
        await using UaClientChannel channel = await rig.ConnectAsync();
        Assert.Equal(16_000, (await UaRig.AskAsync(channel, UaRig.Echo, new byte[16_000])).Length);
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaRig.AskAsync(channel, UaRig.Echo, new byte[17_000]));
        Assert.Equal(UaStatusCodes.BadRequestTooLarge, refused.Status);
    }

    [Theory]
    [InlineData(50_000, 4096)]
    [InlineData(1 << 20, 3)]
    public async Task A_response_larger_than_the_client_takes_is_BadResponseTooLarge_and_the_channel_goes_on(int bytes, int chunks)
    {
        await using UaRig rig = new();
        UaTransportLimits limits = new() { MaxMessageBytes = bytes, MaxChunkCount = chunks, ReceiveBufferBytes = 8192 };
        await using UaClientChannel channel = await UaClientChannel.ConnectAsync(rig.Options(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign) with { Limits = limits }, NullLogger.Instance);
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaRig.AskAsync(channel, UaRig.Large, BitConverter.GetBytes(60_000)));
        Assert.Equal(UaStatusCodes.BadResponseTooLarge, refused.Status);
        Assert.Equal([5], await UaRig.AskAsync(channel, UaRig.Echo, [5]));
    }

    [Fact]
    public async Task A_dead_channel_fails_every_request_once_and_takes_no_more()
    {
        await using UaRig rig = new();
        await using UaClientChannel channel = await rig.ConnectAsync();
        UaRig.Answer[] answers = [.. Enumerable.Range(0, 100).Select(_ => new UaRig.Answer())];
        using UaBuffer message = UaRig.Message(UaRig.Silent, []);
        foreach (UaRig.Answer answer in answers) channel.Send(message, answer, TimeSpan.FromHours(1));
        Assert.Equal(100, channel.Waiting);
        foreach (UaServerChannel server in rig.Channels) server.Dispose();
        UaException reason = await channel.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        foreach (UaRig.Answer answer in answers)
        {
            Assert.Equal(1, answer.Calls);
            Assert.Equal(reason.Status, (await Assert.ThrowsAsync<UaException>(() => answer.Fields)).Status);
        }
        UaRig.Answer late = new();
        Assert.Throws<UaException>(() => channel.Send(message, late, TimeSpan.FromHours(1)));
        Assert.Equal(0, late.Calls);
    }

    [Fact]
    public async Task A_request_not_answered_in_time_fails_alone_and_its_late_answer_is_counted()
    {
        await using UaRig rig = new();
        await using UaClientChannel channel = await rig.ConnectAsync();
        UaRig.Answer timed = new(), patient = new();
        using UaBuffer message = UaRig.Message(UaRig.Silent, []);
        channel.Send(message, timed, TimeSpan.FromMilliseconds(1));
        channel.Send(message, patient, TimeSpan.FromHours(1));
        Assert.Equal(UaStatusCodes.BadTimeout, (await Assert.ThrowsAsync<UaException>(() => timed.Fields.WaitAsync(TimeSpan.FromSeconds(60)))).Status);
        Assert.Equal((1, 0), (channel.Waiting, patient.Calls));
        // The first request after Hello and OPN has the id 2; answering it now is answering it late.
        using UaBuffer answer = UaRig.Message(UaRig.Silent + 1, []);
        Assert.True(rig.Channels.Single().TryRespond(2, answer));
        await Eventually.IsTrue(() => channel.LateResponses == 1, "the late answer was counted");
    }

    [Fact]
    public async Task A_request_given_up_by_the_server_fails_with_its_reason()
    {
        await using UaRig rig = new();
        await using UaClientChannel channel = await rig.ConnectAsync();
        UaRig.Answer answer = new();
        using UaBuffer message = UaRig.Message(UaRig.Silent, []);
        channel.Send(message, answer, TimeSpan.FromHours(1));
        rig.Channels.Single().Abort(2, UaStatusCodes.BadOutOfMemory, "the shelf is full");
        UaException failed = await Assert.ThrowsAsync<UaException>(() => answer.Fields.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(UaStatusCodes.BadOutOfMemory, failed.Status);
        Assert.Contains("the shelf is full", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_or_mode_that_is_not_offered_is_refused_and_the_client_is_told()
    {
        await using UaRig rig = new(null, null, new UaEndpointSecurity(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.SignAndEncrypt));
        UaException policy = await Assert.ThrowsAsync<UaException>(() => rig.ConnectAsync());
        Assert.Equal(UaStatusCodes.BadSecurityPolicyRejected, policy.Status);
        UaException mode = await Assert.ThrowsAsync<UaException>(() => rig.ConnectAsync(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign));
        Assert.Equal(UaStatusCodes.BadSecurityModeRejected, mode.Status);
    }

    [Fact]
    public async Task A_client_nobody_trusts_learns_no_more_than_that_it_failed()
    {
        await using UaRig rig = new();
        using TestStore stranger = new(TestCertificates.Server);
        using UaCertificate unknown = UaCertificateMaker.Make(new() { ApplicationUri = "urn:test:stranger" });
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaClientChannel.ConnectAsync(
            rig.Options(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign) with { Own = unknown, Check = stranger.Check }, NullLogger.Instance));
        Assert.Equal(UaStatusCodes.BadSecurityChecksFailed, refused.Status);
        Assert.DoesNotContain(unknown.Thumbprint, refused.Message, StringComparison.OrdinalIgnoreCase);
        await Eventually.IsTrue(() => rig.Ends.Count == 1, "the server's side ended");
        UaException reason = Assert.Single(rig.Ends);
        Assert.Equal(UaStatusCodes.BadCertificateUntrusted, reason.Status);
        Assert.Contains($"hyperingest trust {unknown.Thumbprint}", reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_with_another_policy_than_the_one_asked_for_is_refused()
    {
        await using UaRig rig = new();
        // The two policies' URIs have the same length up to their last letters: the answer's is changed on its way.
        await using UaRelay relay = new(rig.Port, change: (toServer, bytes) =>
        {
            int at = toServer ? -1 : bytes.Span.IndexOf("SecurityPolicy#None"u8);
            if (at >= 0) "SecurityPolicy#Nope"u8.CopyTo(bytes.Span[at..]);
        });
        UaException refused = await Assert.ThrowsAsync<UaException>(() => rig.ConnectAsync(port: relay.Port));
        Assert.Equal(UaStatusCodes.BadSecurityPolicyRejected, refused.Status);
    }

    [Theory]
    [InlineData(UaSecurityMode.Sign)]
    [InlineData(UaSecurityMode.SignAndEncrypt)]
    public async Task A_byte_changed_on_its_way_ends_the_channel_for_both(UaSecurityMode mode)
    {
        await using UaRig rig = new();
        bool armed = false;
        await using UaRelay relay = new(rig.Port, change: (toServer, bytes) =>
        {
            if (Volatile.Read(ref armed) && toServer) bytes.Span[^40] ^= 1;
        });
        await using UaClientChannel channel = await rig.ConnectAsync(UaSecurityPolicy.Aes256Sha256RsaPss, mode, relay.Port);
        Assert.Equal([1], await UaRig.AskAsync(channel, UaRig.Echo, [1]));
        Volatile.Write(ref armed, true);
        await Assert.ThrowsAsync<UaException>(() => UaRig.AskAsync(channel, UaRig.Echo, UaRig.Bytes(100)));
        Assert.Equal(UaStatusCodes.BadSecurityChecksFailed, (await channel.Ended).Status);
        await Eventually.IsTrue(() => rig.Ends.Count == 1, "the server's side ended");
        Assert.Equal(UaStatusCodes.BadSecurityChecksFailed, Assert.Single(rig.Ends).Status);
    }

    [Fact]
    public async Task A_server_certificate_other_than_the_endpoints_is_refused()
    {
        await using UaRig rig = new();
        UaException refused = await Assert.ThrowsAsync<UaException>(() => UaClientChannel.ConnectAsync(
            rig.Options(UaSecurityPolicy.Basic256Sha256, UaSecurityMode.Sign) with { Server = TestCertificates.Large }, NullLogger.Instance));
        // It cannot even decrypt what was asked, and does not say why.
        Assert.Equal(UaStatusCodes.BadSecurityChecksFailed, refused.Status);
    }

    [Fact]
    public async Task A_sequence_number_left_out_ends_the_channel()
    {
        await using UaRig rig = new();
        await using UaClientChannel channel = await rig.ConnectAsync();
        channel.SkipSequence(100);
        await Assert.ThrowsAsync<UaException>(() => UaRig.AskAsync(channel, UaRig.Echo, [1]));
        Assert.Equal(UaStatusCodes.BadSequenceNumberInvalid, (await channel.Ended).Status);
    }
}
