using System.Text.Json;
using System.Text.Json.Serialization;

namespace HyperIngest.Core.Journal;

/// <summary>What a journal's folder says of itself, in <c>journal.json</c>.</summary>
/// <param name="Format">Version of the layout, 1.</param>
/// <param name="Id">The journal's id; sinks store it with their cursors.</param>
/// <param name="Shards">Shards it was made with.</param>
/// <param name="LargestBatch">Most readings a batch was ever allowed, 1 to 1,048,576; readers need room for it.</param>
/// <param name="Crc">CRC-32C of the other four: an id with a flipped bit would make every record a stranger's, and recovery would cut them all.</param>
internal sealed record JournalMeta(int Format, Guid Id, int Shards, int LargestBatch, uint Crc)
{
    /// <summary>Most shards a journal may have, as the pipeline's options say.</summary>
    public const int MaxShards = 64;

    private const string Name = "journal.json";
    private const int CurrentFormat = 1;

    /// <summary>Reads the folder's, or makes a new one; brings the largest batch up to date.</summary>
    /// <exception cref="InvalidDataException">Another format, another number of shards, or no such file beside shard folders.</exception>
    public static JournalMeta OpenOrCreate(string folder, int shards, int batchReadings)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path))
        {
            if (Directory.EnumerateDirectories(folder, "shard-*").Any())
            {
                throw new InvalidDataException($"{path} is missing while there are shard folders beside it: restore the file, or move the folder away and start with a new one.");
            }
            return new JournalMeta(CurrentFormat, Guid.NewGuid(), shards, batchReadings, 0).Write(folder);
        }
        JournalMeta found = Read(folder);
        if (found.Shards != shards)
        {
            throw new InvalidDataException(
                $"{path}: the journal was made with {found.Shards} shards and the configuration asks for {shards}. Devices would change shards and lose their order: "
                + $"set shards to {found.Shards}, or let the sinks take everything and start with a new folder.");
        }
        if (found.LargestBatch >= batchReadings) return found;
        return (found with { LargestBatch = batchReadings }).Write(folder);
    }

    /// <summary>Reads the folder's.</summary>
    /// <exception cref="InvalidDataException">There is none, or one of another format.</exception>
    public static JournalMeta Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) throw new InvalidDataException($"{folder} is no journal: it has no {Name}.");
        JournalMeta? meta;
        try
        {
            meta = JsonSerializer.Deserialize(File.ReadAllBytes(path), JournalMetaJson.Default.JournalMeta);
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{path} cannot be read: {broken.Message}", broken);
        }
        if (meta is not { Format: CurrentFormat, Shards: > 0 and <= MaxShards, LargestBatch: > 0 and <= JournalRecord.MaxReadings })
        {
            throw new InvalidDataException(
                $"{path}: expected format {CurrentFormat}, 1 to {MaxShards} shards and a largest batch of 1 to {JournalRecord.MaxReadings}, "
                + $"found format {meta?.Format}, {meta?.Shards} shards and a largest batch of {meta?.LargestBatch}.");
        }
        return meta.Crc == meta.Check()
            ? meta
            : throw new InvalidDataException($"{path} was changed or is damaged: its crc is {meta.Crc} and should be {meta.Check()}. Restore the file from a copy.");
    }

    private uint Check() => Crc32C.Of(System.Text.Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Format} {Id} {Shards} {LargestBatch}")));

    private JournalMeta Write(string folder)
    {
        JournalMeta checkedMeta = this with { Crc = Check() };
        string path = Path.Combine(folder, Name);
        string written = path + ".new";
        using (FileStream file = new(written, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, checkedMeta, JournalMetaJson.Default.JournalMeta);
            file.Flush(flushToDisk: true);
        }
        File.Move(written, path, overwrite: true);
        DirectorySync.Flush(folder);
        return checkedMeta;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(JournalMeta))]
internal sealed partial class JournalMetaJson : JsonSerializerContext;
