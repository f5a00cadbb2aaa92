namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>What publishers have done so far.</summary>
/// <param name="Nodes">Connections there are to be.</param>
/// <param name="Ready">Connections that stand, their births sent.</param>
/// <param name="Opened">Connections that were accepted, again and again those that came back.</param>
/// <param name="Messages">Messages of readings, and those that faults put in.</param>
/// <param name="Births">Births of nodes and devices.</param>
/// <param name="Rebirths">Times that a host wanted births again.</param>
/// <param name="SentAgain">Messages of QoS 1 sent again after a connection was lost.</param>
/// <param name="Refused">Messages that the broker would not take.</param>
/// <param name="Unsettled">Messages of QoS 1 that wait for the broker's acknowledgement.</param>
/// <param name="Measured">Readings published whose due time is of a pace's measured time.</param>
/// <param name="MeasuredRefused">Of those, readings that the broker would not take.</param>
public readonly record struct MqttPublishCounts(
    long Nodes, long Ready, long Opened, long Messages, long Births, long Rebirths, long SentAgain, long Refused, long Unsettled, long Measured, long MeasuredRefused)
{
    /// <summary>Of several nodes together.</summary>
    public static MqttPublishCounts operator +(in MqttPublishCounts a, in MqttPublishCounts b) => new(
        a.Nodes + b.Nodes, a.Ready + b.Ready, a.Opened + b.Opened, a.Messages + b.Messages, a.Births + b.Births, a.Rebirths + b.Rebirths, a.SentAgain + b.SentAgain, a.Refused + b.Refused,
        a.Unsettled + b.Unsettled, a.Measured + b.Measured, a.MeasuredRefused + b.MeasuredRefused);

    /// <summary>The same as <c>+</c>.</summary>
    public static MqttPublishCounts Add(in MqttPublishCounts left, in MqttPublishCounts right) => left + right;
}
