namespace HyperIngest.Mqtt;

/// <summary>Quality of service (MQTT 5.0, 4.3).</summary>
public enum MqttQos : byte
{
    /// <summary>0: at most once; nobody acknowledges.</summary>
    AtMostOnce = 0,

    /// <summary>1: at least once; PUBACK.</summary>
    AtLeastOnce = 1,

    /// <summary>2: exactly once; PUBREC, PUBREL, PUBCOMP.</summary>
    ExactlyOnce = 2,
}
