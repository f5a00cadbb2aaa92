using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>What <c>hyperingest verify --json</c> said.</summary>
internal sealed record VerifySummary(
    bool Clean, long Served, long Received, long Lost, long Duplicated, long Reordered, long Altered, long Unknown, long Bad,
    long Unjournalled, double UnjournalledReachMs, IReadOnlyList<string> Examples, KafkaRead? Kafka = null);

/// <summary>What the verifier read from Kafka.</summary>
internal sealed record KafkaRead(long Records, long Bytes, long Skipped, long Malformed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VerifySummary))]
internal sealed partial class VerifySummaryJson : JsonSerializerContext;

/// <summary>Runs <c>hyperingest verify</c> as a process of its own: what judges a run shares nothing with what is judged but the plant file.</summary>
internal static class VerifyChild
{
    private const string ConnectionVariable = "HYPERINGEST_DEMO_POSTGRES";

    /// <summary>Reads the journal back.</summary>
    /// <exception cref="InvalidOperationException">The verifier failed; the message has what it said.</exception>
    public static Task<VerifySummary> OfJournalAsync(string plantPath, string servedPath, string journalPath, CancellationToken cancellationToken) =>
        RunAsync(OwnProgram.With("verify", plantPath, "--served", servedPath, "--journal", journalPath, "--json"), cancellationToken);

    /// <summary>Reads the tables behind <paramref name="connection"/> back.</summary>
    /// <exception cref="InvalidOperationException">The verifier failed; the message has what it said.</exception>
    public static Task<VerifySummary> OfPostgresAsync(string plantPath, string servedPath, string connection, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = OwnProgram.With("verify", plantPath, "--served", servedPath, "--postgres", $"${{{ConnectionVariable}}}", "--schema", DemoDatabase.Schema, "--json");
        // By the environment, because a command line is there for every user to read.
        start.Environment[ConnectionVariable] = connection;
        return RunAsync(start, cancellationToken);
    }

    /// <summary>Runs a <c>verify --json</c> of the caller's making.</summary>
    /// <exception cref="InvalidOperationException">The verifier failed; the message has what it said.</exception>
    public static async Task<VerifySummary> RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("The verifier did not start.");
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode is not (ExitCode.Ok or ExitCode.Broken)) throw new InvalidOperationException($"The verifier ended with code {process.ExitCode}: {(await error).Trim()}");
        return JsonSerializer.Deserialize(await output, VerifySummaryJson.Default.VerifySummary)
            ?? throw new InvalidOperationException("The verifier printed no report.");
    }
}
