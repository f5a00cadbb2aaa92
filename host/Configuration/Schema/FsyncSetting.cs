using HyperIngest.Core;
using HyperIngest.Core.Journal;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The value of <c>journal.fsync</c>: a policy or an interval.</summary>
internal readonly record struct FsyncSetting(FsyncPolicy Policy, TimeSpan Interval)
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    /// <summary>How it is written.</summary>
    public static ScalarType<FsyncSetting> Type { get; } = new(
        "duration or choice", "1ms to 1m, every-batch, never", "an interval such as 100ms, 1ms to 1m, or one of every-batch, never", TryParse,
        value => value.Policy switch
        {
            FsyncPolicy.EveryBatch => "every-batch",
            FsyncPolicy.Never => "never",
            _ => Duration.Format(value.Interval),
        },
        ["every-batch", "never"]);

    private static bool TryParse(string text, out FsyncSetting value)
    {
        value = text switch
        {
            "every-batch" => new FsyncSetting(FsyncPolicy.EveryBatch, new JournalOptions { Path = "" }.FsyncInterval),
            "never" => new FsyncSetting(FsyncPolicy.Never, new JournalOptions { Path = "" }.FsyncInterval),
            _ => default,
        };
        if (value != default) return true;
        bool isDuration = Duration.TryParse(text, out TimeSpan interval) && interval >= Least && interval <= Most;
        value = new FsyncSetting(FsyncPolicy.Interval, interval);
        return isDuration;
    }
}
