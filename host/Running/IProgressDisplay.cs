namespace HyperIngest.Host.Running;

/// <summary>Shows how a node is doing.</summary>
internal interface IProgressDisplay
{
    /// <summary>Shows it until <paramref name="stop"/> is cancelled; returns then, without an exception.</summary>
    Task ShowAsync(INodeView node, CancellationToken stop);
}

/// <summary>Shows nothing.</summary>
internal sealed class NoProgress : IProgressDisplay
{
    /// <inheritdoc/>
    public Task ShowAsync(INodeView node, CancellationToken stop) => Task.CompletedTask;
}
