using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using HyperIngest.Host.Configuration;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Logging;

/// <summary>Writes the entries of one category.</summary>
internal sealed class LineLogger(string category, LogFormat format, ILogTarget target) : ILogger
{
    // Log lines are read by people and by log shippers, never put into HTML.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        string message = formatter(state, exception);
        target.WriteLine(format == LogFormat.Json
            ? JsonLine(logLevel, eventId, message, state as IReadOnlyList<KeyValuePair<string, object?>>, exception)
            : TextLine(logLevel, message, exception));
    }

    private string TextLine(LogLevel level, string message, Exception? exception)
    {
        StringBuilder line = new(message.Length + 64);
        line.Append(Now()).Append(' ').Append(WordOf(level).PadRight(5)).Append(' ').Append(category).Append(": ");
        AppendOnOneLine(line, message);
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            line.Append(": ").Append(cause.GetType().Name).Append(": ");
            AppendOnOneLine(line, cause.Message);
        }
        // A stack helps whoever mends the program; everybody else has the message.
        if (exception?.StackTrace is { } stack && level >= LogLevel.Critical) line.Append('\n').Append(stack);
        return line.ToString();
    }

    private string JsonLine(LogLevel level, EventId eventId, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields, Exception? exception)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using (Utf8JsonWriter json = new(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", Now());
            json.WriteString("level", WordOf(level));
            json.WriteString("source", category);
            if (eventId.Name is { } name) json.WriteString("event", name);
            json.WriteString("message", message);
            foreach (var (key, value) in fields ?? [])
            {
                if (key == "{OriginalFormat}") continue;
                WriteField(json, JsonNamingPolicy.SnakeCaseLower.ConvertName(key), value);
            }
            if (exception is not null) json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteField(Utf8JsonWriter json, string name, object? value)
    {
        // A field must not stand twice in an object, nor take the place of one of the line's own.
        if (name is "time" or "level" or "source" or "event" or "message" or "exception") name += "_field";
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case int or long or short or byte or uint or ushort: json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            default: json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string WordOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    // What a device or server sent may be in the message: it must not be able to forge a line or move a terminal's cursor.
    private static void AppendOnOneLine(StringBuilder line, string text)
    {
        foreach (char c in text)
        {
            if (c == '\n') line.Append("\\n");
            else if (c == '\r') line.Append("\\r");
            else if (char.IsControl(c)) line.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else line.Append(c);
        }
    }
}
