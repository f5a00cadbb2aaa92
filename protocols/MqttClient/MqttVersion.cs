namespace HyperIngest.Mqtt;

/// <summary>The protocol's version; the number is the protocol level of CONNECT (MQTT 3.1.1 and 5.0, 3.1.2.2).</summary>
public enum MqttVersion : byte
{
    /// <summary>3.1.1.</summary>
    V311 = 4,

    /// <summary>5.0.</summary>
    V5 = 5,
}
