using HyperIngest.Host.Configuration;

namespace HyperIngest.Host.Commands;

/// <summary>Loads a configuration file for a verb and says what is wrong with it.</summary>
internal static class SiteLoading
{
    /// <summary>The site, or null after all its errors were written to <paramref name="error"/>. Warnings are written either way.</summary>
    public static Task<SiteConfiguration?> LoadAsync(string path, TextWriter error) => ReportAsync(path, ConfigurationFile.LoadSite(path), error);

    /// <summary>The plant, or null after all its errors were written to <paramref name="error"/>.</summary>
    public static Task<PlantConfiguration?> LoadPlantAsync(string path, TextWriter error) => ReportAsync(path, ConfigurationFile.LoadPlant(path), error);

    /// <summary>The load profile, or null after all its errors were written to <paramref name="error"/>.</summary>
    public static Task<ProfileConfiguration?> LoadProfileAsync(string path, TextWriter error) => ReportAsync(path, ConfigurationFile.LoadProfile(path), error);

    private static async Task<T?> ReportAsync<T>(string path, ConfigurationResult<T> result, TextWriter error)
        where T : class
    {
        foreach (ConfigurationProblem problem in result.Problems) await error.WriteLineAsync(problem.ToString());
        int errors = result.Errors.Count();
        if (errors > 0) await error.WriteLineAsync($"{path}: {errors} {(errors == 1 ? "error" : "errors")}; nothing was started");
        return result.Value;
    }
}
