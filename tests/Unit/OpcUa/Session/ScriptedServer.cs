using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Unit.OpcUa.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.OpcUa.Session;

/// <summary>A server that has sessions and nothing else, checks what a server must check, and does wrong what a test tells it to.</summary>
internal sealed class ScriptedServer : IUaRequestHandler, IAsyncDisposable
{
    public const string User = "press";
    public const string Password = "s3cret ü";

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Task> _running = [];
    private readonly Task _accepting;
    private readonly TestStore _store = new();
    private readonly ConcurrentDictionary<UaNodeId, Held> _sessions = new();
    private int _lastToken;

    public ScriptedServer(params UaEndpointSecurity[] offered)
    {
        Offered = offered.Length > 0 ? offered : [.. TestCertificates.Securities.Select(s => new UaEndpointSecurity((UaSecurityPolicy)((object[])s)[0], (UaSecurityMode)((object[])s)[1]))];
        Endpoints = EndpointsOf;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Url = $"opc.tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}/test";
        _accepting = AcceptAsync();
    }

    public string Url { get; }

    public IReadOnlyList<UaEndpointSecurity> Offered { get; }

    public UaCertificate Own { get; set; } = TestCertificates.Server;

    /// <summary>Answers a service with a bad status; 0 for not. Asked first.</summary>
    public Func<uint, uint> Refuse { get; set; } = _ => 0;

    /// <summary>Cuts the channel instead of answering.</summary>
    public Func<uint, bool> Cut { get; set; } = _ => false;

    /// <summary>Does not answer.</summary>
    public Func<uint, bool> Silent { get; set; } = _ => false;

    /// <summary>What it says it offers, by the service it is asked with.</summary>
    public Func<uint, IReadOnlyList<EndpointDescription>> Endpoints { get; set; }

    public bool SignsWrong { get; set; }

    /// <summary>Answers to services it does not have itself: the response, or null.</summary>
    public Func<uint, byte[], Action<UaWriter>?> Other { get; set; } = (_, _) => null;

    public string[] Namespaces { get; set; } = [UaNodeText.BaseNamespace, "urn:test:server", "urn:press"];

    /// <summary>Services asked, in order.</summary>
    public ConcurrentQueue<uint> Asked { get; } = new();

    public ConcurrentQueue<UaServerChannel> Channels { get; } = new();

    public ConcurrentQueue<string> Users { get; } = new();

    public ConcurrentQueue<bool> Closed { get; } = new();

    public int Sessions => _sessions.Count;

    public int Count(uint service) => Asked.Count(s => s == service);

    /// <summary>Cuts all channels; sessions stay.</summary>
    public void CutChannels()
    {
        foreach (UaServerChannel channel in Channels) channel.Dispose();
    }

    /// <summary>Has no session any more, as after a restart.</summary>
    public void ForgetSessions() => _sessions.Clear();

    /// <summary>The server's side of an activation whose answer was lost.</summary>
    public void MoveNonces()
    {
        foreach (Held session in _sessions.Values) session.Nonce = RandomNumberGenerator.GetBytes(32);
    }

    public UaSessionOptions Options(UaSecurityPolicy policy = UaSecurityPolicy.None, UaSecurityMode mode = UaSecurityMode.None, UaIdentity? identity = null, UaCertificateStore? certificates = null) => new()
    {
        EndpointUrl = Url,
        Policy = policy,
        Mode = mode,
        Identity = identity,
        Certificates = certificates,
        ConnectTimeout = TimeSpan.FromSeconds(60),
        RequestTimeout = TimeSpan.FromSeconds(60),
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(20),
    };

    public void Request(UaServerChannel channel, uint requestId, uint encodingId, ReadOnlySpan<byte> fields)
    {
        Asked.Enqueue(encodingId);
        if (Silent(encodingId)) return;
        if (Cut(encodingId))
        {
            channel.Dispose();
            return;
        }
        UaReader reader = new(fields);
        UaReader ahead = reader;
        UaRequestHeader header = UaRequestHeader.Decode(ref ahead);
        uint status = Refuse(encodingId);
        using UaBuffer answer = new();
        if (status == 0) status = Answer(channel, encodingId, ref reader, header, new UaWriter(answer), fields);
        if (status != 0)
        {
            answer.Clear();
            new UaWriter(answer).Message(new ServiceFault(Good(header) with { ServiceResult = status }));
        }
        channel.TryRespond(requestId, answer);
    }

