using System.Diagnostics;
using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Journal;

public sealed class FullDiskTests : IDisposable
{
    private const long DiskBytes = 8 << 20;

    private readonly JournalRig _rig = new(batchReadings: 4096);
    private readonly SmallDisk _disk = new(DiskBytes);

    public void Dispose()
    {
        _rig.Dispose();
        _disk.Dispose();
    }

    [Fact]
    public void A_full_disk_refuses_appends_and_they_go_on_when_there_is_room_and_nothing_taken_is_lost()
    {
        JournalOptions options = _disk.Journal(segmentBytes: 1 << 20);
        ReadingJournal journal = ReadingJournal.Open(options, 1, 4096, new MetricRegistry(), NullLogger.Instance);
        string filler = _disk.Fill(leave: 3 << 20);

        AppendOutcome outcome;
        do
        {
            ReadingBatch batch = _rig.Filled(1000);
            outcome = journal.Shard(0).Append(batch);
            if (outcome.Appended) _rig.Next += 1000;
            batch.Release();
        }
        while (outcome.Appended);
        Assert.Contains(options.Path, outcome.Reason, StringComparison.Ordinal);
        long taken = _rig.Next;
        Assert.True(taken > 30_000, $"{taken} readings fitted into 3 MiB");
        for (int i = 0; i < 20; i++) Assert.False(journal.Shard(0).Append(_rig.Filled(1000)).Appended);
        Assert.Equal(JournalRig.Range(0, taken), _rig.ReadAll(journal).Numbers);
        journal.Shard(0).Sync();

        File.Delete(filler);
        for (int i = 0; i < 30; i++) _rig.Append(journal, 1000);
        (List<long> numbers, List<LostRange> gaps) = _rig.ReadAll(journal);
        Assert.Equal(JournalRig.Range(0, taken + 30_000), numbers);
        Assert.Empty(gaps);
        journal.Dispose();

        using ReadingJournal again = ReadingJournal.Open(options, 1, 4096, new MetricRegistry(), NullLogger.Instance);
        Assert.Empty(again.Cuts);
        Assert.Equal(JournalRig.Range(0, taken + 30_000), _rig.ReadAll(again).Numbers);
    }

    [Fact]
    public void A_disk_that_is_full_to_the_last_byte_still_lets_the_journal_close_in_order_and_open_again()
    {
        JournalOptions options = _disk.Journal(segmentBytes: 1 << 20);
        long end;
        using (ReadingJournal journal = ReadingJournal.Open(options, 1, 4096, new MetricRegistry(), NullLogger.Instance))
        {
            _rig.Append(journal, 1000);
            end = journal.Shard(0).EndOffset;
            // Preallocated: what is left of the segment is to be had on a full disk.
            _disk.Fill(leave: 0);
            _rig.Append(journal, 1000);
            end = journal.Shard(0).EndOffset;
        }
        _disk.Fill(leave: 0);
        using ReadingJournal again = ReadingJournal.Open(options, 1, 4096, new MetricRegistry(), NullLogger.Instance);
        Assert.Equal(end, again.Shard(0).EndOffset);
        Assert.Equal(JournalRig.Range(0, 2000), _rig.ReadAll(again).Numbers);
    }

