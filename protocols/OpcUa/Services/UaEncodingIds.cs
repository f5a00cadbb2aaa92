using System.Collections.Frozen;
using System.Reflection;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>
/// By message and structure: the number, in namespace 0, of its DefaultBinary encoding node (OPC 10000-6, Annex A.1). It stands in front of every message's body and in every ExtensionObject.
/// </summary>
// Each is named as the message is.
#pragma warning disable CS1591
public static class UaEncodingIds
{
    // Made on first use, which is a log line or an error's message: the constants are written down once.
    private static readonly Lazy<FrozenDictionary<uint, string>> Names = new(() => typeof(UaEncodingIds)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral)
        .ToFrozenDictionary(field => (uint)field.GetRawConstantValue()!, field => field.Name));

    /// <summary>What a message is called, such as <c>CreateSessionRequest</c>; its number when it has no name here.</summary>
    public static string NameOf(uint encodingId) => Names.Value.TryGetValue(encodingId, out string? name) ? name : $"i={encodingId}";

    // Requests and responses.
    public const uint ServiceFault = 397;
    public const uint FindServersRequest = 422;
    public const uint FindServersResponse = 425;
    public const uint GetEndpointsRequest = 428;
    public const uint GetEndpointsResponse = 431;
    public const uint OpenSecureChannelRequest = 446;
    public const uint OpenSecureChannelResponse = 449;
    public const uint CloseSecureChannelRequest = 452;
    public const uint CloseSecureChannelResponse = 455;
    public const uint CreateSessionRequest = 461;
    public const uint CreateSessionResponse = 464;
    public const uint ActivateSessionRequest = 467;
    public const uint ActivateSessionResponse = 470;
    public const uint CloseSessionRequest = 473;
    public const uint CloseSessionResponse = 476;
    public const uint CancelRequest = 479;
    public const uint CancelResponse = 482;
    public const uint BrowseRequest = 527;
    public const uint BrowseResponse = 530;
    public const uint BrowseNextRequest = 533;
    public const uint BrowseNextResponse = 536;
    public const uint TranslateBrowsePathsToNodeIdsRequest = 554;
    public const uint TranslateBrowsePathsToNodeIdsResponse = 557;
    public const uint RegisterNodesRequest = 560;
    public const uint RegisterNodesResponse = 563;
    public const uint UnregisterNodesRequest = 566;
    public const uint UnregisterNodesResponse = 569;
    public const uint ReadRequest = 631;
    public const uint ReadResponse = 634;
    public const uint WriteRequest = 673;
    public const uint WriteResponse = 676;
    public const uint CallRequest = 712;
    public const uint CallResponse = 715;
    public const uint CreateMonitoredItemsRequest = 751;
    public const uint CreateMonitoredItemsResponse = 754;
    public const uint ModifyMonitoredItemsRequest = 763;
    public const uint ModifyMonitoredItemsResponse = 766;
    public const uint SetMonitoringModeRequest = 769;
    public const uint SetMonitoringModeResponse = 772;
    public const uint DeleteMonitoredItemsRequest = 781;
    public const uint DeleteMonitoredItemsResponse = 784;
    public const uint CreateSubscriptionRequest = 787;
    public const uint CreateSubscriptionResponse = 790;
    public const uint ModifySubscriptionRequest = 793;
    public const uint ModifySubscriptionResponse = 796;
    public const uint SetPublishingModeRequest = 799;
    public const uint SetPublishingModeResponse = 802;
    public const uint PublishRequest = 826;
    public const uint PublishResponse = 829;
    public const uint RepublishRequest = 832;
    public const uint RepublishResponse = 835;
    public const uint TransferSubscriptionsRequest = 841;
    public const uint TransferSubscriptionsResponse = 844;
    public const uint DeleteSubscriptionsRequest = 847;
    public const uint DeleteSubscriptionsResponse = 850;

    // Structures inside them, and inside values.
    public const uint Argument = 298;
    public const uint UserTokenPolicy = 306;
    public const uint ApplicationDescription = 310;
    public const uint EndpointDescription = 314;
    public const uint AnonymousIdentityToken = 321;
    public const uint UserNameIdentityToken = 324;
    public const uint X509IdentityToken = 327;
    public const uint BuildInfo = 340;
    public const uint SignedSoftwareCertificate = 346;
    public const uint ChannelSecurityToken = 443;
    public const uint SignatureData = 458;
    public const uint ViewDescription = 513;
    public const uint BrowseDescription = 516;
    public const uint ReferenceDescription = 520;
    public const uint BrowseResult = 524;
    public const uint RelativePathElement = 539;
    public const uint RelativePath = 542;
    public const uint BrowsePath = 545;
    public const uint BrowsePathTarget = 548;
    public const uint BrowsePathResult = 551;
    public const uint ReadValueId = 628;
    public const uint WriteValue = 670;
    public const uint CallMethodRequest = 706;
    public const uint CallMethodResult = 709;
    public const uint DataChangeFilter = 724;
    public const uint EventFilter = 727;
    public const uint MonitoringParameters = 742;
    public const uint MonitoredItemCreateRequest = 745;
    public const uint MonitoredItemCreateResult = 748;
    public const uint MonitoredItemModifyRequest = 757;
    public const uint MonitoredItemModifyResult = 760;
    public const uint NotificationMessage = 805;
    public const uint MonitoredItemNotification = 808;
    public const uint DataChangeNotification = 811;
    public const uint StatusChangeNotification = 820;
    public const uint SubscriptionAcknowledgement = 823;
    public const uint TransferResult = 838;
    public const uint ServerStatusDataType = 864;
    public const uint Range = 886;
    public const uint EUInformation = 889;
    public const uint EventNotificationList = 916;
}
