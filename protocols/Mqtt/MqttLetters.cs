using System.Text;
using HyperIngest.Core.Delivery;
using HyperIngest.Mqtt;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.Mqtt;

/// <summary>
/// The dead letters of a source. The reading loop writes them, and says why, once a while for each reason; the acknowledging thread forces them to the disk before their messages are
/// acknowledged.
/// </summary>
internal sealed class MqttLetters(MqttSourceOptions options, DeadLetters letters, MqttSourceMetrics metrics, ILogger logger)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    // Reasons say what was found, so that there may be any number of them: those beyond it share one line a while.
    private const int ReasonsRemembered = 64;
    private const string OtherReasons = "";

    // Reading loop: when a reason may be logged again.
    private readonly Dictionary<string, long> _quiet = new(StringComparer.Ordinal);
    private bool _refused;

    // Acknowledging thread.
    private bool _unforced;

    /// <summary>Reading loop: writes a message's letter; false when the disk does not take it.</summary>
    public bool TryWrite(in MqttMessage message, string reason)
    {
        string topic = Encoding.UTF8.GetString(message.Topic);
        RecordLetter letter = new()
        {
            Source = options.Name,
            Topic = topic,
            Message = new MessageIdentity((int)message.Qos, message.PacketId),
            Value = message.Payload,
            Reason = reason,
        };
        try
        {
            letters.WriteRecord(letter);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            metrics.LetterFailures.Add();
            if (!_refused) MqttSourceLog.LetterRefused(logger, options.Name, options.Client.Address, topic, failed.Message);
            _refused = true;
            return false;
        }
        if (_refused) MqttSourceLog.LettersWritten(logger, options.Name);
        _refused = false;
        metrics.Unparseable.Add();
        Say(topic, reason);
        return true;
    }

    /// <summary>Acknowledging thread: forces what was written to the disk; false when it may not be there.</summary>
    public bool TryForce()
    {
        try
        {
            letters.Force();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            metrics.LetterFailures.Add();
            if (!_unforced) MqttSourceLog.LettersUnforced(logger, options.Name, options.Client.Address, failed.Message);
            _unforced = true;
            return false;
        }
        if (_unforced) MqttSourceLog.LettersWritten(logger, options.Name);
        _unforced = false;
        return true;
    }

    private void Say(string topic, string reason)
    {
        long now = Environment.TickCount64;
        string key = _quiet.ContainsKey(reason) || _quiet.Count < ReasonsRemembered ? reason : OtherReasons;
        if (_quiet.TryGetValue(key, out long until) && now < until) return;
        _quiet[key] = now + (long)Silence.TotalMilliseconds;
        MqttSourceLog.Unparseable(logger, options.Name, topic, reason, Silence);
    }
}
