using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Feeds;

internal static partial class UaFeedLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    public static partial void NotDrained(this ILogger logger, string reason);
}
