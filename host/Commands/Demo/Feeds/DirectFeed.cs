using HyperIngest.Core;
using HyperIngest.LoadGen.Devices;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Feeds;

/// <summary>The measured pipeline polls the devices itself.</summary>
internal sealed class DirectFeed(DemoOptions options, ILoggerFactory loggers) : IDemoFeed
{
    /// <inheritdoc/>
    public string Route => "modbus";

    /// <inheritdoc/>
    public PlantOptions Plant { get; } = DemoPlant.Create(options.Devices, options.Tags);

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, Plant plant, SimulatorReady simulator) => pipeline.AddSource(DemoPoller.Create(options, plant, simulator, pipeline, loggers));

    /// <inheritdoc/>
    public Task StartAsync(SimulatorProcess simulator, CancellationToken cancellationToken) => Task.CompletedTask;

    // The pipeline's own drain stops its sources first.
    /// <inheritdoc/>
    public Task<bool> EndAsync(TimeSpan limit) => Task.FromResult(true);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
