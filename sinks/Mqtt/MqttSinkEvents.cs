using Microsoft.Extensions.Logging;

namespace HyperIngest.Sinks.Mqtt;

/// <summary>What the sink logs.</summary>
internal static partial class MqttSinkEvents
{
    [LoggerMessage(2300, LogLevel.Information, "Sink {Sink}: publishes {What} to {Broker}.")]
    public static partial void Prepared(ILogger logger, string sink, string what, string broker);

    [LoggerMessage(2301, LogLevel.Information, "Sink {Sink}, shard {Shard}: connected to {Broker} as {ClientId}.")]
    public static partial void Connected(ILogger logger, string sink, int shard, string broker, string clientId);

    [LoggerMessage(2302, LogLevel.Warning, "Sink {Sink}, shard {Shard}: the connection to {Broker} is lost: {Reason}")]
    public static partial void Lost(ILogger logger, string sink, int shard, string broker, string reason);

    [LoggerMessage(2303, LogLevel.Information, "Sink {Sink}, shard {Shard}: {Broker} sends the sink to {Other}.")]
    public static partial void Redirected(ILogger logger, string sink, int shard, string broker, string other);

    [LoggerMessage(2304, LogLevel.Warning, "Sink {Sink}, shard {Shard}: {Messages} messages are sent again: the broker did not acknowledge them on the connection before, and may have them twice.")]
    public static partial void SentAgain(ILogger logger, string sink, int shard, int messages);

    [LoggerMessage(2305, LogLevel.Information, "Sink {Sink}, shard {Shard}: edge node {Group}/{EdgeNode} is born, bdSeq {BdSeq}, {Devices} devices.")]
    public static partial void Born(ILogger logger, string sink, int shard, string group, string edgeNode, int bdSeq, int devices);

    [LoggerMessage(2306, LogLevel.Information, "Sink {Sink}, shard {Shard}: edge node {Group}/{EdgeNode} was asked for a rebirth.")]
    public static partial void RebirthAsked(ILogger logger, string sink, int shard, string group, string edgeNode);

    [LoggerMessage(2307, LogLevel.Warning, "Sink {Sink}, shard {Shard}: primary host {Host} is offline; nothing is published until it is back, and the journal keeps it.")]
    public static partial void HostOffline(ILogger logger, string sink, int shard, string host);

    [LoggerMessage(2308, LogLevel.Information, "Sink {Sink}, shard {Shard}: primary host {Host} is online.")]
    public static partial void HostOnline(ILogger logger, string sink, int shard, string host);

    [LoggerMessage(2309, LogLevel.Warning, "Sink {Sink}, shard {Shard}: the broker refused the subscription to {Filter}: {Reason}")]
    public static partial void SubscriptionRefused(ILogger logger, string sink, int shard, string filter, string reason);

    [LoggerMessage(2310, LogLevel.Warning, "Sink {Sink}, shard {Shard}: a message on {Topic} could not be read ({Reason}) and is passed over.")]
    public static partial void CommandUnreadable(ILogger logger, string sink, int shard, string topic, string reason);
}
