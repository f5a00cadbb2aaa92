using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>A request that was refused; its text is made when somebody reads it.</summary>
/// <param name="EncodingId">What it was.</param>
/// <param name="Status">Why.</param>
internal readonly record struct UaFaulted(uint EncodingId, uint Status)
{
    public override string ToString() => $"{Services.UaEncodingIds.NameOf(EncodingId)} is refused: {UaStatusCodes.NameOf(Status)}";
}

/// <summary>The log lines of servers: what begins, ends and is refused, never one a value, and never a secret.</summary>
internal static partial class UaServerLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "OPC UA server {Server}: listens on {Endpoint}")]
    public static partial void Listening(ILogger logger, string server, string endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "OPC UA server {Server}: cannot accept a connection: {Reason}; it goes on")]
    public static partial void AcceptFailed(ILogger logger, string server, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "OPC UA server {Server}: {Client} is refused: {Most} connections are open")]
    public static partial void TooManyConnections(ILogger logger, string server, string client, int most);

    [LoggerMessage(Message = "OPC UA server {Server}, {Client}: {Refused}")]
    public static partial void Faulted(ILogger logger, LogLevel level, string server, string client, UaFaulted refused);

    [LoggerMessage(Level = LogLevel.Error, Message = "OPC UA server {Server}, {Client}: a defect in {Request}; it is answered with BadInternalError")]
    public static partial void RequestDefect(ILogger logger, string server, string client, string request, Exception defect);

    [LoggerMessage(Level = LogLevel.Error, Message = "OPC UA server: a defect in {Timed}; it is tried again in a second")]
    public static partial void TimerDefect(ILogger logger, string timed, Exception defect);

    [LoggerMessage(Level = LogLevel.Debug, Message = "OPC UA server {Server}, {Client}: session {Session} ({Name}) is active for {User}")]
    public static partial void Activated(ILogger logger, string server, string client, Types.UaNodeId session, string name, string user);

    [LoggerMessage(Level = LogLevel.Debug, Message = "OPC UA server {Server}: session {Session} ({Name}) has ended: {Reason}")]
    public static partial void SessionEnded(ILogger logger, string server, Types.UaNodeId session, string name, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "OPC UA server {Server}: subscription {Subscription} had no Publish request for its lifetime and has ended; {Queued} values queued go with it")]
    public static partial void Expired(ILogger logger, string server, uint subscription, long queued);
}