    public void Ended(UaServerChannel channel, UaException reason)
    {
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        CutChannels();
        await Task.WhenAll(_running);
        _store.Dispose();
    }

    private static UaResponseHeader Good(UaRequestHeader header) => new(DateTime.UtcNow.Ticks, header.RequestHandle, 0);

    private uint Answer(UaServerChannel channel, uint encodingId, ref UaReader reader, UaRequestHeader header, UaWriter writer, ReadOnlySpan<byte> fields)
    {
        switch (encodingId)
        {
            case UaEncodingIds.GetEndpointsRequest:
                writer.Message(new GetEndpointsResponse(Good(header), Endpoints(encodingId)));
                return 0;
            case UaEncodingIds.FindServersRequest:
                writer.Message(new FindServersResponse(Good(header), [Description()]));
                return 0;
            case UaEncodingIds.CreateSessionRequest:
                Create(channel, CreateSessionRequest.Decode(ref reader), writer);
                return 0;
        }
        if (!_sessions.TryGetValue(header.AuthenticationToken, out Held? session)) return UaStatusCodes.BadSessionIdInvalid;
        if (encodingId == UaEncodingIds.ActivateSessionRequest) return Activate(channel, ActivateSessionRequest.Decode(ref reader), session, writer);
        if (session.Channel != channel) return UaStatusCodes.BadSecureChannelIdInvalid;
        if (Other(encodingId, fields.ToArray()) is { } other)
        {
            other(writer);
            return 0;
        }
        switch (encodingId)
        {
            case UaEncodingIds.ReadRequest:
                ReadRequest read = ReadRequest.Decode(ref reader);
                writer.Message(new ReadResponse(Good(header), [.. read.NodesToRead.Select(n => Value(n.NodeId))]));
                return 0;
            case UaEncodingIds.CloseSessionRequest:
                Closed.Enqueue(CloseSessionRequest.Decode(ref reader).DeleteSubscriptions);
                _sessions.TryRemove(header.AuthenticationToken, out _);
                writer.Message(new CloseSessionResponse(Good(header)));
                return 0;
            default:
                return UaStatusCodes.BadServiceUnsupported;
        }
    }

    private void Create(UaServerChannel channel, CreateSessionRequest request, UaWriter writer)
    {
        UaNodeId token = new((uint)Interlocked.Increment(ref _lastToken), 7);
        Held session = _sessions[token] = new Held { Channel = channel, Nonce = RandomNumberGenerator.GetBytes(32) };
        bool secured = channel.Policy != UaSecurityPolicy.None;
        byte[] signature = secured ? UaSessionSignature.Sign(channel.Policy, SignsWrong ? TestCertificates.Client : Own, request.ClientCertificate, request.ClientNonce) : [];
        writer.Message(new CreateSessionResponse(
            Good(request.Header), token, token, request.RequestedSessionTimeout, session.Nonce, Own.Raw, Endpoints(UaEncodingIds.CreateSessionRequest),
            new SignatureData(secured ? UaPolicyProfile.Of(channel.Policy).SignatureUri : null, signature), 0));
    }

    private uint Activate(UaServerChannel channel, ActivateSessionRequest request, Held session, UaWriter writer)
    {
        if (channel.Policy != UaSecurityPolicy.None && !UaSessionSignature.Verify(channel.Policy, channel.ClientCertificate!, Own.Raw, session.Nonce, request.ClientSignature.Signature))
        {
            return UaStatusCodes.BadApplicationSignatureInvalid;
        }
        if (request.UserIdentityToken.TryDecode<UserNameIdentityToken>(out UserNameIdentityToken? user))
        {
            UaSecurityPolicy policy = channel.Policy == UaSecurityPolicy.None ? UaSecurityPolicy.Basic256Sha256 : channel.Policy;
            if (!UaTokenSecret.TryDecrypt(policy, Own, user.Password, session.Nonce, out byte[] secret)) return UaStatusCodes.BadIdentityTokenInvalid;
            if (user.UserName != User || Encoding.UTF8.GetString(secret) != Password) return UaStatusCodes.BadUserAccessDenied;
            Users.Enqueue(user.UserName);
        }
        else if (request.UserIdentityToken.TryDecode<X509IdentityToken>(out X509IdentityToken? certificate))
        {
            using UaCertificate shown = UaCertificate.Parse(certificate.CertificateData);
            UaSecurityPolicy policy = channel.Policy == UaSecurityPolicy.None ? UaSecurityPolicy.Basic256Sha256 : channel.Policy;
            if (!UaSessionSignature.Verify(policy, shown, Own.Raw, session.Nonce, request.UserTokenSignature.Signature)) return UaStatusCodes.BadUserSignatureInvalid;
            Users.Enqueue(shown.Thumbprint);
        }
        session.Channel = channel;
        session.Nonce = RandomNumberGenerator.GetBytes(32);
        writer.Message(new ActivateSessionResponse(Good(request.Header), session.Nonce, []));
        return 0;
    }

