using System.Globalization;
using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;

namespace HyperIngest.Tests.Unit.Mqtt.Source;

/// <summary>Readings as lines <c>device value</c>, with <c>@ticks</c> behind them where they have a time of their own; what is none of that is no readings.</summary>
internal sealed class LineDecoder(SeriesCatalog catalog) : IMessageDecoder
{
    public int Calls { get; private set; }

    public string? Decode(in MqttMessage message, long nowTicks, MessageReadings into)
    {
        Calls++;
        into.Clear();
        foreach (string line in Encoding.UTF8.GetString(message.Payload).Split('\n'))
        {
            string[] words = line.Split(' ');
            if (words.Length < 2) return $"'{line}' is no line";
            int id = catalog.TryFind(words[0], "t", out int known) ? known : catalog.Register(new SeriesDefinition(words[0], "t", ValueKind.Int64));
            into.Begin(words[0]);
            long time = words.Length > 2 ? long.Parse(words[2].AsSpan(1), CultureInfo.InvariantCulture) : 0;
            into.Add(new Reading(id, 0, time, nowTicks, long.Parse(words[1], CultureInfo.InvariantCulture)));
        }
        return null;
    }
}
