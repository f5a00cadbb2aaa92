using System.Collections.Frozen;
using System.Reflection;

namespace HyperIngest.Protocols.OpcUa;

/// <summary>
/// The StatusCodes of OPC UA's services, transport and data access (OPC 10000-6, Annex A.2), each under its own name there. The low 16 bits of a code are flags about a value and no part of its name.
/// </summary>
// The names say it all; the sentences are in Annex A.2.
#pragma warning disable CS1591
public static class UaStatusCodes
{
    private const uint CodeBits = 0xFFFF_0000;

    // Made on first use, which is an error's message: the constants are written down once.
    private static readonly Lazy<FrozenDictionary<uint, string>> Names = new(() => typeof(UaStatusCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral)
        .ToFrozenDictionary(field => (uint)field.GetRawConstantValue()!, field => field.Name));

    /// <summary>The code's name, such as <c>BadSessionIdInvalid</c>; hexadecimal when it has none here.</summary>
    public static string NameOf(uint status) => Names.Value.TryGetValue(status & CodeBits, out string? name) ? name : $"0x{status:X8}";

    public const uint Good = 0x0000_0000;
    public const uint GoodSubscriptionTransferred = 0x002D_0000;
    public const uint GoodCompletesAsynchronously = 0x002E_0000;
    public const uint GoodOverload = 0x002F_0000;
    public const uint GoodClamped = 0x0030_0000;
    public const uint GoodLocalOverride = 0x0096_0000;
    public const uint GoodNoData = 0x00A5_0000;
    public const uint GoodMoreData = 0x00A6_0000;
    public const uint GoodResultsMayBeIncomplete = 0x00BA_0000;
    public const uint GoodRetransmissionQueueNotSupported = 0x00DF_0000;
    public const uint GoodSubNormal = 0x00EB_0000;
    public const uint Uncertain = 0x4000_0000;
    public const uint UncertainReferenceOutOfServer = 0x406C_0000;
    public const uint UncertainNoCommunicationLastUsableValue = 0x408F_0000;
    public const uint UncertainLastUsableValue = 0x4090_0000;
    public const uint UncertainSubstituteValue = 0x4091_0000;
    public const uint UncertainInitialValue = 0x4092_0000;
    public const uint UncertainSensorNotAccurate = 0x4093_0000;
    public const uint UncertainEngineeringUnitsExceeded = 0x4094_0000;
    public const uint UncertainSubNormal = 0x4095_0000;
    public const uint UncertainDataSubNormal = 0x40A4_0000;
    public const uint UncertainReferenceNotDeleted = 0x40BC_0000;
    public const uint UncertainNotAllNodesAvailable = 0x40C0_0000;
    public const uint UncertainOverRange = 0x40F2_0000;
    public const uint UncertainUnderRange = 0x40F3_0000;
    public const uint Bad = 0x8000_0000;
    public const uint BadUnexpectedError = 0x8001_0000;
    public const uint BadInternalError = 0x8002_0000;
    public const uint BadOutOfMemory = 0x8003_0000;
    public const uint BadResourceUnavailable = 0x8004_0000;
    public const uint BadCommunicationError = 0x8005_0000;
    public const uint BadEncodingError = 0x8006_0000;
    public const uint BadDecodingError = 0x8007_0000;
    public const uint BadEncodingLimitsExceeded = 0x8008_0000;
    public const uint BadUnknownResponse = 0x8009_0000;
    public const uint BadTimeout = 0x800A_0000;
    public const uint BadServiceUnsupported = 0x800B_0000;
    public const uint BadShutdown = 0x800C_0000;
    public const uint BadServerNotConnected = 0x800D_0000;
    public const uint BadServerHalted = 0x800E_0000;
    public const uint BadNothingToDo = 0x800F_0000;
    public const uint BadTooManyOperations = 0x8010_0000;
    public const uint BadDataTypeIdUnknown = 0x8011_0000;
    public const uint BadCertificateInvalid = 0x8012_0000;
    public const uint BadSecurityChecksFailed = 0x8013_0000;
    public const uint BadCertificateTimeInvalid = 0x8014_0000;
    public const uint BadCertificateIssuerTimeInvalid = 0x8015_0000;
    public const uint BadCertificateHostNameInvalid = 0x8016_0000;
    public const uint BadCertificateUriInvalid = 0x8017_0000;
    public const uint BadCertificateUseNotAllowed = 0x8018_0000;
    public const uint BadCertificateIssuerUseNotAllowed = 0x8019_0000;
    public const uint BadCertificateUntrusted = 0x801A_0000;
    public const uint BadCertificateRevocationUnknown = 0x801B_0000;
    public const uint BadCertificateIssuerRevocationUnknown = 0x801C_0000;
    public const uint BadCertificateRevoked = 0x801D_0000;
    public const uint BadCertificateIssuerRevoked = 0x801E_0000;
    public const uint BadUserAccessDenied = 0x801F_0000;
    public const uint BadIdentityTokenInvalid = 0x8020_0000;
    public const uint BadIdentityTokenRejected = 0x8021_0000;
    public const uint BadSecureChannelIdInvalid = 0x8022_0000;
    public const uint BadInvalidTimestamp = 0x8023_0000;
    public const uint BadNonceInvalid = 0x8024_0000;
    public const uint BadSessionIdInvalid = 0x8025_0000;
    public const uint BadSessionClosed = 0x8026_0000;
    public const uint BadSessionNotActivated = 0x8027_0000;
    public const uint BadSubscriptionIdInvalid = 0x8028_0000;
    public const uint BadRequestHeaderInvalid = 0x802A_0000;
    public const uint BadTimestampsToReturnInvalid = 0x802B_0000;
    public const uint BadRequestCancelledByClient = 0x802C_0000;
    public const uint BadNoCommunication = 0x8031_0000;
    public const uint BadWaitingForInitialData = 0x8032_0000;
    public const uint BadNodeIdInvalid = 0x8033_0000;
    public const uint BadNodeIdUnknown = 0x8034_0000;
    public const uint BadAttributeIdInvalid = 0x8035_0000;
    public const uint BadIndexRangeInvalid = 0x8036_0000;
    public const uint BadIndexRangeNoData = 0x8037_0000;
    public const uint BadDataEncodingInvalid = 0x8038_0000;
    public const uint BadDataEncodingUnsupported = 0x8039_0000;
    public const uint BadNotReadable = 0x803A_0000;
    public const uint BadNotWritable = 0x803B_0000;
    public const uint BadOutOfRange = 0x803C_0000;
    public const uint BadNotSupported = 0x803D_0000;
    public const uint BadNotFound = 0x803E_0000;
    public const uint BadObjectDeleted = 0x803F_0000;
    public const uint BadNotImplemented = 0x8040_0000;
    public const uint BadMonitoringModeInvalid = 0x8041_0000;
    public const uint BadMonitoredItemIdInvalid = 0x8042_0000;
    public const uint BadMonitoredItemFilterInvalid = 0x8043_0000;
    public const uint BadMonitoredItemFilterUnsupported = 0x8044_0000;
    public const uint BadFilterNotAllowed = 0x8045_0000;
    public const uint BadStructureMissing = 0x8046_0000;
    public const uint BadEventFilterInvalid = 0x8047_0000;
    public const uint BadContentFilterInvalid = 0x8048_0000;
    public const uint BadFilterOperandInvalid = 0x8049_0000;
    public const uint BadContinuationPointInvalid = 0x804A_0000;
    public const uint BadNoContinuationPoints = 0x804B_0000;
    public const uint BadReferenceTypeIdInvalid = 0x804C_0000;
    public const uint BadBrowseDirectionInvalid = 0x804D_0000;
    public const uint BadNodeNotInView = 0x804E_0000;
    public const uint BadServerUriInvalid = 0x804F_0000;
    public const uint BadServerNameMissing = 0x8050_0000;
    public const uint BadDiscoveryUrlMissing = 0x8051_0000;
    public const uint BadRequestTypeInvalid = 0x8053_0000;
    public const uint BadSecurityModeRejected = 0x8054_0000;
    public const uint BadSecurityPolicyRejected = 0x8055_0000;
    public const uint BadTooManySessions = 0x8056_0000;
    public const uint BadUserSignatureInvalid = 0x8057_0000;
    public const uint BadApplicationSignatureInvalid = 0x8058_0000;
    public const uint BadNoValidCertificates = 0x8059_0000;
    public const uint BadRequestCancelledByRequest = 0x805A_0000;
    public const uint BadParentNodeIdInvalid = 0x805B_0000;
    public const uint BadReferenceNotAllowed = 0x805C_0000;
    public const uint BadNodeIdRejected = 0x805D_0000;
    public const uint BadNodeIdExists = 0x805E_0000;
    public const uint BadNodeClassInvalid = 0x805F_0000;
    public const uint BadBrowseNameInvalid = 0x8060_0000;
    public const uint BadBrowseNameDuplicated = 0x8061_0000;
    public const uint BadNodeAttributesInvalid = 0x8062_0000;
    public const uint BadTypeDefinitionInvalid = 0x8063_0000;
    public const uint BadSourceNodeIdInvalid = 0x8064_0000;
    public const uint BadTargetNodeIdInvalid = 0x8065_0000;
    public const uint BadDuplicateReferenceNotAllowed = 0x8066_0000;
    public const uint BadInvalidSelfReference = 0x8067_0000;
    public const uint BadReferenceLocalOnly = 0x8068_0000;
    public const uint BadNoDeleteRights = 0x8069_0000;
    public const uint BadServerIndexInvalid = 0x806A_0000;
    public const uint BadViewIdUnknown = 0x806B_0000;
    public const uint BadTooManyMatches = 0x806D_0000;
    public const uint BadQueryTooComplex = 0x806E_0000;
    public const uint BadNoMatch = 0x806F_0000;
    public const uint BadMaxAgeInvalid = 0x8070_0000;
    public const uint BadHistoryOperationInvalid = 0x8071_0000;
    public const uint BadHistoryOperationUnsupported = 0x8072_0000;
    public const uint BadWriteNotSupported = 0x8073_0000;
    public const uint BadTypeMismatch = 0x8074_0000;
    public const uint BadMethodInvalid = 0x8075_0000;
    public const uint BadArgumentsMissing = 0x8076_0000;
    public const uint BadTooManySubscriptions = 0x8077_0000;
    public const uint BadTooManyPublishRequests = 0x8078_0000;
    public const uint BadNoSubscription = 0x8079_0000;
    public const uint BadSequenceNumberUnknown = 0x807A_0000;
    public const uint BadMessageNotAvailable = 0x807B_0000;
    public const uint BadInsufficientClientProfile = 0x807C_0000;
    public const uint BadTcpServerTooBusy = 0x807D_0000;
    public const uint BadTcpMessageTypeInvalid = 0x807E_0000;
    public const uint BadTcpSecureChannelUnknown = 0x807F_0000;
    public const uint BadTcpMessageTooLarge = 0x8080_0000;
    public const uint BadTcpNotEnoughResources = 0x8081_0000;
    public const uint BadTcpInternalError = 0x8082_0000;
    public const uint BadTcpEndpointUrlInvalid = 0x8083_0000;
    public const uint BadRequestInterrupted = 0x8084_0000;
    public const uint BadRequestTimeout = 0x8085_0000;
    public const uint BadSecureChannelClosed = 0x8086_0000;
    public const uint BadSecureChannelTokenUnknown = 0x8087_0000;
    public const uint BadSequenceNumberInvalid = 0x8088_0000;
    public const uint BadConfigurationError = 0x8089_0000;
    public const uint BadNotConnected = 0x808A_0000;
    public const uint BadDeviceFailure = 0x808B_0000;
    public const uint BadSensorFailure = 0x808C_0000;
    public const uint BadOutOfService = 0x808D_0000;
    public const uint BadDeadbandFilterInvalid = 0x808E_0000;
    public const uint BadNoData = 0x809B_0000;
    public const uint BadDataLost = 0x809D_0000;
    public const uint BadDataUnavailable = 0x809E_0000;
    public const uint BadTimestampNotSupported = 0x80A1_0000;
    public const uint BadInvalidArgument = 0x80AB_0000;
    public const uint BadConnectionRejected = 0x80AC_0000;
    public const uint BadDisconnect = 0x80AD_0000;
    public const uint BadConnectionClosed = 0x80AE_0000;
    public const uint BadInvalidState = 0x80AF_0000;
    public const uint BadNoDataAvailable = 0x80B1_0000;
    public const uint BadWaitingForResponse = 0x80B2_0000;
    public const uint BadOperationAbandoned = 0x80B3_0000;
    public const uint BadSyntaxError = 0x80B6_0000;
    public const uint BadMaxConnectionsReached = 0x80B7_0000;
    public const uint BadRequestTooLarge = 0x80B8_0000;
    public const uint BadResponseTooLarge = 0x80B9_0000;
    public const uint BadInvalidTimestampArgument = 0x80BD_0000;
    public const uint BadProtocolVersionUnsupported = 0x80BE_0000;
    public const uint BadStateNotActive = 0x80BF_0000;
    public const uint BadFilterOperatorInvalid = 0x80C1_0000;
    public const uint BadFilterOperatorUnsupported = 0x80C2_0000;
    public const uint BadFilterOperandCountMismatch = 0x80C3_0000;
    public const uint BadFilterElementInvalid = 0x80C4_0000;
    public const uint BadFilterLiteralInvalid = 0x80C5_0000;
    public const uint BadIdentityChangeNotSupported = 0x80C6_0000;
    public const uint BadNotTypeDefinition = 0x80C8_0000;
    public const uint BadViewTimestampInvalid = 0x80C9_0000;
    public const uint BadViewParameterMismatch = 0x80CA_0000;
    public const uint BadViewVersionInvalid = 0x80CB_0000;
    public const uint BadTooManyMonitoredItems = 0x80DB_0000;
    public const uint BadRequestNotAllowed = 0x80E4_0000;
    public const uint BadTooManyArguments = 0x80E5_0000;
    public const uint BadSecurityModeInsufficient = 0x80E6_0000;
    public const uint BadIndexRangeDataMismatch = 0x80EA_0000;
    public const uint BadLocaleNotSupported = 0x80ED_0000;
    public const uint BadServerTooBusy = 0x80EE_0000;
    public const uint BadNoValue = 0x80F0_0000;
    public const uint BadCertificateChainIncomplete = 0x810D_0000;
    public const uint BadLicenseExpired = 0x810E_0000;
    public const uint BadLicenseLimitsExceeded = 0x810F_0000;
    public const uint BadLicenseNotAvailable = 0x8110_0000;
    public const uint BadNotExecutable = 0x8111_0000;
    public const uint BadNumericOverflow = 0x8112_0000;
    public const uint BadCertificatePolicyCheckFailed = 0x8114_0000;
    public const uint BadAlreadyExists = 0x8115_0000;

    /// <summary>Beside a code: InfoType DataValue, and Overflow, values of the item's queue were lost (OPC 10000-4, 7.39.1).</summary>
    internal const uint OverflowBits = 0x0480;

    // The InfoType is a number of two bits, and only with DataValue does the Overflow bit mean something.
    private const uint OverflowMask = 0x0C80;

    /// <summary>Whether a value says that others before it were lost from its item's queue.</summary>
    internal static bool IsOverflow(uint status) => (status & OverflowMask) == OverflowBits;
}
