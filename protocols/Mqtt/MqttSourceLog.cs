using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>The log lines of an MQTT source: changes of state, never one a message. The connection's own are the client's.</summary>
internal static partial class MqttSourceLog
{
    [LoggerMessage(EventId = 451, Level = LogLevel.Information, Message = "MQTT source {Source}: subscribes at {Broker} as {ClientId} to {Filters}.")]
    public static partial void Starting(ILogger logger, string source, string broker, string clientId, string filters);

    [LoggerMessage(EventId = 452, Level = LogLevel.Information, Message = "MQTT source {Source}: connected to {Broker}, which has the session of {ClientId}: what it sends again is compared with the journal.")]
    public static partial void Resumed(ILogger logger, string source, string broker, string clientId);

    [LoggerMessage(EventId = 453, Level = LogLevel.Warning,
        Message = "MQTT source {Source}: {Broker} does not have the session of {ClientId} any more (away longer than session_expiry, or a broker that lost it): what was published meanwhile did not come here.")]
    public static partial void SessionGone(ILogger logger, string source, string broker, string clientId);

    [LoggerMessage(EventId = 454, Level = LogLevel.Warning,
        Message = "MQTT source {Source}: a message on {Topic} is no readings and is a dead letter: {Reason}. Further ones for this reason are counted, not logged, for {Silence}.")]
    public static partial void Unparseable(ILogger logger, string source, string topic, string reason, TimeSpan silence);

    [LoggerMessage(EventId = 455, Level = LogLevel.Error, Message = "MQTT source {Source}: reads no more of {Broker}, because the dead letter of a message on {Topic} cannot be written: {Reason}")]
    public static partial void LetterRefused(ILogger logger, string source, string broker, string topic, string reason);

    [LoggerMessage(EventId = 456, Level = LogLevel.Error, Message = "MQTT source {Source}: acknowledges nothing to {Broker}, because the dead letters cannot be forced to the disk: {Reason}")]
    public static partial void LettersUnforced(ILogger logger, string source, string broker, string reason);

    [LoggerMessage(EventId = 457, Level = LogLevel.Information, Message = "MQTT source {Source}: the dead letters are written again.")]
    public static partial void LettersWritten(ILogger logger, string source);

    [LoggerMessage(EventId = 458, Level = LogLevel.Warning, Message = "MQTT source {Source}: has not read {Broker} for {Time}: a shard has no room. The broker keeps what comes, as far as it is told to.")]
    public static partial void Waiting(ILogger logger, string source, string broker, TimeSpan time);

    [LoggerMessage(EventId = 459, Level = LogLevel.Information, Message = "MQTT source {Source}: reads {Broker} again.")]
    public static partial void GoesOn(ILogger logger, string source, string broker);

    [LoggerMessage(EventId = 460, Level = LogLevel.Warning, Message = "MQTT source {Source}: {Broker} has released more messages than there are packet identifiers; it sends what is not completed again.")]
    public static partial void TooManyReleased(ILogger logger, string source, string broker);

    [LoggerMessage(EventId = 461, Level = LogLevel.Error, Message = "MQTT source {Source}: a defect in the acknowledging of {Broker}'s messages; it goes on.")]
    public static partial void Defect(ILogger logger, string source, string broker, Exception defect);

    [LoggerMessage(EventId = 462, Level = LogLevel.Information, Message = "MQTT source {Source}: asks edge node {Group}/{Node} for a rebirth.")]
    public static partial void Rebirth(ILogger logger, string source, string group, string node);

    [LoggerMessage(EventId = 463, Level = LogLevel.Warning, Message = "MQTT source {Source}: {What} could not be sent on {Topic}: {Reason}")]
    public static partial void NotSent(ILogger logger, string source, string what, string topic, string reason);

    [LoggerMessage(EventId = 464, Level = LogLevel.Warning,
        Message = "MQTT source {Source}: stopped, and of {Broker}'s messages {Count} are not known to be durable and not acknowledged; the broker sends them again.")]
    public static partial void StoppedEarly(ILogger logger, string source, string broker, int count);
}
