using System.Buffers;
using System.Globalization;
using System.Text.Json;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Core.Delivery;

/// <summary>
/// Readings no sink would take, as JSON lines in one folder, with all that is needed to put them right: names, times, value, its raw bits, the reason, and the
/// place in the journal. Every letter is on the disk before <see cref="Write"/> returns. In the same files, records a source could not read: see <see cref="WriteRecord"/>.
/// Shared by all lanes and sources of a process.
/// </summary>
public sealed class DeadLetters : IDisposable
{
    /// <summary>What the files' names match.</summary>
    public const string FilePattern = "dead-letters-*.jsonl";

    // A sixteenth of the folder's limit a file: deleting the oldest costs at most that much of the past.
    private const int FilesInFolder = 16;

    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly SeriesCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Counter _deletedFiles;
    private readonly Counter _deletedLetters;

    // All below: under _writing.
    private readonly Lock _writing = new();
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private FileStream? _file;
    private int _filesMade;

    // Letters of records that are written and not forced yet.
    private bool _unforced;

    /// <summary>Dead letters in <paramref name="folder"/>, which is made with the first letter.</summary>
    public DeadLetters(
        string folder, DeadLetterOptions options, SeriesCatalog catalog, MetricRegistry metrics, ILogger logger, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytes, 4096);
        _folder = folder;
        _maxBytes = options.MaxBytes;
        _catalog = catalog;
        _logger = logger;
        _time = time ?? TimeProvider.System;
        _deletedFiles = metrics.Counter("hyperingest_dead_letter_files_deleted_total", "Dead-letter files deleted because the folder was at its limit.");
        _deletedLetters = metrics.Counter("hyperingest_dead_letters_deleted_total", "Dead letters deleted with their files.");
    }

    /// <summary>Writes one letter and forces it to the disk.</summary>
    /// <exception cref="IOException">It is not on the disk: the lane must not move past the reading.</exception>
    public void Write(in Reading reading, LaneIdentity identity, string sink, JournalPosition position, string reason)
    {
        lock (_writing)
        {
            _line.ResetWrittenCount();
            Compose(reading, identity, sink, position, reason);
            FileStream file = FileFor(_line.WrittenCount);
            try
            {
                file.Write(_line.WrittenSpan);
                file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                // Half a line may be in it: the next letter starts a new file.
                CloseFile();
                throw;
            }
        }
    }

    /// <summary>
    /// Writes a letter for a record that came from upstream and is no readings. It is forced to the disk by <see cref="Force"/>: a whole topic may be unreadable, and one fsync then
    /// does for all that were consumed together.
    /// </summary>
    /// <exception cref="IOException">It is not written: the record must not count as taken.</exception>
    public void WriteRecord(in RecordLetter record)
    {
        lock (_writing)
        {
            _line.ResetWrittenCount();
            record.Compose(_line, _time.GetUtcNow().UtcDateTime);
            FileStream file = FileFor(_line.WrittenCount);
            try
            {
                file.Write(_line.WrittenSpan);
                _unforced = true;
            }
            catch (IOException)
            {
                CloseFile();
                throw;
            }
        }
    }

    /// <summary>Forces the letters of records to the disk.</summary>
    /// <exception cref="IOException">They may not be there: the records must not count as taken.</exception>
    public void Force()
    {
        lock (_writing)
        {
            if (_unforced) _file?.Flush(flushToDisk: true);
            _unforced = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing) CloseFile();
    }

    private void Compose(in Reading reading, LaneIdentity identity, string sink, JournalPosition position, string reason)
    {
        using (Utf8JsonWriter json = new(_line))
        {
            json.WriteStartObject();
            json.WriteString("at", _time.GetUtcNow().UtcDateTime);
            json.WriteString("sink", sink);
            json.WriteString("node", identity.Node);
            json.WriteString("journal", identity.JournalId);
            json.WriteNumber("shard", identity.Shard);
            json.WriteString("position", position.ToString());
            json.WriteString("reason", reason);
            json.WriteNumber("series", reading.SeriesId);
            if ((uint)reading.SeriesId < (uint)_catalog.Count) ComposeNames(json, reading);
            ComposeTime(json, "gatewayTime", reading.GatewayTime);
            if (reading.SourceTime != 0) ComposeTime(json, "sourceTime", reading.SourceTime);
            json.WriteString("status", string.Create(CultureInfo.InvariantCulture, $"0x{reading.Status:X8}"));
            json.WriteString("statusName", StatusCodes.NameOf(reading.Status));
            json.WriteString("valueBits", string.Create(CultureInfo.InvariantCulture, $"0x{reading.ValueBits:X16}"));
            json.WriteEndObject();
        }
        _line.Write("\n"u8);
    }

    private void ComposeNames(Utf8JsonWriter json, in Reading reading)
    {
        SeriesDefinition series = _catalog[reading.SeriesId];
        json.WriteString("device", series.Device);
        json.WriteString("tag", series.Tag);
        if (series.Tenant.Length > 0) json.WriteString("tenant", series.Tenant);
        json.WriteString("kind", series.Kind.ToString());
        switch (series.Kind)
        {
            case ValueKind.Float64 when double.IsFinite(reading.Float64):
                json.WriteNumber("value", reading.Float64);
                break;
            case ValueKind.Float64:
                json.WriteString("value", reading.Float64.ToString(CultureInfo.InvariantCulture));
                break;
            case ValueKind.Int64:
                json.WriteNumber("value", reading.ValueBits);
                break;
            case ValueKind.UInt64:
                json.WriteNumber("value", (ulong)reading.ValueBits);
                break;
            case ValueKind.Bool:
                json.WriteBoolean("value", reading.ValueBits != 0);
                break;
            case ValueKind.Text when (ulong)reading.ValueBits < (ulong)_catalog.Texts.Count:
                json.WriteString("value", _catalog.Texts[reading.ValueBits]);
                break;
            default:
                json.WriteNull("value");
                break;
        }
    }

    // A poison time may be no time at all: then its ticks stand there as a number.
    private static void ComposeTime(Utf8JsonWriter json, string name, long ticks)
    {
        if ((ulong)ticks <= (ulong)DateTime.MaxValue.Ticks) json.WriteString(name, new DateTime(ticks, DateTimeKind.Utc));
        else json.WriteNumber(name, ticks);
    }

    private FileStream FileFor(int bytes)
    {
        long limit = Math.Max(_maxBytes / FilesInFolder, 1);
        if (_file is not null && _file.Length > 0 && _file.Length + bytes > limit)
        {
            // Nobody forces a file that is not the current one any more.
            if (_unforced) _file.Flush(flushToDisk: true);
            _unforced = false;
            CloseFile();
        }
        MakeRoom(bytes);
        if (_file is not null) return _file;
        Directory.CreateDirectory(_folder);
        while (true)
        {
            string name = string.Create(
                CultureInfo.InvariantCulture, $"dead-letters-{_time.GetUtcNow():yyyyMMdd'T'HHmmssfff}-{Environment.ProcessId:D7}-{_filesMade++:D6}.jsonl");
            string path = Path.Combine(_folder, name);
            if (File.Exists(path)) continue;
            // No buffer: a letter is one write.
            return _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
    }

    private void MakeRoom(int bytes)
    {
        DirectoryInfo folder = new(_folder);
        if (!folder.Exists) return;
        FileInfo[] files = folder.GetFiles(FilePattern);
        // Names begin with the time they were made: ordinal order is age.
        Array.Sort(files, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        long held = 0;
        foreach (FileInfo file in files) held += file.Length;
        for (int i = 0; i < files.Length && held + bytes > _maxBytes; i++)
        {
            if (_file is not null && files[i].FullName == Path.GetFullPath(_file.Name)) CloseFile();
            long letters = File.ReadLines(files[i].FullName).LongCount();
            held -= files[i].Length;
            files[i].Delete();
            _deletedFiles.Add();
            _deletedLetters.Add(letters);
            LaneEvents.LettersDeleted(_logger, _folder, _maxBytes, files[i].Name, letters);
        }
    }

    private void CloseFile()
    {
        FileStream? file = _file;
        _file = null;
        file?.Dispose();
    }
}
