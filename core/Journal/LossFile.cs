using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace HyperIngest.Core.Journal;

/// <summary>
/// <c>losses.jsonl</c>: a line for readings of one class in one segment that went before every sink had them. Durable before they go. A line that cannot be written waits for the next
/// that can; one that was told, and whose readings then could not be taken out, is not told again when they are.
/// </summary>
internal sealed class LossFile
{
    private const string Name = "losses.jsonl";

    private readonly string _path;
    private readonly Action<SafeFileHandle> _flush;
    private readonly ILogger _logger;
    private readonly List<string> _untold = [];
    private readonly HashSet<LossEvent> _announced = [];

    public LossFile(string journalPath, Action<SafeFileHandle> flush, ILogger logger)
    {
        _path = Path.Combine(journalPath, Name);
        _flush = flush;
        _logger = logger;
    }

    /// <summary>Tells what is about to go; when that fails, <see cref="TellRest"/> has it still to do.</summary>
    public void Tell(List<LossEvent> losses)
    {
        foreach (LossEvent loss in losses)
        {
            if (_announced.Add(loss)) _untold.Add(JsonSerializer.Serialize(loss, LossEventJson.Default.LossEvent));
        }
        try
        {
            TellRest();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            JournalLog.LossNotTold(_logger, _path, failed);
        }
    }

    /// <summary>What was announced has gone; tells what could not be told before.</summary>
    /// <exception cref="IOException">There is no room even now; what was not told is told with the next.</exception>
    public void Gone(List<LossEvent> losses)
    {
        _announced.ExceptWith(losses);
        TellRest();
    }

    /// <summary>Tells what could not be told before.</summary>
    /// <exception cref="IOException">It cannot be told now either.</exception>
    public void TellRest()
    {
        if (_untold.Count == 0) return;
        byte[] lines = Encoding.UTF8.GetBytes(string.Concat(_untold.Select(l => l + "\n")));
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        long end = RandomAccess.GetLength(file);
        try
        {
            RandomAccess.Write(file, lines, end);
            _flush(file);
        }
        catch
        {
            // Half a line helps nobody.
            RandomAccess.SetLength(file, end);
            throw;
        }
        _untold.Clear();
    }
}

/// <summary>A line of <c>losses.jsonl</c>: readings that went before every sink had them.</summary>
internal sealed record LossEvent(string Event, string Class, int Shard, long FromOffset, long ToOffset, long Readings, DateTime FromTime, DateTime ToTime);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LossEvent))]
internal sealed partial class LossEventJson : JsonSerializerContext;
