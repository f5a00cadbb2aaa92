using HyperIngest.Host.Configuration.Binding;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Configuration.Yaml;

namespace HyperIngest.Host.Configuration;

/// <summary>What became of reading a configuration file.</summary>
/// <param name="Value">The configuration; null when there are errors.</param>
/// <param name="Problems">Errors and warnings in file order.</param>
internal sealed record ConfigurationResult<T>(T? Value, IReadOnlyList<ConfigurationProblem> Problems)
    where T : class
{
    /// <summary>The errors.</summary>
    public IEnumerable<ConfigurationProblem> Errors => Problems.Where(p => p.Severity == ProblemSeverity.Error);

    /// <summary>The warnings.</summary>
    public IEnumerable<ConfigurationProblem> Warnings => Problems.Where(p => p.Severity == ProblemSeverity.Warning);
}

/// <summary>Reads configuration files. Finds all that is wrong at once and starts nothing.</summary>
internal static class ConfigurationFile
{
    // A site of 100,000 devices written out one by one is 20 MB; anything larger is not a configuration.
    private const long MaxBytes = 64L << 20;

    /// <summary>Reads a site file from disk with the process' environment.</summary>
    public static ConfigurationResult<SiteConfiguration> LoadSite(string path) => Load(path, SiteSchema.Root, SiteBinder.Bind);

    /// <summary>Reads a plant file from disk with the process' environment.</summary>
    public static ConfigurationResult<PlantConfiguration> LoadPlant(string path) => Load(path, PlantSchema.Root, PlantBinder.Bind);

    /// <summary>Reads a load profile from disk with the process' environment, and the plant file it names.</summary>
    public static ConfigurationResult<ProfileConfiguration> LoadProfile(string path) => Load(path, ProfileSchema.Root, ProfileBinder.Bind);

    /// <summary>Reads a load profile from text; a plant file is looked for beside <paramref name="file"/>.</summary>
    public static ConfigurationResult<ProfileConfiguration> ParseProfile(string file, TextReader text, Func<string, string?> environment) =>
        Parse(file, text, environment, ProfileSchema.Root, ProfileBinder.Bind);

    /// <summary>Reads a plant from text.</summary>
    public static ConfigurationResult<PlantConfiguration> ParsePlant(string file, TextReader text, Func<string, string?> environment) =>
        Parse(file, text, environment, PlantSchema.Root, PlantBinder.Bind);

    /// <summary>Whether the file is a load profile: a mapping with the key <c>stages</c> at its root. False for what cannot be read at all.</summary>
    public static bool IsProfile(string path) => HasAtRoot(path, ProfileSchema.Stages.Name);

    /// <summary>Whether the file is a plant: a mapping with the key <c>plant</c> at its root. False for what cannot be read at all.</summary>
    public static bool IsPlant(string path) => HasAtRoot(path, PlantSchema.Plant.Name);

    private static bool HasAtRoot(string path, string key)
    {
        try
        {
            using StreamReader text = new(path);
            return YamlDocumentReader.Read(text, new ProblemList(path)) is YamlMapping root && root.Entries.Any(e => e.Key.Text == key);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Loading it as a site says what is wrong with it.
            return false;
        }
    }

    /// <summary>Reads a site from text.</summary>
    public static ConfigurationResult<SiteConfiguration> ParseSite(string file, TextReader text, Func<string, string?> environment) =>
        Parse(file, text, environment, SiteSchema.Root, SiteBinder.Bind);

    /// <summary>Reads a file from disk with the process' environment.</summary>
    internal static ConfigurationResult<T> Load<T>(string path, Section root, Func<SectionReader, T?> bind)
        where T : class
    {
        try
        {
            FileInfo file = new(path);
            if (file.Exists && file.Length > MaxBytes) return Unreadable<T>(path, $"is {ByteSize.Format(file.Length)}; a configuration has at most {ByteSize.Format(MaxBytes)}");
            using StreamReader text = new(path);
            return Parse(path, text, Environment.GetEnvironmentVariable, root, bind);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Unreadable<T>(path, failure is FileNotFoundException or DirectoryNotFoundException ? "no such file" : $"cannot be read: {failure.Message}");
        }
    }

    /// <summary>Reads a configuration from text.</summary>
    internal static ConfigurationResult<T> Parse<T>(string file, TextReader text, Func<string, string?> environment, Section root, Func<SectionReader, T?> bind)
        where T : class
    {
        ProblemList problems = new(file);
        YamlNode? document = YamlDocumentReader.Read(text, problems);
        if (document is null) return new ConfigurationResult<T>(null, problems.InFileOrder);
        SectionReader reader = new(new BindingContext(problems, environment), document, document.Mark, "", root);
        // With something else than a section at the root, each missing key would only repeat what has been said.
        T? value = document is YamlMapping ? bind(reader) : null;
        return new ConfigurationResult<T>(problems.HasErrors ? null : value, problems.InFileOrder);
    }

    private static ConfigurationResult<T> Unreadable<T>(string path, string why)
        where T : class => new(null, [new ConfigurationProblem(ProblemSeverity.Error, path, 1, 1, "", why)]);
}
