using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>A security token of a channel with the keys of both directions (OPC 10000-4, 5.6.2).</summary>
internal sealed class UaChannelToken
{
    public UaChannelToken(
        uint channelId, uint id, TimeSpan lifetime, long now, UaPolicyProfile profile, UaSecurityMode mode, ReadOnlySpan<byte> ownNonce, ReadOnlySpan<byte> peerNonce)
    {
        ChannelId = channelId;
        Id = id;
        Lifetime = lifetime;
        // A quarter of the lifetime more: messages sent just before it ended are still under way (OPC 10000-4, 5.6.2.1).
        EndsAt = now + (long)(lifetime.TotalMilliseconds * 1.25);
        RenewAt = now + (long)(lifetime.TotalMilliseconds * 0.75);
        Sending = UaSymmetricCipher.ForSending(profile, mode, peerNonce, ownNonce);
        Receiving = UaSymmetricCipher.ForReceiving(profile, mode, ownNonce, peerNonce);
    }

    public uint ChannelId { get; }

    public uint Id { get; }

    public TimeSpan Lifetime { get; }

    /// <summary>When nothing is taken under it any more; ms of <see cref="Environment.TickCount64"/>.</summary>
    public long EndsAt { get; }

    /// <summary>When a client asks for the next one.</summary>
    public long RenewAt { get; }

    /// <summary>The outbox's.</summary>
    public UaSymmetricCipher Sending { get; }

    /// <summary>The receiving loop's.</summary>
    public UaSymmetricCipher Receiving { get; }
}
