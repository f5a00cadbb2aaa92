using System.Text.Json;

namespace HyperIngest.Bench.Gate;

/// <summary>What a row is held against.</summary>
/// <param name="BytesAnOperation">Bytes allocated an operation.</param>
/// <param name="Ratios">Time as a multiple of the reference's, by kind of processor.</param>
public sealed record BaselineRow(double BytesAnOperation, SortedDictionary<string, double> Ratios);

/// <summary>The committed figures.</summary>
/// <param name="Reason">Why they were last changed.</param>
/// <param name="Date">When.</param>
/// <param name="Machine">Where.</param>
/// <param name="Rows">By name.</param>
public sealed record Baseline(string Reason, string Date, string Machine, SortedDictionary<string, BaselineRow> Rows)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>Reads a baseline.</summary>
    /// <exception cref="InvalidDataException">The file is none; the message says why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Baseline Read(string path)
    {
        try
        {
            Baseline baseline = JsonSerializer.Deserialize<Baseline>(File.ReadAllBytes(path), Json) ?? throw new InvalidDataException($"{path}: expected a baseline, found null.");
            foreach ((string name, BaselineRow row) in baseline.Rows)
            {
                if (row is null || row.Ratios.Count == 0 || !row.Ratios.Values.All(r => r > 0) || !(row.BytesAnOperation >= 0))
                {
                    throw new InvalidDataException($"{path}: rows: {name}: expected bytes of 0 or more and a ratio over 0 for at least one processor.");
                }
            }
            return baseline;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{path}: not a baseline: {wrong.Message}", wrong);
        }
    }

    /// <summary>Writes it, rows and processors by name.</summary>
    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json) + "\n");
}
