using HyperIngest.Core;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Running;

namespace HyperIngest.Tests.Unit.Host;

/// <summary>A node whose state a test sets and whose calls it reads.</summary>
internal sealed class FakeNode : INode
{
    public List<string> Calls { get; } = [];

    public NodeReadiness Ready { get; set; } = new(true, []);

    public List<FakeSource> FakeSources { get; } = [];

    public TaskCompletionSource Failing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Exception? StartFailure { get; set; }

    /// <summary>What the drain finds cannot be saved; null for nothing.</summary>
    public Exception? Unsaved { get; set; }

    public TimeSpan DrainedWith { get; private set; }

    public long Readings { get; set; } = 1_234_567;

    public IReadOnlyList<IReadingSource> Sources => FakeSources;

    public MetricRegistry Metrics { get; } = new();

    public Task Failure => Failing.Task;

    public NodeStatus Status() => new(
        "edge-1", NodeState.Running, DateTime.UtcNow.AddMinutes(-1), Readings,
        [new ShardStatus(0, Readings, 12, 64, 1024)],
        new JournalStatus("/var/j", 3 << 20, 64L << 30, Readings, Readings, true, 0, null),
        [new LaneStatusLine("historian", 0, "retrying", false, 1000, 4096, 2.5, 3, 1, "connection refused")]);

    public NodeReadiness Readiness() => Ready;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Calls.Add("start");
        Started.TrySetResult();
        return StartFailure is null ? Task.CompletedTask : Task.FromException(StartFailure);
    }

    public Task DrainAsync(TimeSpan sinkTime)
    {
        Calls.Add("drain");
        DrainedWith = sinkTime;
        if (Unsaved is not null) Failing.TrySetException(Unsaved);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Calls.Add("dispose");
        Metrics.Dispose();
        return default;
    }
}

/// <summary>A source with the devices a test gives it.</summary>
internal sealed class FakeSource(params DeviceStatus[] devices) : IReadingSource
{
    public string Name => "modbus";

    public IReadOnlyList<DeviceStatus> Devices { get; } = devices;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;
}
