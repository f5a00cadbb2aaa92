using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HyperIngest.Kafka.Native;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Kafka;

/// <summary>Brings the library's own log lines into the program's log. Called by the library's threads.</summary>
internal static unsafe partial class KafkaLog
{
    /// <summary>Gives <paramref name="conf"/> the log; the client's opaque must be a <see cref="GCHandle"/> of an <see cref="IKafkaClient"/>.</summary>
    public static void Attach(nint conf) => Librdkafka.ConfSetLog(conf, &OnLog);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(nint client, int level, nint facility, nint text)
    {
        if (GCHandle.FromIntPtr(Librdkafka.Opaque(client)).Target is not IKafkaClient owner) return;
        string what = Marshal.PtrToStringUTF8(facility) ?? "";
        string line = Marshal.PtrToStringUTF8(text) ?? "";
        // syslog levels: 0 emergency to 7 debug. What the library calls an error, it retries: to the program that is a warning.
        switch (level)
        {
            case <= 2: Critical(owner.Logger, owner.Name, what, line); break;
            case <= 4: Warning(owner.Logger, owner.Name, what, line); break;
            case <= 6: Information(owner.Logger, owner.Name, what, line); break;
            default: Debug(owner.Logger, owner.Name, what, line); break;
        }
    }

    [LoggerMessage(EventId = 405, Level = LogLevel.Warning, Message = "{Client}: the group was not left in order: {Error}.")]
    public static partial void NotLeft(ILogger logger, string client, KafkaError error);

    [LoggerMessage(EventId = 401, Level = LogLevel.Critical, Message = "{Client}: {Facility}: {Text}")]
    private static partial void Critical(ILogger logger, string client, string facility, string text);

    [LoggerMessage(EventId = 402, Level = LogLevel.Warning, Message = "{Client}: {Facility}: {Text}")]
    private static partial void Warning(ILogger logger, string client, string facility, string text);

    [LoggerMessage(EventId = 403, Level = LogLevel.Information, Message = "{Client}: {Facility}: {Text}")]
    private static partial void Information(ILogger logger, string client, string facility, string text);

    [LoggerMessage(EventId = 404, Level = LogLevel.Debug, Message = "{Client}: {Facility}: {Text}")]
    private static partial void Debug(ILogger logger, string client, string facility, string text);
}

/// <summary>Whose log lines they are.</summary>
internal interface IKafkaClient
{
    /// <summary>The sink's or source's name, and the shard where it has one.</summary>
    string Name { get; }

    /// <summary>Where its lines go.</summary>
    ILogger Logger { get; }
}