    [Fact]
    public void On_a_full_disk_what_can_be_deleted_whole_goes_and_what_would_have_to_be_written_anew_waits_for_room()
    {
        JournalOptions options = _disk.Journal(segmentBytes: 1 << 20) with { Retention = new JournalRetention { LimitBytes = 2 << 20, MaxBytes = long.MaxValue } };
        MetricRegistry metrics = new();
        using ReadingJournal journal = ReadingJournal.Open(options, 1, 4096, metrics, NullLogger.Instance);
        int log = journal.Catalog.Register(new SeriesDefinition("d", "log", Classification: Classification.Log));
        int alarm = journal.Catalog.Register(new SeriesDefinition("d", "alarm", Classification: Classification.Alarm));
        journal.Shard(0).SetCursor("down", JournalPosition.Start);
        // The first three segments have every other reading an alarm, the next two none.
        const int inSegment = 7 * 4096;
        for (int i = 0; i < 5 * 7 + 1; i++)
        {
            ReadingBatch batch = _rig.Filled(4096);
            for (int n = 0; n < 4096; n++) batch.Slots[n] = new Reading(n % 8 == 0 && i < 21 ? alarm : log, 0, 0, JournalRig.FirstTime, n);
            Assert.True(journal.Shard(0).Append(batch).Appended);
            batch.Release();
        }
        journal.Shard(0).Sync();
        Assert.Equal(6, journal.Shard(0).Held.All().Length);
        string filler = _disk.Fill(leave: 0);
        JournalRetentionPass pass = new(journal, new JournalMetrics(metrics), NullLogger.Instance);
        long dropped = 0;
        try
        {
            while (pass.Apply(DateTime.UtcNow))
            {
            }
        }
        catch (IOException)
        {
            // There is no room for the first segment's new file.
        }
        dropped = journal.DroppedReadings;
        Assert.True(dropped >= 2 * inSegment, $"{dropped} dropped");
        File.Delete(filler);
        while (pass.Apply(DateTime.UtcNow))
        {
        }
        Assert.True(journal.Bytes <= 2 << 20);
        // Two of the three are enough.
        Assert.Equal((2 * inSegment * 7 / 8) + (2 * inSegment), journal.DroppedReadings);
        Assert.Equal(3 * inSegment / 8, Alarms(journal, alarm));
    }

    private int Alarms(ReadingJournal journal, int alarm)
    {
        using JournalReader reader = journal.Shard(0).OpenReader(JournalPosition.Start);
        ReadingBatch batch = _rig.Pool.Rent();
        int alarms = 0;
        while (reader.TryRead(batch) is { Status: not ReadStatus.AtEnd } outcome)
        {
            if (outcome.Status != ReadStatus.Read) continue;
            foreach (ref readonly Reading reading in batch.Readings) alarms += reading.SeriesId == alarm ? 1 : 0;
        }
        batch.Release();
        return alarms;
    }

    /// <summary>
    /// A file system of a few MiB: a tmpfs where this process may mount one. Where it may not, a folder whose segments are refused, as a full disk refuses them, once those MiB are
    /// given out.
    /// </summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly long _bytes;
        private readonly bool _mounted;
        private readonly Dictionary<string, long> _fillers = [];

        public SmallDisk(long bytes)
        {
            _bytes = bytes;
            Folder = Directory.CreateTempSubdirectory("hyperingest-disk-").FullName;
            (int exit, string said) = Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "tmpfs", Folder);
            _mounted = exit == 0;
            // Anything but a lack of rights is a broken test.
            Assert.True(_mounted || said.Contains("permi", StringComparison.OrdinalIgnoreCase) || said.Contains("superuser", StringComparison.Ordinal), said);
        }

        public string Folder { get; }

        public JournalOptions Journal(long segmentBytes)
        {
            JournalOptions options = new() { Path = Path.Combine(Folder, "journal"), SegmentBytes = segmentBytes };
            if (_mounted) return options;
            return options with
            {
                CreateSegment = (path, bytes) => Free < bytes
                    ? throw new IOException($"Failed to create '{path}' with allocation size '{bytes}' because the disk was full.")
                    : File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
            };
        }

        private long Free => _mounted
            ? new DriveInfo(Folder).AvailableFreeSpace
            : _bytes - _fillers.Where(f => File.Exists(f.Key)).Sum(f => f.Value) - Directory.GetFiles(Folder, "*.seg", SearchOption.AllDirectories).Length * (1L << 20);

        /// <summary>Makes a file that leaves at most <paramref name="leave"/> bytes.</summary>
        public string Fill(long leave)
        {
            string path = Path.Combine(Folder, $"filler-{_fillers.Count}");
            _fillers[path] = Math.Max(0, Free - leave);
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            byte[] block = new byte[4096];
            while (_mounted && Free > leave) file.Write(block);
            return path;
        }

        public void Dispose()
        {
            if (_mounted) Assert.Equal(0, Run("umount", Folder).Exit);
            Directory.Delete(Folder, recursive: true);
        }

        private static (int Exit, string Said) Run(string program, params string[] arguments)
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, said);
        }
    }
}
