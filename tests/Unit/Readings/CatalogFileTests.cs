using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Tests.Unit.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Readings;

public sealed class CatalogFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-catalog-").FullName;

    private string File0 => Path.Combine(_folder, "series.catalog");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private CatalogFile Open() => CatalogFile.Open(File0, NullLogger.Instance);

    private static SeriesDefinition Definition(int n) =>
        new($"press-{n / 6}", $"tag.{n % 6}", (ValueKind)(n % 5), n % 2 == 0 ? "bar" : "", $"site/öl/{n % 3}", "tenant", (Classification)(n % 2));

    // Three blocks: 6 series, 6 more, and texts.
    private long[] ThreeBlocks()
    {
        using CatalogFile file = Open();
        List<long> ends = [0];
        for (int n = 0; n < 6; n++) file.Catalog.Register(Definition(n));
        file.Flush();
        ends.Add(file.DurableBytes);
        for (int n = 6; n < 12; n++) file.Catalog.Register(Definition(n));
        file.Flush();
        ends.Add(file.DurableBytes);
        foreach (string text in (string[])["läuft", "stop", "日本 😀"]) Assert.True(file.Catalog.Texts.TryIntern(text, out _));
        file.Flush();
        ends.Add(file.DurableBytes);
        return [.. ends];
    }

    [Fact]
    public void Series_and_texts_come_back_with_their_numbers()
    {
        long[] ends = ThreeBlocks();
        Assert.Equal(ends[3], new FileInfo(File0).Length);
        using CatalogFile file = Open();
        using CatalogFile reader = CatalogFile.OpenRead(File0);
        foreach (SeriesCatalog catalog in (SeriesCatalog[])[file.Catalog, reader.Catalog])
        {
            Assert.Equal(12, catalog.Count);
            for (int n = 0; n < 12; n++) Assert.Equal(Definition(n), catalog[n]);
            Assert.Equal(["", "läuft", "stop", "日本 😀"], Enumerable.Range(0, catalog.Texts.Count).Select(i => catalog.Texts[i]));
        }
        Assert.Equal(7, file.Catalog.Register(Definition(7)));
        Assert.Equal(12, file.Catalog.Register(new SeriesDefinition("new", "one")));
        file.Flush();
        Assert.True(file.DurableBytes > ends[3]);
    }

    [Fact]
    public void A_flush_with_nothing_new_writes_nothing_and_allocates_nothing()
    {
        long[] ends = ThreeBlocks();
        using CatalogFile file = Open();
        file.Flush();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) file.Flush();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(ends[3], new FileInfo(File0).Length);
    }

    [Fact]
    public void A_torn_last_block_is_cut_at_any_byte_and_what_is_registered_then_comes_back()
    {
        long[] ends = ThreeBlocks();
        byte[] whole = File.ReadAllBytes(File0);
        for (long length = ends[1]; length < ends[2]; length++)
        {
            File.WriteAllBytes(File0, whole[..(int)length]);
            using (CatalogFile reader = CatalogFile.OpenRead(File0)) Assert.Equal(6, reader.Catalog.Count);
            using (CatalogFile file = Open())
            {
                Assert.Equal((6, ends[1]), (file.Catalog.Count, file.DurableBytes));
                file.Catalog.Register(new SeriesDefinition("d", "t"));
                file.Flush();
            }
            using CatalogFile again = Open();
            Assert.Equal("d", again.Catalog.DeviceOf(6));
            Assert.Equal(new FileInfo(File0).Length, again.DurableBytes);
        }
    }

    [Fact]
    public void A_damaged_block_before_others_is_refused_with_the_file_and_the_place()
    {
        long[] ends = ThreeBlocks();
        byte[] whole = File.ReadAllBytes(File0);
        for (long at = ends[0]; at < ends[2]; at++)
        {
            File.WriteAllBytes(File0, whole);
            JournalRig.Flip(File0, at, (byte)(1 << (int)(at % 8)));
            string message = Assert.Throws<InvalidDataException>(Open).Message;
            Assert.Contains($"{File0} is damaged at byte {(at < ends[1] ? 0 : ends[1])}:", message, StringComparison.Ordinal);
            Assert.Contains("Restore the file", message, StringComparison.Ordinal);
            Assert.Throws<InvalidDataException>(() => CatalogFile.OpenRead(File0));
        }
        Assert.Equal(whole.Length, new FileInfo(File0).Length);
    }

    [Fact]
    public void A_block_that_stands_twice_is_refused()
    {
        long[] ends = ThreeBlocks();
        byte[] whole = File.ReadAllBytes(File0);
        File.WriteAllBytes(File0, [.. whole[..(int)ends[2]], .. whole[(int)ends[1]..]]);
        Assert.Throws<InvalidDataException>(Open);
    }

    [Fact]
    public void Names_that_would_not_come_back_are_refused_when_they_are_registered()
    {
        SeriesCatalog catalog = new();
        Assert.Throws<ArgumentException>(() => catalog.Register(new SeriesDefinition("a\uD800", "t")));
        Assert.Throws<ArgumentException>(() => catalog.Register(new SeriesDefinition("a", "\uDC00t")));
        Assert.Throws<ArgumentException>(() => catalog.Register(new SeriesDefinition("a", "t", Unit: new string('x', SeriesCatalog.MaxNameLength + 1))));
        Assert.Equal(0, catalog.Register(new SeriesDefinition("a😀", new string('本', SeriesCatalog.MaxNameLength))));
    }

    [Fact]
    public void Texts_with_half_a_surrogate_pair_become_one_that_comes_back()
    {
        using (CatalogFile file = Open())
        {
            Assert.True(file.Catalog.Texts.TryIntern("a\uD800", out long first));
            Assert.True(file.Catalog.Texts.TryIntern("a\uDBFF", out long second));
            Assert.Equal(first, second);
            Assert.Equal("a\uFFFD", file.Catalog.Texts[first]);
            file.Flush();
        }
        using CatalogFile again = Open();
        Assert.Equal("a\uFFFD", again.Catalog.Texts[1]);
    }

    [Fact]
    public void Series_and_their_texts_are_on_the_disk_before_the_record_that_has_them()
    {
        using JournalRig rig = new();
        ReadingJournal journal = rig.Open();
        journal.Catalog.Register(new SeriesDefinition("d", "t", ValueKind.Text));
        journal.Catalog.Texts.TryIntern("on", out _);
        using (CatalogFile before = CatalogFile.OpenRead(Path.Combine(rig.Folder, "series.catalog"))) Assert.Equal(0, before.Catalog.Count);
        rig.Append(journal, 1);
        using (CatalogFile after = CatalogFile.OpenRead(Path.Combine(rig.Folder, "series.catalog"))) Assert.Equal((1, 2), (after.Catalog.Count, after.Catalog.Texts.Count));
        journal.Dispose();
    }

    [Fact]
    public void A_damaged_last_block_is_not_taken_for_a_torn_one_when_records_need_it()
    {
        using JournalRig rig = new();
        ReadingJournal journal = rig.Open();
        for (int n = 0; n < 12; n++) journal.Catalog.Register(Definition(n));
        rig.Append(journal, 12);
        rig.Kill(journal);
        string catalog = Path.Combine(rig.Folder, "series.catalog");
        byte[] whole = File.ReadAllBytes(catalog);
        for (int at = 0; at < whole.Length; at++)
        {
            File.WriteAllBytes(catalog, whole);
            JournalRig.Flip(catalog, at);
            Assert.Contains("is damaged at byte 0", Assert.Throws<InvalidDataException>(() => rig.Open()).Message, StringComparison.Ordinal);
        }
        File.WriteAllBytes(catalog, whole[..^1]);
        Assert.Throws<InvalidDataException>(() => rig.Open());
        using (ReadingJournal reader = ReadingJournal.OpenRead(rig.Folder)) Assert.Throws<InvalidDataException>(() => rig.ReadAll(reader));
        File.WriteAllBytes(catalog, whole);
        using ReadingJournal again = rig.Open();
        Assert.Equal(JournalRig.Range(0, 12), rig.ReadAll(again).Numbers);
    }

    [Fact]
    public void Six_hundred_thousand_series_come_back_and_cost_at_most_150_bytes_each()
    {
        const int devices = 1000, tags = 600;
        using (CatalogFile file = Open())
        {
            string[] names = [.. Enumerable.Range(0, tags).Select(t => $"tag-{t:D3}")];
            for (int d = 0; d < devices; d++)
            {
                string device = $"device-{d:D4}";
                foreach (string tag in names) file.Catalog.Register(new SeriesDefinition(device, tag));
            }
            file.Flush();
        }
        Assert.InRange(new FileInfo(File0).Length, devices * tags * 24, (devices * tags * 24) + 100_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using CatalogFile again = Open();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(devices * tags, again.Catalog.Count);
        Assert.Equal("tag-599", again.Catalog.TagOf((devices * tags) - 1));
        // 24 in the block read, 24 in the entry, some 28 in the dictionary, and their spare room: nothing grows by doubling.
        Assert.InRange(allocated, 0, 150L * devices * tags);
    }
}
