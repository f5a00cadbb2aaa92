using System.Security.Cryptography;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Server.Subscriptions;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Sessions;

/// <summary>CreateSession, ActivateSession and CloseSession (OPC 10000-4, 5.7). They take the server's gate themselves, and not while keys are at work.</summary>
internal sealed class UaSessionServices(UaServerCore core, UaDiscovery discovery)
{
    private const int NonceBytes = 32;
    private const int LongestName = 256;

    /// <summary>Asks for a session.</summary>
    /// <param name="serving">The request.</param>
    /// <param name="own">The certificate the channel was opened with.</param>
    public uint Create(in UaServing serving, UaCertificate? own)
    {
        if (!serving.TryDecode<CreateSessionRequest>(out CreateSessionRequest? request)) return UaStatusCodes.BadDecodingError;
        UaServerChannel channel = serving.Channel;
        uint refused = CheckClient(channel, request);
        if (refused != UaStatusCodes.Good) return refused;
        double asked = double.IsNaN(request.RequestedSessionTimeout) ? 0 : request.RequestedSessionTimeout;
        double timeout = Math.Clamp(asked, core.Limits.ShortestSession.TotalMilliseconds, core.Limits.LongestSession.TotalMilliseconds);
        UaServerSession session = new()
        {
            Id = new UaNodeId(Guid.NewGuid(), Nodes.UaAddressSpace.OwnNamespace),
            Token = new UaNodeId(RandomNumberGenerator.GetBytes(NonceBytes), 0),
            Name = Shorten(request.SessionName),
            ClientUri = Shorten(request.ClientDescription.ApplicationUri),
            ClientCertificate = channel.ClientCertificate?.Raw,
            Policy = channel.Policy,
            Mode = channel.Mode,
            Timeout = (long)(timeout * TimeSpan.TicksPerMillisecond),
            MaxResponseBytes = request.MaxResponseMessageSize == 0 ? int.MaxValue : (int)Math.Min(request.MaxResponseMessageSize, int.MaxValue),
            Channel = channel,
            Nonce = RandomNumberGenerator.GetBytes(NonceBytes),
        };
        lock (core.Gate)
        {
            if (core.Sessions.Count >= core.Limits.Sessions && !TryMakeRoom()) return UaStatusCodes.BadTooManySessions;
            session.UsedAt = core.Timer.Now;
            core.Sessions.Add(session.Token, session);
        }
        SignatureData signature = channel.Policy == UaSecurityPolicy.None
            ? default
            : new SignatureData(UaPolicyProfile.Of(channel.Policy).SignatureUri, UaSessionSignature.Sign(channel.Policy, own!, channel.ClientCertificate!.Raw, request.ClientNonce));
        return serving.Answer(new CreateSessionResponse(
            serving.ResponseHeader, session.Id, session.Token, timeout, session.Nonce, own?.Raw, discovery.Endpoints(request.EndpointUrl), signature, (uint)core.Options.Channel.Limits.MaxMessageBytes));
    }

