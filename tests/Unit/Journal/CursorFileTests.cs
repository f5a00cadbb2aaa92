using HyperIngest.Core.Journal;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class CursorFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-cursor-").FullName;

    private string File0 => Path.Combine(_folder, "cursors", "pg%2Fmain-00.cursor");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private JournalPosition? Load()
    {
        using CursorFile file = CursorFile.Open(_folder, "pg/main", 0);
        return file.Cursor;
    }

    private void Store(params JournalPosition[] cursors)
    {
        using CursorFile file = CursorFile.Open(_folder, "pg/main", 0);
        foreach (JournalPosition cursor in cursors) file.Store(cursor);
    }

    [Fact]
    public void A_noted_cursor_outlives_the_process_and_leaves_the_durable_one_alone()
    {
        string path;
        using (CursorFile file = CursorFile.Open(_folder, "kafka", 0))
        {
            file.Store(new JournalPosition(64, 1));
            for (int i = 1; i <= 5; i++) file.Note(new JournalPosition(64 + (i * 32), 0));
        }
        using (CursorFile file = CursorFile.Open(_folder, "kafka", 0)) Assert.Equal(new JournalPosition(224, 0), file.Cursor);

        // As a power cut leaves it that tore the one write that was not flushed.
        path = Assert.Single(Directory.EnumerateFiles(Path.Combine(_folder, "cursors")));
        byte[] bytes = File.ReadAllBytes(path);
        // The first store is number 1, in the slot at 512; what was noted is number 2, at 0.
        bytes[10] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        using (CursorFile file = CursorFile.Open(_folder, "kafka", 0))
        {
            Assert.Equal(new JournalPosition(64, 1), file.Cursor);
            file.Note(new JournalPosition(96, 0));
        }
        using (CursorFile file = CursorFile.Open(_folder, "kafka", 0)) Assert.Equal(new JournalPosition(96, 0), file.Cursor);
    }

    [Fact]
    public void A_new_sink_has_no_cursor() => Assert.Null(Load());

    [Fact]
    public void The_cursor_stored_last_comes_back_also_when_it_lies_before_the_one_before()
    {
        Store(new(100, 0), new(900, 7));
        Assert.Equal(new JournalPosition(900, 7), Load());
        Store(new JournalPosition(50, 3));
        Assert.Equal(new JournalPosition(50, 3), Load());
    }

    [Fact]
    public void A_sinks_cursor_is_not_anothers_nor_another_shards()
    {
        Store(new JournalPosition(100, 0));
        using CursorFile other = CursorFile.Open(_folder, "pg/main", 1);
        Assert.Null(other.Cursor);
        using CursorFile named = CursorFile.Open(_folder, "../pg", 0);
        Assert.Null(named.Cursor);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(_folder, "cursors")).Length);
    }

    [Fact]
    public void A_write_torn_at_any_byte_leaves_the_cursor_before_it()
    {
        Store(new(100, 1), new(200, 2), new(300, 3));
        byte[] after = File.ReadAllBytes(File0);
        Store(new JournalPosition(400, 4));
        byte[] next = File.ReadAllBytes(File0);
        // The fourth goes to the slot at 0; so far it has been written up to `torn`.
        for (int torn = 0; torn <= 24; torn++)
        {
            byte[] bytes = [.. after];
            next.AsSpan(0, torn).CopyTo(bytes);
            File.WriteAllBytes(File0, bytes);
            bool written = bytes.AsSpan(0, 24).SequenceEqual(next.AsSpan(0, 24));
            Assert.Equal(written ? new JournalPosition(400, 4) : new JournalPosition(300, 3), Load());
        }
    }

    [Fact]
    public void A_flipped_bit_in_a_slot_gives_the_other_one_and_in_both_none()
    {
        Store(new(100, 1), new(200, 2));
        byte[] whole = File.ReadAllBytes(File0);
        for (int at = 0; at < 24; at++)
        {
            File.WriteAllBytes(File0, whole);
            JournalRig.Flip(File0, at, (byte)(1 << (at % 8)));
            Assert.Equal(new JournalPosition(100, 1), Load());
            JournalRig.Flip(File0, 512 + at, (byte)(1 << (at % 8)));
            Assert.Null(Load());
        }
        // And it can be stored again.
        Store(new JournalPosition(5, 5));
        Assert.Equal(new JournalPosition(5, 5), Load());
    }

    [Fact]
    public void An_empty_or_short_file_is_no_cursor()
    {
        Store(new JournalPosition(100, 1));
        File.WriteAllBytes(File0, []);
        Assert.Null(Load());
        File.WriteAllBytes(File0, new byte[23]);
        Assert.Null(Load());
    }
}