    private UaDataValueCopy Value(UaNodeId node)
    {
        using UaBuffer bytes = new();
        UaWriter writer = new(bytes);
        switch (node.Numeric)
        {
            case UaNodeIds.NamespaceArray:
                foreach (string name in Namespaces) writer.String(name);
                return UaDataValueCopy.Of(new UaDataValue { Value = new UaVariant { Type = UaBuiltInType.String, IsArray = true, Length = Namespaces.Length, Bytes = bytes.Written } });
            case UaNodeIds.ServerStatusState:
                return UaDataValueCopy.Of(new UaDataValue { Value = UaVariant.Number(UaBuiltInType.Int32, (ulong)ServerState.Running) });
            case UaNodeIds.MaxNodesPerBrowse:
                return UaDataValueCopy.Of(new UaDataValue { Value = UaVariant.Number(UaBuiltInType.UInt32, 3) });
            case UaNodeIds.MaxNodesPerTranslateBrowsePathsToNodeIds:
                return UaDataValueCopy.Of(new UaDataValue { Value = UaVariant.Number(UaBuiltInType.UInt32, 2) });
            case UaNodeIds.MaxNodesPerWrite:
                return UaDataValueCopy.Of(new UaDataValue { Value = UaVariant.Number(UaBuiltInType.UInt32, 0) });
            default:
                return UaDataValueCopy.Of(new UaDataValue { Status = UaStatusCodes.BadNodeIdUnknown });
        }
    }

    private ApplicationDescription Description() =>
        new(TestCertificates.ServerUri, "urn:test", new UaLocalizedText(null, "Test"), ApplicationType.Server, null, null, [Url]);

    // As a server behind address translation: nobody reaches the host it thinks it has.
    private EndpointDescription[] EndpointsOf(uint service) => [.. Offered.Select(o => new EndpointDescription(
        "opc.tcp://inside.example:4840", Description(), Own.Raw, o.Mode, UaPolicyProfile.Of(o.Policy).Uri,
        [
            new UserTokenPolicy("anonymous", UserTokenType.Anonymous, null, null, null),
            new UserTokenPolicy("user", UserTokenType.UserName, null, null, o.Policy == UaSecurityPolicy.None ? UaPolicyProfile.Of(UaSecurityPolicy.Basic256Sha256).Uri : null),
            new UserTokenPolicy("certificate", UserTokenType.Certificate, null, null, o.Policy == UaSecurityPolicy.None ? UaPolicyProfile.Of(UaSecurityPolicy.Basic256Sha256).Uri : null),
        ],
        "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary", (byte)o.Mode))];

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync();
                UaServerChannel channel = new(socket, new UaServerChannelOptions { Endpoints = Discoverable(), Own = Own, Check = new UaCertificateCheck { Store = _store.Store } }, this, NullLogger.Instance);
                Channels.Enqueue(channel);
                _running.Add(Task.Run(channel.RunAsync));
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Trusts a client.</summary>
    public void Trust(UaCertificate client) => File.WriteAllBytes(Path.Combine(_store.Store.Trusted, client.Thumbprint + ".der"), client.Raw);

    // A channel without security is there for discovery, whatever is offered (OPC 10000-4, 5.5.4).
    private UaEndpointSecurity[] Discoverable() => [.. Offered.Append(new UaEndpointSecurity(UaSecurityPolicy.None, UaSecurityMode.None)).Distinct()];

    private sealed class Held
    {
        public required UaServerChannel Channel { get; set; }

        public required byte[] Nonce { get; set; }
    }
}
