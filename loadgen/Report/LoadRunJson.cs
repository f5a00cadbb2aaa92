using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HyperIngest.LoadGen.Devices.Faults;

namespace HyperIngest.LoadGen.Report;

/// <summary>The file of a load run: JSON with names in snake case, faults in kebab case, and a version that a reader insists on.</summary>
public static class LoadRunJson
{
    /// <summary>What the file is called in the folder of a run.</summary>
    public const string FileName = "run.json";

    private const int Version = 1;

    // A run of an hour in steps of a second takes some 2 MB; this is a week of them, and no more than a machine that made one can hold.
    private const long MostBytes = 512L << 20;

    private const string Expected = "expected the run.json that hyperingest load wrote";

    /// <summary>Writes <paramref name="run"/>; a file that is there is replaced when the new one is whole.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(LoadRun run, string path)
    {
        string whole = path + ".tmp";
        using (FileStream file = File.Create(whole)) JsonSerializer.Serialize(file, run, LoadRunJsonContext.Readable.LoadRun);
        File.Move(whole, path, overwrite: true);
    }

    /// <summary>The one line that <c>--json</c> prints last: the run without its series.</summary>
    public static string Line(LoadRun run) => JsonSerializer.Serialize(run with { Samples = [], Latency = [], Pauses = [] }, LoadRunJsonContext.OneLine.LoadRun);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is no run, is one of another version, or contradicts itself; the message says where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LoadRun Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        if (file.Length > MostBytes) throw new InvalidDataException($"{path}: {Expected}, of at most {MostBytes >> 20} MiB; found {file.Length >> 20} MiB");
        try
        {
            int? version = JsonSerializer.Deserialize(file, LoadRunJsonContext.Readable.LoadRunVersion)?.Version;
            if (version is null) throw new InvalidDataException($"{path}: {Expected}; found JSON without a version");
            if (version != Version)
            {
                throw new InvalidDataException($"{path}: expected a run of version {Version}, found version {version}; read it with the program that wrote it");
            }
            file.Position = 0;
            LoadRun run = JsonSerializer.Deserialize(file, LoadRunJsonContext.Readable.LoadRun)!;
            return Contradiction(run) is { } wrong ? throw new InvalidDataException($"{path}: {wrong}; write the run again") : run;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{path}: {Expected}; {wrong.Message}", wrong);
        }
    }

    private static string? Contradiction(LoadRun run)
    {
        // What is left out of a file and has a default comes back as zero or null, which none of these can be.
        if (run.Report.Promises is null) return "report.promises: expected a list, found none";
        for (int i = 0; i < run.Faults.Count; i++)
        {
            FaultSpec fault = run.Faults[i].Fault;
            if (fault.Devices is null) return $"faults[{i}].fault.devices: expected a name or pattern, found none";
            if (!(fault.Chance > 0)) return $"faults[{i}].fault.chance: expected more than 0, found {fault.Chance}";
            if (fault.Every < 1) return $"faults[{i}].fault.every: expected 1 or more, found {fault.Every}";
        }
        if (!(run.Report.Seconds > 0)) return $"report.seconds: expected more than 0, found {run.Report.Seconds}";
        double before = 0;
        for (int i = 0; i < run.Samples.Count; before = run.Samples[i++].At)
        {
            if (!(run.Samples[i].At > before)) return $"samples[{i}].at: expected more than {before} of the sample before, found {run.Samples[i].At}";
        }
        double share = 0, ms = 0;
        for (int i = 0; i < run.Latency.Count; (share, ms) = run.Latency[i++])
        {
            LatencyPoint point = run.Latency[i];
            if (!(point.Share >= share && point.Share <= 1)) return $"latency[{i}].share: expected {share} to 1, found {point.Share}";
            if (!(point.Ms >= ms)) return $"latency[{i}].ms: expected {ms} or more, found {point.Ms}";
        }
        return null;
    }
}

/// <summary>The one thing that is read of a file before it is known to be a run.</summary>
internal sealed record LoadRunVersion(int? Version = null);

/// <summary>The run's JSON, with words for what is no number: a run without a reading has no mean, and is a run all the same.</summary>
[JsonSerializable(typeof(LoadRun))]
[JsonSerializable(typeof(LoadRunVersion))]
internal sealed partial class LoadRunJsonContext : JsonSerializerContext
{
    /// <summary>The file's: indented, because people look into it.</summary>
    public static LoadRunJsonContext Readable { get; } = new(OptionsOf(indented: true));

    /// <summary>The line's.</summary>
    public static LoadRunJsonContext OneLine { get; } = new(OptionsOf(indented: false));

    // The page escapes by itself, so that characters may stay as they are here.
    private static JsonSerializerOptions OptionsOf(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = indented,
        IndentSize = 1,
        Converters = { new JsonStringEnumConverter<FaultKind>(JsonNamingPolicy.KebabCaseLower) },
    };
}
