using HyperIngest.Protocols.OpcUa.Security;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>The log lines of channels: changes of state, never one a message, and never a secret.</summary>
internal static partial class UaChannelLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "OPC UA {Endpoint}: channel {Channel} open with {Policy}, {Mode}, for {Lifetime}")]
    public static partial void Opened(ILogger logger, string endpoint, uint channel, UaSecurityPolicy policy, UaSecurityMode mode, TimeSpan lifetime);

    [LoggerMessage(Level = LogLevel.Debug, Message = "OPC UA {Endpoint}: channel {Channel} renewed for {Lifetime}")]
    public static partial void Renewed(ILogger logger, string endpoint, uint channel, TimeSpan lifetime);

    [LoggerMessage(Level = LogLevel.Error, Message = "OPC UA {Endpoint}: a defect in whoever takes the messages; the channel ends")]
    public static partial void Defect(ILogger logger, string endpoint, Exception defect);

    [LoggerMessage(Level = LogLevel.Warning, Message = "OPC UA client {Client} of {Endpoint}: refused: {Reason}")]
    public static partial void Refused(ILogger logger, string client, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "OPC UA client {Client}: the answer to request {Request}, {Bytes} bytes, is more than it takes; it was told so")]
    public static partial void ResponseTooLarge(ILogger logger, string client, uint request, int bytes);
}
