using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;

namespace HyperIngest.Tests.Unit.Delivery;

/// <summary>The lane tests stand on this sink: it must keep the contract too.</summary>
public sealed class ScriptedSinkLaneTests : SinkLaneContract, IAsyncDisposable
{
    public ValueTask DisposeAsync() => _sink.DisposeAsync();

    private readonly ScriptedSink _sink = new() { Poison = [13] };

    protected override SeriesCatalog Catalog { get; } = new();

    protected override long PoisonValue => 13;

    protected override Task<ISink> SinkAsync() => Task.FromResult<ISink>(_sink);

    protected override Task<long[]> StoredAsync() => Task.FromResult(_sink.Rows);

    protected override Task FailNextDeliveryAsync()
    {
        int next = _sink.Deliveries;
        _sink.Script = (n, _) => n == next ? DeliveryOutcome.Retry("scripted") : null;
        return Task.CompletedTask;
    }
}
