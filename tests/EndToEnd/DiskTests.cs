using System.Diagnostics;
using System.Net;

namespace HyperIngest.Tests.EndToEnd;

/// <summary>A disk that is full for a while.</summary>
[Collection(NodeCollection.Name)]
public sealed class DiskTests : IDisposable
{
    private readonly string _disk = Directory.CreateTempSubdirectory("hyperingest-disk-").FullName;
    private readonly bool _mounted;

    public DiskTests()
    {
        // A file system of its own is what fills up; only root can mount one.
        Assert.True(Environment.IsPrivilegedProcess, "This test mounts a small tmpfs: run it as root.");
        Run("mount", "-t", "tmpfs", "-o", "size=24m", "hyperingest-test", _disk);
        _mounted = true;
    }

    public void Dispose()
    {
        if (_mounted) Run("umount", "--lazy", _disk);
        Directory.Delete(_disk);
    }

    [Fact]
    public async Task A_full_disk_stops_intake_says_so_and_loses_nothing()
    {
        // One shard, whose ring is full soon after its journal refuses.
        await using NodeRig rig = await NodeRig.StartAsync(new NodeRigOptions { Journal = Path.Combine(_disk, "journal"), Segment = "1MiB", Shards = 1, Ring = 8192 });
        using (NodeUnderTest node = await rig.RunAsync())
        {
            await node.UntilMoreAsync(10_000);
            string ballast = Path.Combine(_disk, "ballast");
            Fill(ballast);
            await node.UntilAsync(async () => (await node.ReadyAsync()).Code == HttpStatusCode.ServiceUnavailable, "readiness is false");
            (_, string body) = await node.ReadyAsync();
            Assert.Contains(rig.JournalFolder, body, StringComparison.Ordinal);
            Assert.False((await node.StatusAsync()).GetProperty("journal").GetProperty("accepts_readings").GetBoolean());
            await node.UntilAsync(async () => await node.MetricAsync("hyperingest_modbus_polls_delayed_total") > 0, "polls wait for room in the ring");
            Assert.True(await node.MetricAsync("hyperingest_journal_refusals_total") > 0);
            Assert.Equal(1, await node.MetricAsync("hyperingest_shard_intake_stopped"));

            File.Delete(ballast);
            await node.UntilAsync(async () => (await node.ReadyAsync()).Code == HttpStatusCode.OK, "ready again by itself");
            Assert.Equal(0, await node.MetricAsync("hyperingest_shard_intake_stopped"));
            await node.UntilMoreAsync(20_000);
            await node.DrainAsync();
        }
        NodeRig.AssertClean(await rig.VerifyJournalAsync(await rig.ServedAsync()));
    }

    private static void Fill(string path)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[64 * 1024];
        while (block.Length > 0)
        {
            try
            {
                file.Write(block);
            }
            catch (IOException)
            {
                // Full for this block: to the last page.
                block = block.Length > 4096 ? new byte[block.Length / 2] : [];
            }
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}");
    }
}
