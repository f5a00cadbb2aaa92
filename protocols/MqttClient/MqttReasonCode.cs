namespace HyperIngest.Mqtt;

/// <summary>
/// Reason codes of MQTT 5.0 (2.4); those of 0x80 and up are failures. Return codes of 3.1.1 are given as their counterparts here. Some codes have several names, by the packet they come in.
/// </summary>
public enum MqttReasonCode : byte
{
    /// <summary>Success; normal disconnection; granted QoS 0.</summary>
    Success = 0x00,

    /// <summary>SUBACK: granted QoS 1.</summary>
    GrantedQos1 = 0x01,

    /// <summary>SUBACK: granted QoS 2.</summary>
    GrantedQos2 = 0x02,

    /// <summary>DISCONNECT: send the will all the same.</summary>
    DisconnectWithWill = 0x04,

    /// <summary>Accepted, and nobody subscribes to it.</summary>
    NoMatchingSubscribers = 0x10,

    /// <summary>UNSUBACK: there was none.</summary>
    NoSubscriptionExisted = 0x11,

    /// <summary>AUTH: go on.</summary>
    ContinueAuthentication = 0x18,

    /// <summary>AUTH: again.</summary>
    ReAuthenticate = 0x19,

    /// <summary>No reason given.</summary>
    UnspecifiedError = 0x80,

    /// <summary>Bytes that are no packet of this protocol.</summary>
    MalformedPacket = 0x81,

    /// <summary>A packet that may not come, or not here.</summary>
    ProtocolError = 0x82,

    /// <summary>Valid, and not accepted by this implementation.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>CONNACK: another version is needed.</summary>
    UnsupportedProtocolVersion = 0x84,

    /// <summary>CONNACK: the client id is not allowed.</summary>
    ClientIdentifierNotValid = 0x85,

    /// <summary>CONNACK: user or password are not accepted.</summary>
    BadUserNameOrPassword = 0x86,

    /// <summary>Not allowed.</summary>
    NotAuthorized = 0x87,

    /// <summary>CONNACK: the server is not available.</summary>
    ServerUnavailable = 0x88,

    /// <summary>The server is busy; try later.</summary>
    ServerBusy = 0x89,

    /// <summary>CONNACK: banned.</summary>
    Banned = 0x8A,

    /// <summary>DISCONNECT: the server shuts down.</summary>
    ServerShuttingDown = 0x8B,

    /// <summary>The authentication method is not supported.</summary>
    BadAuthenticationMethod = 0x8C,

    /// <summary>DISCONNECT: nothing came for one and a half keep-alive times.</summary>
    KeepAliveTimeout = 0x8D,

    /// <summary>DISCONNECT: another connection has the same client id.</summary>
    SessionTakenOver = 0x8E,

    /// <summary>The topic filter is not allowed.</summary>
    TopicFilterInvalid = 0x8F,

    /// <summary>The topic name is not allowed.</summary>
    TopicNameInvalid = 0x90,

    /// <summary>The packet identifier is in use already.</summary>
    PacketIdentifierInUse = 0x91,

    /// <summary>No such packet identifier.</summary>
    PacketIdentifierNotFound = 0x92,

    /// <summary>DISCONNECT: more than Receive Maximum are under way.</summary>
    ReceiveMaximumExceeded = 0x93,

    /// <summary>DISCONNECT: a topic alias of 0 or beyond the maximum.</summary>
    TopicAliasInvalid = 0x94,

    /// <summary>The packet is larger than the other side takes.</summary>
    PacketTooLarge = 0x95,

    /// <summary>DISCONNECT: messages come too fast.</summary>
    MessageRateTooHigh = 0x96,

    /// <summary>A quota is used up.</summary>
    QuotaExceeded = 0x97,

    /// <summary>DISCONNECT: by an administrator.</summary>
    AdministrativeAction = 0x98,

    /// <summary>The payload is not of the format that was said.</summary>
    PayloadFormatInvalid = 0x99,

    /// <summary>The server keeps no retained messages.</summary>
    RetainNotSupported = 0x9A,

    /// <summary>The server does not have this QoS.</summary>
    QosNotSupported = 0x9B,

    /// <summary>Use another server, for now.</summary>
    UseAnotherServer = 0x9C,

    /// <summary>Use another server, for good.</summary>
    ServerMoved = 0x9D,

    /// <summary>The server has no shared subscriptions.</summary>
    SharedSubscriptionsNotSupported = 0x9E,

    /// <summary>Connections come too fast.</summary>
    ConnectionRateExceeded = 0x9F,

    /// <summary>DISCONNECT: connected as long as is allowed.</summary>
    MaximumConnectTime = 0xA0,

    /// <summary>The server has no subscription identifiers.</summary>
    SubscriptionIdentifiersNotSupported = 0xA1,

    /// <summary>The server has no wildcard subscriptions.</summary>
    WildcardSubscriptionsNotSupported = 0xA2,
}
