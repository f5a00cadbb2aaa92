using HyperIngest.Protocols.OpcUa.Channel;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>A Read request that may be under way. Used again for every request; under the device's gate, but for the two calls that bring its answer.</summary>
internal sealed class UaReadSlot(UaPoller owner) : IUaPending
{
    /// <summary>What is asked; null while nothing is.</summary>
    public UaReadPart? Part { get; set; }

    /// <inheritdoc/>
    public void Complete(ReadOnlySpan<byte> message) => owner.Answered(this, message);

    /// <inheritdoc/>
    public void Fail(UaException reason) => owner.Unanswered(this, reason);
}
