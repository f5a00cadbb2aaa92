using Microsoft.Extensions.Logging;

namespace HyperIngest.Mqtt;

/// <summary>The log lines of the MQTT client: changes of state, never one a message.</summary>
internal static partial class MqttLog
{
    [LoggerMessage(EventId = 500, Level = LogLevel.Error, Message = "{Address}: a defect in what takes the messages; the connection is made anew.")]
    public static partial void Defect(ILogger logger, string address, Exception fault);

    [LoggerMessage(EventId = 501, Level = LogLevel.Information, Message = "MQTT {Name}: connected to {Address} as {ClientId} ({Session}).")]
    public static partial void Connected(ILogger logger, string name, string address, string clientId, string session);

    [LoggerMessage(EventId = 502, Level = LogLevel.Warning, Message = "MQTT {Name}: no connection to {Address}: {Fault}; next try in {Pause}. Further failures with the same words are counted, not logged.")]
    public static partial void NotConnected(ILogger logger, string name, string address, string fault, TimeSpan pause);

    [LoggerMessage(EventId = 503, Level = LogLevel.Warning, Message = "MQTT {Name}: connection to {Address} lost: {Fault}; next try in {Pause}.")]
    public static partial void Lost(ILogger logger, string name, string address, string fault, TimeSpan pause);

    [LoggerMessage(EventId = 504, Level = LogLevel.Error, Message = "MQTT {Name}: {Fault}. Somebody has to mend that; tried again in {Pause}, and every so often, without another word.")]
    public static partial void Refused(ILogger logger, string name, string fault, TimeSpan pause);

    [LoggerMessage(EventId = 505, Level = LogLevel.Error, Message = "MQTT {Name}: {Address} does not let it subscribe to {Filter}: {Reason}. The other subscriptions stand.")]
    public static partial void SubscriptionRefused(ILogger logger, string name, string address, string filter, string reason);

    [LoggerMessage(EventId = 506, Level = LogLevel.Warning, Message = "MQTT {Name}: {Address} gives {Filter} with QoS {Granted} instead of {Asked}: what it promises is less than was asked for.")]
    public static partial void LesserQos(ILogger logger, string name, string address, string filter, int granted, int asked);

    [LoggerMessage(EventId = 507, Level = LogLevel.Information, Message = "MQTT {Name}: {Address} sends it to {Other} ({Reason}).")]
    public static partial void Redirected(ILogger logger, string name, string address, string other, MqttReasonCode reason);

    [LoggerMessage(EventId = 508, Level = LogLevel.Warning, Message = "MQTT {Name}: {Address} refers to \"{Reference}\", which is no host or host:port; it is not followed.")]
    public static partial void BadReference(ILogger logger, string name, string address, string reference);

    [LoggerMessage(EventId = 509, Level = LogLevel.Information, Message = "MQTT {Name}: disconnected from {Address}.")]
    public static partial void Disconnected(ILogger logger, string name, string address);

    [LoggerMessage(EventId = 510, Level = LogLevel.Error, Message = "MQTT {Name}: a defect in the session with {Address}; the connection is made anew in {Pause}.")]
    public static partial void SessionDefect(ILogger logger, string name, string address, TimeSpan pause, Exception fault);
}
