using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>A Publish request that may be under way, and the acknowledgements it carries. Used again for every request; under the device's gate, but for the two calls that bring its answer.</summary>
internal sealed class UaPublishSlot(UaPublishRequests owner) : IUaPending
{
    // 8 bytes each; what has become durable beyond that goes with the next request.
    private const int MostCarried = 1000;

    private readonly List<(UaSubscription Subscription, uint Sequence)> _carried = [];

    /// <summary>Whether an answer is waited for.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>Acknowledgements it carries.</summary>
    public int Carried => _carried.Count;

    /// <summary>Writes the request with what may be acknowledged (OPC 10000-4, 5.14.5.2), without the request's object.</summary>
    public void Write(UaBuffer buffer, in UaRequestHeader header, UaAcknowledgements acknowledgements, long durable)
    {
        _carried.Clear();
        while (_carried.Count < MostCarried && acknowledgements.TryTake(durable, out UaSubscription? subscription, out uint sequence)) _carried.Add((subscription!, sequence));
        buffer.Clear();
        UaWriter writer = new(buffer);
        writer.EncodingId(UaEncodingIds.PublishRequest);
        header.Encode(writer);
        writer.ArrayLength(_carried.Count);
        foreach ((UaSubscription subscription, uint sequence) in _carried) new SubscriptionAcknowledgement(subscription.Id, sequence).Encode(writer);
    }

    /// <summary>It was not answered, or not sent: the acknowledgements go with another.</summary>
    public void GiveBack(UaAcknowledgements acknowledgements)
    {
        foreach ((UaSubscription subscription, uint sequence) in _carried)
        {
            if (!subscription.IsDead) acknowledgements.GiveBack(subscription, sequence);
        }
        _carried.Clear();
    }

    /// <inheritdoc/>
    public void Complete(ReadOnlySpan<byte> message) => owner.Answered(this, message);

    /// <inheritdoc/>
    public void Fail(UaException reason) => owner.Unanswered(this, reason);
}
