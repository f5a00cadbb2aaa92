using System.Diagnostics.CodeAnalysis;

namespace HyperIngest.Mqtt;

/// <summary>The properties of MQTT 5.0 by their identifiers (2.2.2.2).</summary>
internal enum MqttProperty : byte
{
    [SuppressMessage("Design", "CA1008", Justification = "No property has the number 0.")]
    None = 0x00,
    PayloadFormat = 0x01,
    MessageExpiry = 0x02,
    ContentType = 0x03,
    ResponseTopic = 0x08,
    CorrelationData = 0x09,
    SubscriptionIdentifier = 0x0B,
    SessionExpiry = 0x11,
    AssignedClientIdentifier = 0x12,
    ServerKeepAlive = 0x13,
    AuthenticationMethod = 0x15,
    AuthenticationData = 0x16,
    RequestProblemInformation = 0x17,
    WillDelay = 0x18,
    RequestResponseInformation = 0x19,
    ResponseInformation = 0x1A,
    ServerReference = 0x1C,
    ReasonString = 0x1F,
    ReceiveMaximum = 0x21,
    TopicAliasMaximum = 0x22,
    TopicAlias = 0x23,
    MaximumQos = 0x24,
    RetainAvailable = 0x25,
    UserProperty = 0x26,
    MaximumPacketSize = 0x27,
    WildcardSubscriptionAvailable = 0x28,
    SubscriptionIdentifiersAvailable = 0x29,
    SharedSubscriptionAvailable = 0x2A,
}

/// <summary>Data types of properties (2.2.2.2).</summary>
internal enum MqttPropertyType : byte
{
    /// <summary>No such property.</summary>
    None,

    /// <summary>A byte that is 0 or 1: all properties of one byte are.</summary>
    Flag,

    /// <summary>Two byte integer.</summary>
    UInt16,

    /// <summary>Four byte integer.</summary>
    UInt32,

    /// <summary>Variable byte integer.</summary>
    Varint,

    /// <summary>UTF-8 string.</summary>
    Text,

    /// <summary>Binary data.</summary>
    Binary,

    /// <summary>UTF-8 string pair.</summary>
    Pair,
}

/// <summary>The packets a property may be in, a bit for each <see cref="MqttPacketType"/>; bit 0 is the will's properties in CONNECT.</summary>
[Flags]
internal enum MqttPropertyPlace : ushort
{
    None = 0,
    Will = 1,
    Connect = 1 << MqttPacketType.Connect,
    ConnAck = 1 << MqttPacketType.ConnAck,
    Publish = 1 << MqttPacketType.Publish,
    PubAck = 1 << MqttPacketType.PubAck,
    PubRec = 1 << MqttPacketType.PubRec,
    PubRel = 1 << MqttPacketType.PubRel,
    PubComp = 1 << MqttPacketType.PubComp,
    Subscribe = 1 << MqttPacketType.Subscribe,
    SubAck = 1 << MqttPacketType.SubAck,
    Unsubscribe = 1 << MqttPacketType.Unsubscribe,
    UnsubAck = 1 << MqttPacketType.UnsubAck,
    Disconnect = 1 << MqttPacketType.Disconnect,
    Auth = 1 << MqttPacketType.Auth,
}

