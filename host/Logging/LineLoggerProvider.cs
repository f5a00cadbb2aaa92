using HyperIngest.Host.Configuration;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Logging;

/// <summary>
/// Logs one line an entry, as text or as a JSON object, to standard error. The framework's console logger writes two lines an entry
/// and queues them; a node's log is short, and its last line before an end must be there.
/// </summary>
internal sealed class LineLoggerProvider(LogOptions options, ILogTarget target) : ILoggerProvider
{
    /// <summary>Loggers that write to <paramref name="target"/>. Kestrel's own chatter below warnings is left out.</summary>
    public static ILoggerFactory CreateFactory(LogOptions options, ILogTarget target) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(options.Level)
        .AddFilter("Microsoft", options.Level < LogLevel.Warning ? LogLevel.Warning : options.Level)
        .AddProvider(new LineLoggerProvider(options, target)));

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(Shortened(categoryName), options.Format, target);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The target is the caller's.
    }

    // HyperIngest.Protocols.Modbus.ModbusPoller -> ModbusPoller: the last part names the component, the rest repeats itself on every line.
    private static string Shortened(string category) =>
        category.StartsWith("HyperIngest.", StringComparison.Ordinal) ? category[(category.LastIndexOf('.') + 1)..] : category;
}
