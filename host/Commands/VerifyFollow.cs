using System.Globalization;
using HyperIngest.Core.Records;
using HyperIngest.Kafka;
using HyperIngest.LoadGen.Verify;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands;

/// <summary>Reads Kafka topics back for <c>hyperingest verify</c>: what is there, or with <c>--follow</c> what is still being written.</summary>
internal static class VerifyFollow
{
    /// <summary>The line on standard output that says that the topics are being read.</summary>
    public const string Ready = "following";

    /// <summary>What a line that tells of progress begins with; the number of readings read follows.</summary>
    public const string Progress = "read ";

    // Often enough for who must not run ahead of the reader.
    private static readonly TimeSpan ProgressPause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Reads the topics into a spool. With <paramref name="follow"/> it says <see cref="Ready"/>, then how far it is, and goes on until <paramref name="input"/> ends; then, or at once, it reads what
    /// there is to the end.
    /// </summary>
    public static async Task<KafkaReadback> ReadAsync(
        string brokers, string[] topics, string? format, string spool, bool follow, TextReader input, TextWriter output, ILogger logger)
    {
        if (topics.Length == 0) throw new UsageException("verify: --kafka needs --topic NAME");
        RecordFormat? expected = null;
        if (format is not null)
        {
            if (!RecordFormats.TryParse(format.AsSpan(), out RecordFormat named)) throw new UsageException($"verify: --format: expected json, protobuf or columnar, found '{format}'");
            expected = named;
        }
        KafkaReadback readback = new(
            new KafkaReadbackOptions { Client = new KafkaClientOptions { Brokers = brokers, ClientId = "hyperingest-verify" }, Topics = topics, Format = expected, SpoolPath = spool }, logger);
        try
        {
            readback.Begin();
            using CancellationTokenSource produced = new();
            if (!follow) await produced.CancelAsync();
            // A thread of its own: it waits in the library.
            Task reading = Task.Factory.StartNew(() => readback.Follow(produced.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (follow)
            {
                await output.WriteLineAsync(Ready);
                await output.FlushAsync();
                // Standard input reads without a thread in name only.
                Task ended = Task.Run(input.ReadToEnd);
                while (!ended.IsCompleted && !reading.IsCompleted)
                {
                    await Task.WhenAny(ended, reading, Task.Delay(ProgressPause));
                    await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Progress}{readback.Readings}"));
                    await output.FlushAsync();
                }
                await produced.CancelAsync();
            }
            await reading;
            return readback;
        }
        catch
        {
            readback.Dispose();
            throw;
        }
    }
}
