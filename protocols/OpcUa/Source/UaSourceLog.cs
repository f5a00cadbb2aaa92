using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>The log lines of an OPC UA source: changes of state, never one a value. The session's own are the session's.</summary>
internal static partial class UaSourceLog
{
    [LoggerMessage(EventId = 601, Level = LogLevel.Information, Message = "OPC UA source {Source}: starts {Devices} devices with {Tags} tags.")]
    public static partial void Starting(ILogger logger, string source, int devices, int tags);

    // Debug: a site of a hundred servers starts with a hundred of them.
    [LoggerMessage(EventId = 602, Level = LogLevel.Debug, Message = "OPC UA device {Device} at {Endpoint}: set up, {Tags} tags, of which {Bad} are bad.")]
    public static partial void SetUp(ILogger logger, string device, string endpoint, int tags, int bad);

    [LoggerMessage(EventId = 603, Level = LogLevel.Debug,
        Message = "OPC UA device {Device}: subscription {Subscription} made with {Items} items; the server publishes every {Publishing} and says that it lives every {KeepAlive}, keeps it {Lifetime}.")]
    public static partial void SubscriptionMade(ILogger logger, string device, uint subscription, int items, TimeSpan publishing, TimeSpan keepAlive, TimeSpan lifetime);

    [LoggerMessage(EventId = 604, Level = LogLevel.Information, Message = "OPC UA device {Device}: the new session took over {Count} subscriptions of {Of}; the others are made again.")]
    public static partial void Transferred(ILogger logger, string device, int count, int of);

    [LoggerMessage(EventId = 605, Level = LogLevel.Warning, Message = "OPC UA device {Device}: subscription {Subscription} is made again: {Reason}.")]
    public static partial void SubscriptionLost(ILogger logger, string device, uint subscription, string reason);

    [LoggerMessage(EventId = 606, Level = LogLevel.Warning, Message = "OPC UA device {Device}: notifications {First} to {Last} of subscription {Subscription} are lost: {Reason}.")]
    public static partial void NotificationsLost(ILogger logger, string device, uint subscription, uint first, uint last, string reason);

    [LoggerMessage(EventId = 607, Level = LogLevel.Information, Message = "OPC UA device {Device}: notification {Expected} of subscription {Subscription} did not come, {Found} did; asks for what is missing again.")]
    public static partial void Gap(ILogger logger, string device, uint subscription, uint expected, uint found);

    [LoggerMessage(EventId = 608, Level = LogLevel.Warning, Message = "OPC UA device {Device}, tag {Tag}: {Reason}; tried again every {Retry}.")]
    public static partial void TagBad(ILogger logger, string device, string tag, string reason, TimeSpan retry);

    [LoggerMessage(EventId = 609, Level = LogLevel.Warning, Message = "OPC UA device {Device}: {Count} more tags are bad; the first ones were named, all are tried again every {Retry}.")]
    public static partial void MoreTagsBad(ILogger logger, string device, int count, TimeSpan retry);

    [LoggerMessage(EventId = 610, Level = LogLevel.Information, Message = "OPC UA device {Device}: {Count} tags that were bad are good again; {Left} are bad.")]
    public static partial void TagsGood(ILogger logger, string device, int count, int left);

    [LoggerMessage(EventId = 611, Level = LogLevel.Warning, Message = "OPC UA device {Device}, tag {Tag}: its value is {What}, which is no reading; it is skipped and counted. Give the tag elements, or take another node.")]
    public static partial void ValueSkipped(ILogger logger, string device, string tag, string what);

    [LoggerMessage(EventId = 612, Level = LogLevel.Information, Message = "OPC UA device {Device}: the server takes {Count} Publish requests at once; no more are sent.")]
    public static partial void FewerPublishRequests(ILogger logger, string device, int count);

    [LoggerMessage(EventId = 613, Level = LogLevel.Warning, Message = "OPC UA device {Device}: a Publish request failed ({Reason}); further failures are counted, not logged, until one is answered.")]
    public static partial void PublishFailed(ILogger logger, string device, string reason);

    [LoggerMessage(EventId = 614, Level = LogLevel.Warning, Message = "OPC UA device {Device}: a read of {Tags} tags failed ({Reason}); further failures are counted, not logged, until one is answered.")]
    public static partial void ReadFailed(ILogger logger, string device, int tags, string reason);

    [LoggerMessage(EventId = 615, Level = LogLevel.Warning, Message = "OPC UA device {Device}: has not asked {Endpoint} for more for {Time}: its shard has no room. The server keeps what it can.")]
    public static partial void Waiting(ILogger logger, string device, string endpoint, TimeSpan time);

    [LoggerMessage(EventId = 616, Level = LogLevel.Information, Message = "OPC UA device {Device}: asks {Endpoint} for more again.")]
    public static partial void GoesOn(ILogger logger, string device, string endpoint);

    [LoggerMessage(EventId = 617, Level = LogLevel.Warning, Message = "OPC UA device {Device}: its session is given up: {Reason}")]
    public static partial void GivenUp(ILogger logger, string device, string reason);

    [LoggerMessage(EventId = 618, Level = LogLevel.Error, Message = "OPC UA device {Device}: a defect; its session is given up and set up again.")]
    public static partial void Defect(ILogger logger, string device, Exception defect);

    [LoggerMessage(EventId = 619, Level = LogLevel.Warning, Message = "OPC UA device {Device}: its bad tags could not be tried again: {Reason}")]
    public static partial void RetryFailed(ILogger logger, string device, string reason);

    [LoggerMessage(EventId = 620, Level = LogLevel.Warning, Message = "OPC UA source {Source}: stopped, and {Count} notifications are taken and not acknowledged, or wait for room in a shard.")]
    public static partial void StoppedEarly(ILogger logger, string source, int count);

    [LoggerMessage(EventId = 621, Level = LogLevel.Warning, Message = "OPC UA device {Device}, tag {Tag}: {Reason}")]
    public static partial void TagContradictsCatalog(ILogger logger, string device, string tag, string reason);

    [LoggerMessage(EventId = 622, Level = LogLevel.Debug, Message = "OPC UA device {Device}: the server samples {Count} of {Of} items at another interval than asked, every {Fastest} to {Slowest} ms.")]
    public static partial void SamplingRevised(ILogger logger, string device, int count, int of, double fastest, double slowest);

    [LoggerMessage(EventId = 623, Level = LogLevel.Debug, Message = "OPC UA device {Device}: subscriptions that were given up could not be deleted at the server: {Reason}")]
    public static partial void NotDeleted(ILogger logger, string device, string reason);

    [LoggerMessage(EventId = 624, Level = LogLevel.Error, Message = "OPC UA device {Device}: a defect in what is done every few milliseconds; it goes on.")]
    public static partial void TickDefect(ILogger logger, string device, Exception defect);

    [LoggerMessage(EventId = 625, Level = LogLevel.Information, Message = "OPC UA device {Device}: took over {Taken} of {Of} subscriptions that the node's last run had at {Endpoint}, and goes on where the journal ends.")]
    public static partial void TookOver(ILogger logger, string device, int taken, int of, string endpoint);

    [LoggerMessage(EventId = 626, Level = LogLevel.Warning, Message = "OPC UA device {Device}: subscription {Subscription} of the node's last run is not taken over and is made again; values since then are not had: {Reason}")]
    public static partial void NotTakenOver(ILogger logger, string device, uint subscription, string reason);
}
