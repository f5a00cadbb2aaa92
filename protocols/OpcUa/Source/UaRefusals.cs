namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>What a server's refusal means for the source.</summary>
internal static class UaRefusals
{
    private const uint CodeBits = 0xFFFF_0000;

    /// <summary>Whether too much was asked for at once.</summary>
    public static bool IsTooLarge(uint status) => status is UaStatusCodes.BadTooManyOperations or UaStatusCodes.BadRequestTooLarge or UaStatusCodes.BadResponseTooLarge
        or UaStatusCodes.BadEncodingLimitsExceeded or UaStatusCodes.BadTcpMessageTooLarge;

    /// <summary>Whether a value's status says that there is no such node, or none for this user: the item is dead until it is made again.</summary>
    public static bool IsNodeFault(uint status) => (status & CodeBits) is UaStatusCodes.BadNodeIdUnknown or UaStatusCodes.BadNodeIdInvalid or UaStatusCodes.BadAttributeIdInvalid
        or UaStatusCodes.BadUserAccessDenied or UaStatusCodes.BadNotReadable;
}
