using HyperIngest.Core.Journal;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class FolderTests : IDisposable
{
    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_second_opener_is_told_that_the_folder_is_in_use()
    {
        using (ReadingJournal journal = _rig.Open())
        {
            IOException refused = Assert.Throws<IOException>(() => _rig.Open());
            Assert.Contains(_rig.Folder, refused.Message, StringComparison.Ordinal);
            Assert.Contains("in use by another process", refused.Message, StringComparison.Ordinal);
            Assert.True(ReadingJournal.IsInUse(_rig.Folder));
        }
        Assert.False(ReadingJournal.IsInUse(_rig.Folder));
        _rig.Open().Dispose();
    }

    [Fact]
    public void A_refused_opener_leaves_the_folder_to_the_next()
    {
        _rig.Open().Dispose();
        Assert.Throws<InvalidDataException>(() => _rig.Open(shards: 2));
        _rig.Open().Dispose();
    }

    [Fact]
    public void Another_number_of_shards_is_refused_with_both_numbers()
    {
        _rig.Open(shards: 2).Dispose();
        string message = Assert.Throws<InvalidDataException>(() => _rig.Open(shards: 3)).Message;
        Assert.Contains("made with 2 shards and the configuration asks for 3", message, StringComparison.Ordinal);
        Assert.Contains("journal.json", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_meta_file_beside_shards_is_refused()
    {
        _rig.Open().Dispose();
        File.Delete(Path.Combine(_rig.Folder, "journal.json"));
        Assert.Contains("is missing while there are shard folders", Assert.Throws<InvalidDataException>(() => _rig.Open()).Message, StringComparison.Ordinal);
        Assert.Contains("is no journal", Assert.Throws<InvalidDataException>(() => ReadingJournal.OpenRead(_rig.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_changed_byte_of_the_meta_file_is_refused_or_means_nothing_and_never_costs_a_record()
    {
        ReadingJournal first = _rig.Open();
        _rig.Append(first, 40);
        _rig.Kill(first);
        string path = Path.Combine(_rig.Folder, "journal.json");
        byte[] whole = File.ReadAllBytes(path);
        int refused = 0;
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 1;
            File.WriteAllBytes(path, changed);
            try
            {
                using ReadingJournal journal = _rig.Open();
                Assert.Equal(JournalRig.Range(0, 40), _rig.ReadAll(journal).Numbers);
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("journal.json", e.Message, StringComparison.Ordinal);
                refused++;
            }
        }
        Assert.True(refused > whole.Length / 2);
        File.WriteAllBytes(path, whole);
        using ReadingJournal again = _rig.Open();
        Assert.Equal(JournalRig.Range(0, 40), _rig.ReadAll(again).Numbers);
    }

    [Fact]
    public void An_absurd_number_of_shards_in_the_meta_file_is_refused_before_anything_is_made_of_it()
    {
        _rig.Open().Dispose();
        string path = Path.Combine(_rig.Folder, "journal.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"shards\": 1", "\"shards\": 2000000000", StringComparison.Ordinal));
        Assert.Contains("1 to 64 shards", Assert.Throws<InvalidDataException>(() => ReadingJournal.OpenRead(_rig.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_larger_batch_is_remembered_for_the_readers()
    {
        _rig.Open().Dispose();
        using (JournalRig larger = new(batchReadings: 5000))
        {
            larger.Options = larger.Options with { Path = _rig.Folder };
            ReadingJournal.Open(larger.Options, 1, 5000, new(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance).Dispose();
        }
        using ReadingJournal journal = ReadingJournal.OpenRead(_rig.Folder);
        Assert.Equal(5000, journal.LargestBatch);
    }
}
