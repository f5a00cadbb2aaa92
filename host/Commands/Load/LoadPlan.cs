using System.Globalization;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.Host.Configuration;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;
using HyperIngest.Mqtt;

namespace HyperIngest.Host.Commands.Load;

/// <summary>A load run, ready to be run: the profile as the command line has scaled it, and the texts the report keeps.</summary>
internal sealed record LoadPlan
{
    // A soak of a day in an hour's samples: at most so many, whatever it lasts.
    private const int MostSamples = 3600;

    /// <summary>The profile with its plant, scaled.</summary>
    public required ProfileConfiguration Configuration { get; init; }

    /// <summary>The profile file's text.</summary>
    public required string ProfileText { get; init; }

    /// <summary>The plant file's text; null for the demo's plant.</summary>
    public string? PlantText { get; init; }

    /// <summary>The command line that repeats the run.</summary>
    public required string Command { get; init; }

    /// <summary>The profile.</summary>
    public LoadProfile Profile => Configuration.Profile;

    /// <summary>The plant.</summary>
    public Plant Plant => Configuration.Plant;

    /// <summary>The profile's rates as publishers are told them.</summary>
    public SimulatorPace PublishPace => new(LoadProfile.WarmUpRateOf(Profile.Curve), [.. Profile.Curve.Pieces.Select(p => new SimulatorPacePiece(p.From, p.To, p.Seconds))]);

    /// <summary>The same with the broker that is there: a plant file names its own, the demo's plant publishes to it.</summary>
    public LoadPlan Through(MqttClientOptions broker) => Configuration.PlantPath is not null
        ? this
        : this with { Configuration = Configuration with { Plant = new Plant(Plant.Options with { Broker = broker }) } };

    /// <summary>From one sample to the next, whole seconds.</summary>
    public double SecondsPerSample => Math.Max(1, Math.Ceiling(Profile.Curve.Seconds / MostSamples));

    /// <summary>The stages on the time axis.</summary>
    public IReadOnlyList<LoadStage> Stages
    {
        get
        {
            List<LoadStage> stages = [];
            double from = 0;
            foreach (LoadShape shape in Profile.Stages)
            {
                stages.Add(new LoadStage(shape.Name, Math.Round(from, 3), Math.Round(from + shape.For.TotalSeconds, 3)));
                from += shape.For.TotalSeconds;
            }
            return stages;
        }
    }

    /// <summary>What the parts shared with the demo are told: where the readings go.</summary>
    public DemoOptions Target => new()
    {
        Sink = Profile.Sink switch
        {
            LoadSink.Postgres => DemoSink.Postgres,
            LoadSink.Kafka => DemoSink.Kafka,
            _ => DemoSink.None,
        },
        Postgres = Configuration.Postgres,
        Kafka = Configuration.Kafka,
        Format = Configuration.Format,
        OwnSession = true,
    };

    /// <summary>The plant's file for the processes that read it: the profile's own, or one written into <paramref name="folder"/>.</summary>
    public string PlantFileIn(string folder)
    {
        if (Configuration.PlantPath is { } given) return given;
        string path = Path.Combine(folder, "plant.yaml");
        PlantFile.Write(Plant.Options, path);
        return path;
    }

    /// <summary>A command line with what a shell would read as its own in quotes.</summary>
    public static string Quoted(params IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>A number as a command line has it.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%".Contains(c, StringComparison.Ordinal)) ? word : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
