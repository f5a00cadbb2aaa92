using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Http;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Profiles;

namespace HyperIngest.Host.Commands;

/// <summary><c>hyperingest check FILE</c>.</summary>
internal static class CheckCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Argument<string?> file = new("FILE") { Description = "The site file, a plant file or a load profile.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = CommonOptions.Json("The summary, or the problems, as one JSON object.");
        Option<bool> reference = new("--reference") { Description = "Print the reference of all keys as Markdown instead." };
        Verb verb = new("check", "Say what a site file makes, or everything that is wrong with it. Starts nothing and connects to nothing.",
            new("hyperingest check samples/site.yaml", "Devices, tags, requests a poll and readings a second; or all errors with file, line and key."),
            new("hyperingest check site.yaml --json", "The same for a program; exit code 2 when there are errors."),
            new("hyperingest check --reference", "Every key with its type, default, range and meaning."))
        {
            file, json, reference,
        };
        verb.SetAction(async (parsed, _) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(reference))
            {
                await output.WriteAsync(ConfigurationReference.Write(SiteSchema.Root) + ConfigurationReference.Write(PlantSchema.Root) + ConfigurationReference.Write(ProfileSchema.Root));
                return ExitCode.Ok;
            }
            if (parsed.GetValue(file) is not { } path) throw new UsageException("check: expected the FILE to check, or --reference");
            if (ConfigurationFile.IsProfile(path)) return await CheckProfileAsync(path, parsed.GetValue(json), parsed.InvocationConfiguration);
            if (ConfigurationFile.IsPlant(path)) return await CheckPlantAsync(path, parsed.GetValue(json), parsed.InvocationConfiguration);
            ConfigurationResult<SiteConfiguration> result = ConfigurationFile.LoadSite(path);
            if (parsed.GetValue(json)) await WriteJsonAsync(output, path, result);
            else await WriteTextAsync(output, parsed.InvocationConfiguration.Error, path, result);
            return result.Value is null ? ExitCode.Usage : ExitCode.Ok;
        });
        return verb;
    }

    private static async Task<int> CheckPlantAsync(string path, bool json, InvocationConfiguration io)
    {
        ConfigurationResult<PlantConfiguration> result = ConfigurationFile.LoadPlant(path);
        Plant? plant = result.Value?.Plant;
        if (json)
        {
            object? summary = plant is null ? null : new { Plant = plant.Options.Name, Devices = plant.Devices.Count, Tags = plant.TagCount, Ports = plant.PortCount + plant.UaPortCount };
            await io.Output.WriteLineAsync(JsonSerializer.Serialize(new { File = path, Ok = plant is not null, result.Problems, Summary = summary }, StatusJson.Options));
        }
        else
        {
            foreach (ConfigurationProblem problem in result.Problems) await io.Error.WriteLineAsync(problem.ToString());
            await (plant is null
                ? io.Error.WriteLineAsync(Count(path, result))
                : io.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{path}: ok\n  plant       {plant.Options.Name}\n  devices     {plant.Devices.Count:N0} with {plant.TagCount:N0} tags, {plant.PortCount + plant.UaPortCount:N0} ports")));
        }
        return plant is null ? ExitCode.Usage : ExitCode.Ok;
    }

    private static async Task<int> CheckProfileAsync(string path, bool json, InvocationConfiguration io)
    {
        ConfigurationResult<ProfileConfiguration> result = ConfigurationFile.LoadProfile(path);
        LoadProfile? profile = result.Value?.Profile;
        RateCurve? curve = profile?.Curve;
        if (json)
        {
            object? summary = profile is null ? null : new { profile.Name, Plant = result.Value!.Plant.Options.Name, Tags = result.Value.Plant.TagCount, curve!.Seconds, PeakPerS = curve.Peak, Readings = Math.Round(curve.Readings), Faults = profile.Faults.Count };
            await io.Output.WriteLineAsync(JsonSerializer.Serialize(new { File = path, Ok = profile is not null, result.Problems, Summary = summary }, StatusJson.Options));
        }
        else
        {
            foreach (ConfigurationProblem problem in result.Problems) await io.Error.WriteLineAsync(problem.ToString());
            await (profile is null
                ? io.Error.WriteLineAsync(Count(path, result))
                : io.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{path}: ok\n  profile     {profile.Name}\n  plant       {result.Value!.Plant.Options.Name}: {result.Value.Plant.Devices.Count:N0} devices with {result.Value.Plant.TagCount:N0} tags\n  load        {curve!.Readings:N0} readings in {curve.Seconds:N0} s, {curve.Peak:N0}/s at most\n  faults      {profile.Faults.Count}")));
        }
        return profile is null ? ExitCode.Usage : ExitCode.Ok;
    }

    private static string Count<T>(string path, ConfigurationResult<T> result)
        where T : class
    {
        int errors = result.Errors.Count();
        return $"{path}: {errors} {(errors == 1 ? "error" : "errors")}";
    }

    private static async Task WriteTextAsync(TextWriter output, TextWriter error, string path, ConfigurationResult<SiteConfiguration> result)
    {
        foreach (ConfigurationProblem problem in result.Problems) await error.WriteLineAsync(problem.ToString());
        if (result.Value is not { } site)
        {
            await error.WriteLineAsync(Count(path, result));
            return;
        }
        SiteSummary summary = SiteSummary.Of(site);
        CultureInfo format = CultureInfo.InvariantCulture;
        await output.WriteLineAsync($"{path}: ok");
        await output.WriteLineAsync(string.Create(format, $"  node        {summary.Node}, {summary.Shards} {(summary.Shards == 1 ? "shard" : "shards")}"));
        await output.WriteLineAsync(string.Create(format, $"  devices     {summary.Devices:N0} with {summary.Series:N0} tags, {summary.Connections:N0} connections"));
        await output.WriteLineAsync(string.Create(format, $"  requests    {summary.RequestsPerPoll:N0} a poll of all devices, {summary.RequestsPerSecond:N0}/s"));
        await output.WriteLineAsync(string.Create(format, $"  readings    {summary.ReadingsPerSecond:N0}/s{(summary.Unpaced > 0 ? $", and {summary.Unpaced} devices polled without pause" : "")}{(summary.Subscribed > 0 ? $", and what {summary.Subscribed:N0} subscribed devices send" : "")}"));
        await output.WriteLineAsync(string.Create(format, $"  journal     {summary.Journal}, {ByteSize.Format((long)summary.JournalBytesPerDay >> 20 << 20)} a day, fsync {summary.Fsync}"));
        if (summary.Sources.Count > 0) await output.WriteLineAsync($"  sources     {string.Join(", ", summary.Sources)}");
        await output.WriteLineAsync($"  sinks       {(summary.Sinks.Count == 0 ? "none: the journal is the store" : string.Join(", ", summary.Sinks))}");
        await output.WriteLineAsync($"  http        {summary.Http}");
    }

    private static async Task WriteJsonAsync(TextWriter output, string path, ConfigurationResult<SiteConfiguration> result) =>
        await output.WriteLineAsync(JsonSerializer.Serialize(
            new { File = path, Ok = result.Value is not null, result.Problems, Summary = result.Value is { } site ? SiteSummary.Of(site) : null },
            StatusJson.Options));
}
