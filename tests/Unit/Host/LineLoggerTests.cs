using System.Text.Json;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Logging;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Tests.Unit.Host;

public sealed partial class LineLoggerTests
{
    private readonly LineList _target = new();

    private List<string> Lines => _target.Lines;

    [Fact]
    public void Text_is_one_line_with_time_level_and_component()
    {
        LogTimeout(Logger(LogFormat.Text), "press-1", 3, null);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warn  ModbusPoller: Device press-1 timed out 3 times$", Assert.Single(Lines));
    }

    [Fact]
    public void Json_is_one_object_a_line_with_the_fields()
    {
        LogTimeout(Logger(LogFormat.Json), "press-1", 3, new IOException("no route"));
        using JsonDocument line = JsonDocument.Parse(Assert.Single(Lines));
        Assert.Equal("warn", line.RootElement.GetProperty("level").GetString());
        Assert.Equal("ModbusPoller", line.RootElement.GetProperty("source").GetString());
        Assert.Equal("LogTimeout", line.RootElement.GetProperty("event").GetString());
        Assert.Equal("Device press-1 timed out 3 times", line.RootElement.GetProperty("message").GetString());
        Assert.Equal("press-1", line.RootElement.GetProperty("device").GetString());
        Assert.Equal(3, line.RootElement.GetProperty("times").GetInt32());
        Assert.Contains("no route", line.RootElement.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', Lines[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_device_sends_cannot_forge_a_line_or_move_the_cursor(bool json)
    {
        LogTimeout(Logger(json ? LogFormat.Json : LogFormat.Text), "a\r\n2026-01-01T00:00:00.000Z info  X: forged\u001b[2J", 1, null);
        Assert.DoesNotContain('\n', Assert.Single(Lines));
        Assert.DoesNotContain('\r', Lines[0]);
        Assert.DoesNotContain('\u001b', Lines[0]);
    }

    [Fact]
    public void Levels_below_the_configured_and_the_framework_s_chatter_are_left_out()
    {
        using ILoggerFactory loggers = LineLoggerProvider.CreateFactory(new LogOptions(LogLevel.Warning, LogFormat.Text), _target);
        ILogger own = loggers.CreateLogger("HyperIngest.Host.X");
        LogDetail(own);
        LogTimeout(own, "a", 1, null);
        Assert.Single(Lines);
        using ILoggerFactory detailed = LineLoggerProvider.CreateFactory(new LogOptions(LogLevel.Debug, LogFormat.Text), _target);
        ILogger framework = detailed.CreateLogger("Microsoft.AspNetCore.Server.Kestrel");
        LogDetail(framework);
        Assert.Single(Lines);
    }

    private LineLogger Logger(LogFormat format) => new("ModbusPoller", format, _target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Device {Device} timed out {Times} times")]
    private static partial void LogTimeout(ILogger logger, string device, int times, Exception? failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "A detail")]
    private static partial void LogDetail(ILogger logger);

    private sealed class LineList : ILogTarget
    {
        public List<string> Lines { get; } = [];

        public void WriteLine(string line) => Lines.Add(line);
    }
}
