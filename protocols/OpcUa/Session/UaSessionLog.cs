using HyperIngest.Protocols.OpcUa.Services;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>The log lines of sessions: changes of state, never one a request, and never a secret.</summary>
internal static partial class UaSessionLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "OPC UA {Endpoint}: connected ({Activation} session, kept for {Timeout}, {Namespaces} namespaces).")]
    public static partial void Connected(ILogger logger, string endpoint, UaActivation activation, TimeSpan timeout, int namespaces);

    [LoggerMessage(Level = LogLevel.Information, Message = "OPC UA {Endpoint}: the server does not take the session up again, a new one is made: {Reason}.")]
    public static partial void NotResumed(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "OPC UA {Endpoint}: no session: {Fault}; next try in {Pause}. Further failures with the same words are counted, not logged.")]
    public static partial void NotConnected(ILogger logger, string endpoint, string fault, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "OPC UA {Endpoint}: channel lost: {Fault}; next try in {Pause}.")]
    public static partial void Lost(ILogger logger, string endpoint, string fault, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "OPC UA {Endpoint}: no session: {Fault}. Somebody has to mend that; tried again in {Pause}, and every so often, without another word.")]
    public static partial void Refused(ILogger logger, string endpoint, string fault, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "OPC UA {Endpoint}: the server says that it is {State}.")]
    public static partial void NotRunning(ILogger logger, string endpoint, ServerState state);

    [LoggerMessage(Level = LogLevel.Information, Message = "OPC UA {Endpoint}: the server is running again.")]
    public static partial void RunningAgain(ILogger logger, string endpoint);

    [LoggerMessage(Level = LogLevel.Information, Message = "OPC UA {Endpoint}: closed.")]
    public static partial void Closed(ILogger logger, string endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "OPC UA {Endpoint}: a defect in what uses the session; it is opened anew in {Pause}.")]
    public static partial void Defect(ILogger logger, string endpoint, TimeSpan pause, Exception defect);
}