/// <summary>What a property is and where it may be: the table of 2.2.2.2.</summary>
/// <param name="Type">Its data type.</param>
/// <param name="Places">The packets it may be in.</param>
internal readonly record struct MqttPropertyRule(MqttPropertyType Type, MqttPropertyPlace Places)
{
    private const int Identifiers = (int)MqttProperty.SharedSubscriptionAvailable + 1;

    private const MqttPropertyPlace Messages = MqttPropertyPlace.Publish | MqttPropertyPlace.Will;
    private const MqttPropertyPlace Opening = MqttPropertyPlace.Connect | MqttPropertyPlace.ConnAck;

    private const MqttPropertyPlace Answers = MqttPropertyPlace.ConnAck | MqttPropertyPlace.PubAck | MqttPropertyPlace.PubRec | MqttPropertyPlace.PubRel | MqttPropertyPlace.PubComp
        | MqttPropertyPlace.SubAck | MqttPropertyPlace.UnsubAck | MqttPropertyPlace.Disconnect | MqttPropertyPlace.Auth;

    private static readonly MqttPropertyRule[] Rules = Table();

    /// <summary>The rule of an identifier; of type <see cref="MqttPropertyType.None"/> when there is no such property.</summary>
    public static MqttPropertyRule Of(int identifier) => (uint)identifier < Identifiers ? Rules[identifier] : default;

    private static MqttPropertyRule[] Table()
    {
        MqttPropertyRule[] rules = new MqttPropertyRule[Identifiers];
        void Set(MqttProperty property, MqttPropertyType type, MqttPropertyPlace places) => rules[(int)property] = new MqttPropertyRule(type, places);

        Set(MqttProperty.PayloadFormat, MqttPropertyType.Flag, Messages);
        Set(MqttProperty.MessageExpiry, MqttPropertyType.UInt32, Messages);
        Set(MqttProperty.ContentType, MqttPropertyType.Text, Messages);
        Set(MqttProperty.ResponseTopic, MqttPropertyType.Text, Messages);
        Set(MqttProperty.CorrelationData, MqttPropertyType.Binary, Messages);
        Set(MqttProperty.SubscriptionIdentifier, MqttPropertyType.Varint, MqttPropertyPlace.Publish | MqttPropertyPlace.Subscribe);
        Set(MqttProperty.SessionExpiry, MqttPropertyType.UInt32, Opening | MqttPropertyPlace.Disconnect);
        Set(MqttProperty.AssignedClientIdentifier, MqttPropertyType.Text, MqttPropertyPlace.ConnAck);
        Set(MqttProperty.ServerKeepAlive, MqttPropertyType.UInt16, MqttPropertyPlace.ConnAck);
        Set(MqttProperty.AuthenticationMethod, MqttPropertyType.Text, Opening | MqttPropertyPlace.Auth);
        Set(MqttProperty.AuthenticationData, MqttPropertyType.Binary, Opening | MqttPropertyPlace.Auth);
        Set(MqttProperty.RequestProblemInformation, MqttPropertyType.Flag, MqttPropertyPlace.Connect);
        Set(MqttProperty.WillDelay, MqttPropertyType.UInt32, MqttPropertyPlace.Will);
        Set(MqttProperty.RequestResponseInformation, MqttPropertyType.Flag, MqttPropertyPlace.Connect);
        Set(MqttProperty.ResponseInformation, MqttPropertyType.Text, MqttPropertyPlace.ConnAck);
        Set(MqttProperty.ServerReference, MqttPropertyType.Text, MqttPropertyPlace.ConnAck | MqttPropertyPlace.Disconnect);
        Set(MqttProperty.ReasonString, MqttPropertyType.Text, Answers);
        Set(MqttProperty.ReceiveMaximum, MqttPropertyType.UInt16, Opening);
        Set(MqttProperty.TopicAliasMaximum, MqttPropertyType.UInt16, Opening);
        Set(MqttProperty.TopicAlias, MqttPropertyType.UInt16, MqttPropertyPlace.Publish);
        Set(MqttProperty.MaximumQos, MqttPropertyType.Flag, MqttPropertyPlace.ConnAck);
        Set(MqttProperty.RetainAvailable, MqttPropertyType.Flag, MqttPropertyPlace.ConnAck);
        Set(MqttProperty.UserProperty, MqttPropertyType.Pair, Answers | Messages | MqttPropertyPlace.Connect | MqttPropertyPlace.Subscribe | MqttPropertyPlace.Unsubscribe);
        Set(MqttProperty.MaximumPacketSize, MqttPropertyType.UInt32, Opening);
        Set(MqttProperty.WildcardSubscriptionAvailable, MqttPropertyType.Flag, MqttPropertyPlace.ConnAck);
        Set(MqttProperty.SubscriptionIdentifiersAvailable, MqttPropertyType.Flag, MqttPropertyPlace.ConnAck);
        Set(MqttProperty.SharedSubscriptionAvailable, MqttPropertyType.Flag, MqttPropertyPlace.ConnAck);
        return rules;
    }
}