    /// <summary>Says who uses a session, and takes it to this channel.</summary>
    public uint Activate(in UaServing serving, UaCertificate? own)
    {
        if (!serving.TryDecode<ActivateSessionRequest>(out ActivateSessionRequest? request)) return UaStatusCodes.BadDecodingError;
        UaServerChannel channel = serving.Channel;
        UaServerSession? session;
        lock (core.Gate) session = core.Sessions.GetValueOrDefault(serving.Header.AuthenticationToken);
        if (session is null) return UaStatusCodes.BadSessionIdInvalid;
        // Only the same client takes it to another channel, and not to a weaker one.
        if (session.User is null && session.Channel != channel) return UaStatusCodes.BadSessionIdInvalid;
        if (session.Policy != channel.Policy || session.Mode != channel.Mode || !session.ClientCertificate.AsSpan().SequenceEqual(channel.ClientCertificate?.Raw)) return UaStatusCodes.BadSecurityChecksFailed;
        if (channel.Policy != UaSecurityPolicy.None && !UaSessionSignature.Verify(channel.Policy, channel.ClientCertificate!, own!.Raw, session.Nonce, request.ClientSignature.Signature))
        {
            return UaStatusCodes.BadApplicationSignatureInvalid;
        }
        uint refused = UaUserCheck.Check(core.Options.Users, session, own, request.UserIdentityToken, request.UserTokenSignature, out string user);
        if (refused != UaStatusCodes.Good) return refused;
        lock (core.Gate)
        {
            if (!core.Sessions.ContainsKey(session.Token)) return UaStatusCodes.BadSessionIdInvalid;
            if (session.User is { } before && before != user && session.Channel != channel) return UaStatusCodes.BadIdentityChangeNotSupported;
            // What waits on the channel before is answered by nobody: its client has gone on.
            if (session.Channel != channel) session.Publishing.ForgetAll();
            session.Channel = channel;
            session.User = user;
            session.UsedAt = core.Timer.Now;
            session.Nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        }
        UaServerLog.Activated(core.Logger, core.Name, channel.Client, session.Id, session.Name, user);
        return serving.Answer(new ActivateSessionResponse(serving.ResponseHeader, session.Nonce, []));
    }

    /// <summary>Ends a session; its subscriptions go with it or live on without one. Under the gate.</summary>
    public uint Close(in UaServing serving)
    {
        if (!serving.TryDecode<CloseSessionRequest>(out CloseSessionRequest? request)) return UaStatusCodes.BadDecodingError;
        End(serving.Session!, request.DeleteSubscriptions, "its client closed it");
        return serving.Answer(new CloseSessionResponse(serving.ResponseHeader));
    }

    /// <summary>Ends a session. Under the gate.</summary>
    public void End(UaServerSession session, bool deleteSubscriptions, string reason)
    {
        core.Sessions.Remove(session.Token);
        foreach (UaServerSubscription subscription in session.Subscriptions.ToArray())
        {
            if (deleteSubscriptions) subscription.Delete();
            else subscription.Leave();
        }
        session.Publishing.FailAll(core, UaStatusCodes.BadSessionClosed);
        session.Reads.Clear();
        UaServerLog.SessionEnded(core.Logger, core.Name, session.Id, session.Name, reason);
    }

    /// <summary>Ends the sessions that were not used for their time, and Publish requests that nobody waits for. Under the gate.</summary>
    public void Expire(long now)
    {
        foreach (UaServerSession session in core.Sessions.Values.ToArray())
        {
            if (now - session.UsedAt > session.Timeout) End(session, deleteSubscriptions: false, "it was not used for its timeout");
            else session.Publishing.Expire(core, now);
        }
    }

    /// <summary>A channel has ended: its sessions wait for another. Under the gate.</summary>
    public void ChannelEnded(UaServerChannel channel)
    {
        foreach (UaServerSession session in core.Sessions.Values)
        {
            if (session.Channel != channel) continue;
            session.Channel = null;
            session.Publishing.ForgetAll();
        }
    }

    private static uint CheckClient(UaServerChannel channel, CreateSessionRequest request)
    {
        if (channel.Policy == UaSecurityPolicy.None) return UaStatusCodes.Good;
        UaCertificate client = channel.ClientCertificate!;
        if (!request.ClientCertificate.AsSpan().StartsWith(client.Raw)) return UaStatusCodes.BadCertificateInvalid;
        if (request.ClientDescription.ApplicationUri != client.ApplicationUri) return UaStatusCodes.BadCertificateUriInvalid;
        return request.ClientNonce is { Length: >= NonceBytes } ? UaStatusCodes.Good : UaStatusCodes.BadNonceInvalid;
    }

    // Sessions that nobody activated make room first (OPC 10000-4, 5.7.2.1).
    private bool TryMakeRoom()
    {
        UaServerSession? idle = core.Sessions.Values.Where(s => s.User is null).MinBy(s => s.UsedAt);
        if (idle is null) return false;
        End(idle, deleteSubscriptions: true, "it was not activated, and others wanted its place");
        return true;
    }

    private static string Shorten(string? name) => name is null ? "" : name.Length <= LongestName ? name : name[..LongestName];
}
