using System.Buffers;
using System.Text;
using System.Text.Json;
using HyperIngest.Core;

namespace HyperIngest.LoadGen.Devices.Faults;

/// <summary>
/// Faults as JSON, on the control lines and over HTTP: snake_case keys, kinds in kebab case, durations as text: <c>{"kind":"delay","devices":"press-*","chance":0.1,"pause":"250ms"}</c>.
/// What is not there has its default; what is not known is refused.
/// </summary>
public static class FaultSpecJson
{
    private static readonly string[] Keys =
        ["kind", "devices", "chance", "every", "after", "at", "for", "repeat", "requests", "pause", "jitter", "exception_code", "skew", "bytes"];

    /// <summary>Reads a fault; false with all that is wrong with it.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, out FaultSpec? spec, out IReadOnlyList<FaultProblem> problems)
    {
        spec = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            problems = Read(document.RootElement, out spec);
        }
        catch (JsonException wrong)
        {
            problems = [new FaultProblem("", $"expected a JSON object such as {{\"kind\":\"drop\"}}: {wrong.Message}")];
        }
        return problems.Count == 0;
    }

    /// <summary>Reads a fault from text.</summary>
    public static bool TryParse(string json, out FaultSpec? spec, out IReadOnlyList<FaultProblem> problems) => TryParse(Encoding.UTF8.GetBytes(json), out spec, out problems);

    /// <summary>A fault as JSON on one line, without what is as it is by default.</summary>
    public static string Write(FaultSpec spec)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes)) Write(json, spec);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The faults of a simulator as a JSON array.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<FaultStatus> faults)
    {
        json.WriteStartArray();
        foreach (FaultStatus fault in faults)
        {
            json.WriteStartObject();
            json.WriteString("id", fault.Id);
            json.WritePropertyName("spec");
            Write(json, fault.Spec);
            json.WriteNumber("devices", fault.Devices);
            json.WriteNumber("hits", fault.Hits);
            json.WriteString("state", JsonNamingPolicy.KebabCaseLower.ConvertName(fault.State.ToString()));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="Write(Utf8JsonWriter, IReadOnlyList{FaultStatus})"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static IReadOnlyList<FaultStatus> ReadStatuses(JsonElement array)
    {
        List<FaultStatus> faults = [];
        foreach (JsonElement fault in array.EnumerateArray())
        {
            IReadOnlyList<FaultProblem> problems = Read(fault.GetProperty("spec"), out FaultSpec? spec);
            if (spec is null) throw new JsonException(string.Join("; ", problems));
            string state = fault.GetProperty("state").GetString()!.Replace("-", "", StringComparison.Ordinal);
            faults.Add(new FaultStatus(
                fault.GetProperty("id").GetString()!, spec, fault.GetProperty("devices").GetInt32(), fault.GetProperty("hits").GetInt64(), Enum.Parse<FaultState>(state, ignoreCase: true)));
        }
        return faults;
    }

    private static void Write(Utf8JsonWriter json, FaultSpec spec)
    {
        FaultSpec plain = new() { Kind = spec.Kind };
        json.WriteStartObject();
        json.WriteString("kind", FaultNames.Of(spec.Kind));
        if (spec.Devices != plain.Devices) json.WriteString("devices", spec.Devices);
        if (spec.Chance != plain.Chance) json.WriteNumber("chance", spec.Chance);
        if (spec.Every != plain.Every) json.WriteNumber("every", spec.Every);
        if (spec.After != plain.After) json.WriteNumber("after", spec.After);
        if (spec.At != plain.At) json.WriteString("at", Duration.Format(spec.At));
        if (spec.For is { } lasts) json.WriteString("for", Duration.Format(lasts));
        if (spec.Repeat is { } repeat) json.WriteString("repeat", Duration.Format(repeat));
        if (spec.Requests is { } requests) json.WriteNumber("requests", requests);
        if (spec.Pause != plain.Pause) json.WriteString("pause", Duration.Format(spec.Pause));
        if (spec.Jitter != plain.Jitter) json.WriteString("jitter", Duration.Format(spec.Jitter));
        if (spec.ExceptionCode != plain.ExceptionCode) json.WriteNumber("exception_code", spec.ExceptionCode);
        if (spec.Skew != plain.Skew) json.WriteString("skew", Duration.Format(spec.Skew));
        if (spec.Bytes != plain.Bytes) json.WriteNumber("bytes", spec.Bytes);
        json.WriteEndObject();
    }

    private static IReadOnlyList<FaultProblem> Read(JsonElement json, out FaultSpec? spec)
    {
        spec = null;
        if (json.ValueKind != JsonValueKind.Object) return [new FaultProblem("", $"expected a JSON object such as {{\"kind\":\"drop\"}}, found {Found(json)}")];
        Reader reader = new(json);
        FaultSpec plain = new() { Kind = reader.Kind() };
        FaultSpec read = plain with
        {
            Devices = reader.Text("devices", plain.Devices),
            Chance = reader.Number("chance", plain.Chance),
            Every = (int)reader.Whole("every", plain.Every, int.MaxValue)!,
            After = reader.Whole("after", plain.After, long.MaxValue)!.Value,
            At = reader.Time("at", plain.At)!.Value,
            For = reader.Time("for", null),
            Repeat = reader.Time("repeat", null),
            Requests = reader.Whole("requests", null, long.MaxValue),
            Pause = reader.Time("pause", plain.Pause)!.Value,
            Jitter = reader.Time("jitter", plain.Jitter)!.Value,
            ExceptionCode = (int)reader.Whole("exception_code", plain.ExceptionCode, int.MaxValue)!,
            Skew = reader.Time("skew", plain.Skew)!.Value,
            Bytes = (int)reader.Whole("bytes", plain.Bytes, int.MaxValue)!,
        };
        IReadOnlyList<FaultProblem> problems = reader.Problems.Count > 0 ? reader.Problems : FaultRules.Check(read);
        if (problems.Count == 0) spec = read;
        return problems;
    }

    private static string Found(JsonElement json) => json.GetRawText() is { Length: <= 80 } text ? text : json.ValueKind.ToString();

    private sealed class Reader
    {
        private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

        public Reader(JsonElement json)
        {
            foreach (JsonProperty property in json.EnumerateObject())
            {
                if (!Keys.Contains(property.Name)) Problems.Add(new FaultProblem(property.Name, $"unknown key; expected {string.Join(", ", Keys)}"));
                else if (!_values.TryAdd(property.Name, property.Value)) Problems.Add(new FaultProblem(property.Name, "stands there twice"));
            }
        }

        public List<FaultProblem> Problems { get; } = [];

        public FaultKind Kind()
        {
            string expected = $"one of {string.Join(", ", FaultNames.All.Select(k => k.Word))}";
            if (!Find("kind", out JsonElement value)) Problems.Add(new FaultProblem("kind", $"missing; expected {expected}"));
            else if (value.ValueKind == JsonValueKind.String && FaultNames.TryParse(value.GetString()!, out FaultKind kind)) return kind;
            else Wrong("kind", expected, value);
            return default;
        }

        public string Text(string key, string fallback)
        {
            if (!Find(key, out JsonElement value)) return fallback;
            if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
            Wrong(key, "a text", value);
            return fallback;
        }

        public double Number(string key, double fallback)
        {
            if (!Find(key, out JsonElement value)) return fallback;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)) return number;
            Wrong(key, "a number", value);
            return fallback;
        }

        public long? Whole(string key, long? fallback, long most)
        {
            if (!Find(key, out JsonElement value)) return fallback;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number <= most && number >= -most) return number;
            Wrong(key, "a whole number", value);
            return fallback;
        }

        public TimeSpan? Time(string key, TimeSpan? fallback)
        {
            if (!Find(key, out JsonElement value)) return fallback;
            if (value.ValueKind == JsonValueKind.String && Duration.TryParseSigned(value.GetString(), out TimeSpan time)) return time;
            Wrong(key, "a duration such as \"250ms\" or \"5s\"", value);
            return fallback;
        }

        private bool Find(string key, out JsonElement value) => _values.TryGetValue(key, out value) && value.ValueKind != JsonValueKind.Null;

        private void Wrong(string key, string expected, JsonElement value) => Problems.Add(new FaultProblem(key, $"expected {expected}, found {Found(value)}"));
    }
}
