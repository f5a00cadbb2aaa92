using System.Globalization;
using System.Text.Json;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>A lane as <c>/status</c> shows it.</summary>
internal readonly record struct LaneSnapshot(string Sink, string State, bool Healthy, long Delivered, double LagSeconds, string? LastError);

/// <summary>What a node's HTTP port said at one moment.</summary>
internal sealed class NodeSnapshot(int life, string status, string metrics)
{
    private readonly JsonElement _status = Parse(status);

    /// <summary>Which of the node's lives it was seen in; another number means that it was restarted meanwhile.</summary>
    public int Life => life;

    /// <summary>Readings in the journal since its start.</summary>
    public long Readings => _status.GetProperty("readings").GetInt64();

    /// <summary>Whether it was ready.</summary>
    public bool Ready => _status.GetProperty("readiness").GetProperty("ready").GetBoolean();

    /// <summary>Why it was not ready.</summary>
    public string NotReady => string.Join("; ", _status.GetProperty("readiness").GetProperty("reasons").EnumerateArray().Select(r => r.GetString()));

    /// <summary>Whether its journal took readings: intake is stopped while it does not.</summary>
    public bool AcceptsReadings => _status.GetProperty("journal").GetProperty("accepts_readings").GetBoolean();

    /// <summary>Its lanes.</summary>
    public IEnumerable<LaneSnapshot> Lanes => _status.GetProperty("lanes").EnumerateArray().Select(l => new LaneSnapshot(
        l.GetProperty("sink").GetString()!, l.GetProperty("state").GetString()!, l.GetProperty("healthy").GetBoolean(), l.GetProperty("delivered").GetInt64(),
        l.GetProperty("lag_seconds").GetDouble(), l.GetProperty("last_error").GetString()));

    /// <summary>Whether all lanes into <paramref name="sink"/> (all sinks when null) deliver and are less than a second behind.</summary>
    public bool HasCaughtUp(string? sink = null) => Lanes.Where(l => sink is null || l.Sink == sink).All(l => l is { State: "delivering", LagSeconds: < 1, Delivered: > 0 });

    /// <summary>A metric's samples added up, those alone whose labels hold <paramref name="label"/>; 0 when there are none.</summary>
    public double Metric(string name, string label = "")
    {
        double sum = 0;
        foreach (string line in metrics.Split('\n'))
        {
            if (!line.StartsWith(name, StringComparison.Ordinal) || line.Length == name.Length || line[name.Length] is not (' ' or '{')) continue;
            string[] sample = line.Split(' ');
            if (sample[0].Contains(label, StringComparison.Ordinal)) sum += double.Parse(sample[1], CultureInfo.InvariantCulture);
        }
        return sum;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Ready ? "ready" : $"not ready ({NotReady})")} with {Readings:N0} readings, {string.Join(", ", Lanes.Select(l => $"{l.Sink} {l.State}, {l.LagSeconds:F1} s behind {l.LastError}"))}");

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
