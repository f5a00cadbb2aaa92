using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class ThinningCrashTests : IDisposable
{
    private const int PerRecord = 900;
    private const long SegmentBytes = 2 * (64 + (PerRecord * 32));
    private const long Limit = 3 * SegmentBytes;

    private readonly JournalRig _rig = new();
    private readonly ClassedJournal _classed;

    public ThinningCrashTests()
    {
        _classed = new ClassedJournal(_rig);
        _rig.Options = _rig.Options with { Retention = new JournalRetention { LimitBytes = Limit, MaxBytes = long.MaxValue } };
    }

    public void Dispose()
    {
        _classed.Journal?.Dispose();
        _rig.Dispose();
    }

    private void OpenWith(JournalOptions options, int records)
    {
        _rig.Options = options;
        _classed.Open();
        _classed.Shard.SetCursor("down", JournalPosition.Start);
        if (records > 0) _classed.Append(records, PerRecord);
    }

    [Fact]
    public void A_kill_between_any_two_steps_loses_nothing_that_was_not_told()
    {
        JournalOptions sound = _rig.Options;
        int step = 0, killAt = int.MaxValue, kills = 0;
        string crashed = "";
        void Step()
        {
            if (++step != killAt) return;
            // The files as a kill leaves them here: what the exception makes the pass tidy up comes later.
            _rig.CopyTo(crashed);
            throw new KillException();
        }
        JournalOptions mortal = sound with
        {
            CreateSegment = (path, bytes) =>
            {
                Step();
                Microsoft.Win32.SafeHandles.SafeFileHandle file = sound.CreateSegment(path, bytes);
                Step();
                return file;
            },
            FlushToDisk = file =>
            {
                Step();
                sound.FlushToDisk(file);
                Step();
            },
            ReplaceFile = (from, to) =>
            {
                Step();
                sound.ReplaceFile(from, to);
                Step();
            },
        };
        OpenWith(mortal, records: 22);
        while (true)
        {
            step = 0;
            killAt = kills + 1;
            crashed = $"{_rig.Folder}-{kills}";
            try
            {
                _classed.Retain();
                break;
            }
            catch (KillException)
            {
                kills++;
            }
            killAt = int.MaxValue;
            _classed.Journal.Dispose();
            _rig.UseFolder(crashed);
            HashSet<long> told = [];
            foreach (System.Text.Json.JsonElement line in _classed.Losses())
            {
                long first = line.GetProperty("from_time").GetDateTime().Ticks - JournalRig.FirstTime;
                long last = line.GetProperty("to_time").GetDateTime().Ticks - JournalRig.FirstTime;
                told.UnionWith(JournalRig.Range(first, last + 1).Where(n => ClassificationNames.NameOf(ClassedJournal.ClassOf(n)) == line.GetProperty("class").GetString()));
            }
            OpenWith(mortal, records: 0);
            Assert.Empty(Directory.GetFiles(_rig.Folder, "*.thin", SearchOption.AllDirectories));
            HashSet<long> there = [.. _classed.NumbersFrom(JournalPosition.Start)];
            Assert.All(JournalRig.Range(0, _rig.Next), n => Assert.True(there.Contains(n) || told.Contains(n), $"{n} went untold at step {kills}"));
            Assert.DoesNotContain(told, n => ClassedJournal.ClassOf(n) == Classification.Alarm);
            Assert.Empty(_rig.ReadAll(_classed.Journal).Gaps);
        }
        Assert.True(kills > 20, $"{kills} steps");
        Assert.True(_classed.Journal.Bytes <= Limit);
    }

    [Fact]
    public void A_thinning_that_left_its_file_behind_is_forgotten_at_the_next_start()
    {
        OpenWith(_rig.Options, records: 14);
        string left = Path.ChangeExtension(_rig.SegmentFiles()[1], ".thin");
        _classed.Journal.Dispose();
        File.WriteAllBytes(left, new byte[5000]);
        _classed.Open();
        Assert.False(File.Exists(left));
        Assert.Equal(JournalRig.Range(0, _rig.Next), _classed.NumbersFrom(JournalPosition.Start));
    }

    [Fact]
    public void A_disk_with_no_room_for_the_new_file_keeps_the_old_one_tells_nothing_and_goes_on_when_there_is_room()
    {
        JournalOptions sound = _rig.Options;
        bool full = true;
        OpenWith(
            sound with { CreateSegment = (path, bytes) => full && path.EndsWith(".thin", StringComparison.Ordinal) ? throw new IOException("No space left on device") : sound.CreateSegment(path, bytes) },
            records: 14);
        Assert.Throws<IOException>(_classed.Retain);
        Assert.Empty(_classed.Losses());
        Assert.Equal(0, _classed.Journal.DroppedReadings);
        Assert.Equal(JournalRig.Range(0, _rig.Next), _classed.NumbersFrom(JournalPosition.Start));
        full = false;
        _classed.Retain();
        Assert.True(_classed.Journal.Bytes <= Limit);
        _classed.AssertAccountsForAll(_rig.Next);
    }

    [Fact]
    public void A_replacement_that_fails_is_told_once_and_counted_once_when_it_succeeds()
    {
        JournalOptions sound = _rig.Options;
        bool failing = true;
        OpenWith(sound with { ReplaceFile = (from, to) => { if (failing) throw new IOException("the disk failed"); sound.ReplaceFile(from, to); } }, records: 14);
        for (int i = 0; i < 3; i++)
        {
            Assert.Throws<IOException>(_classed.Retain);
            Assert.Equal(0, _classed.Journal.DroppedReadings);
        }
        failing = false;
        _classed.Retain();
        Assert.True(_classed.Journal.DroppedReadings > 0);
        // What was announced for a segment that then needed no thinning is there still, and is all that was told too much.
        Assert.Equal(_classed.Losses().Count, _classed.Losses().Select(l => l.GetRawText()).Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_thinned_segment_with_a_torn_tail_or_flipped_bytes_gives_what_is_whole_and_says_what_is_not(int seed)
    {
        OpenWith(_rig.Options, records: 14);
        _classed.Retain();
        _classed.Journal.Dispose();
        Random random = new(seed);
        string pristine = _rig.Folder;
        for (int i = 0; i < 60; i++)
        {
            _rig.CopyTo(Path.Combine(Path.GetDirectoryName(pristine)!, $"damaged-{i}"));
            _rig.UseFolder(Path.Combine(Path.GetDirectoryName(pristine)!, $"damaged-{i}"));
            // The thinned segment is the last one: a newer one was lost, or had nothing whole.
            string[] files = _rig.SegmentFiles();
            int last = random.Next(0, files.Length - 2);
            foreach (string newer in files[(last + 1)..]) File.Delete(newer);
            _classed.Open();
            List<long> whole = _classed.NumbersFrom(JournalPosition.Start);
            _classed.Journal.Dispose();

            long length = new FileInfo(files[last]).Length;
            bool torn = random.Next(2) == 0;
            if (torn)
            {
                using FileStream file = new(files[last], FileMode.Open, FileAccess.Write);
                file.SetLength(random.NextInt64(0, length));
            }
            else
            {
                JournalRig.Flip(files[last], random.NextInt64(0, length), (byte)(1 << random.Next(8)));
            }
            _classed.Open();
            List<long> left = _classed.NumbersFrom(JournalPosition.Start);
            Assert.Empty(left.Except(whole));
            // What is missing is said to be; a hole that was torn off or hit was empty.
            if (left.Count < whole.Count) Assert.True(_classed.Journal.Cuts.Count > 0 || _rig.ReadAll(_classed.Journal).Gaps.Count > 0 || (torn && !File.Exists(files[last])) || FellShort(files[last]));
            _classed.Append(1, PerRecord);
            Assert.Equal(PerRecord, _classed.NumbersFrom(JournalPosition.Start).Count - left.Count);
            _classed.Journal.Dispose();
            _rig.UseFolder(pristine);
        }
        bool FellShort(string file) => new FileInfo(file).Length < SegmentBytes;
    }

    private sealed class KillException : Exception
    {
    }
}
