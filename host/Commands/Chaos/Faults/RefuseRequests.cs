using System.Globalization;
using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Host.Commands.Chaos.Faults;

/// <summary>The broker refuses requests for a while: no leader, no coordinator, too few replicas, its own time is over.</summary>
internal sealed class RefuseRequests(KafkaChaosSink sink) : IChaosFault
{
    private static readonly (KafkaApi Request, BrokerError Error)[] Ways =
    [
        (KafkaApi.Produce, BrokerError.NotLeaderForPartition),
        (KafkaApi.Produce, BrokerError.NotEnoughReplicas),
        (KafkaApi.Produce, BrokerError.RequestTimedOut),
        (KafkaApi.AddPartitionsToTxn, BrokerError.CoordinatorLoadInProgress),
        (KafkaApi.TxnOffsetCommit, BrokerError.NotCoordinator),
        (KafkaApi.EndTxn, BrokerError.NotCoordinator),
    ];

    /// <inheritdoc/>
    public FaultKind Kind { get; } = new("refuse-requests", TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(4));

    /// <inheritdoc/>
    public async Task<string> HappenAsync(ChaosStage stage, ScheduledFault fault, CancellationToken hurry)
    {
        Random random = new(fault.Seed);
        (KafkaApi request, BrokerError error) = Ways[random.Next(Ways.Length)];
        BrokerFault refused = sink.Broker.Faults.Fail(request, error, int.MaxValue);
        try
        {
            await stage.UntilAsync((NodeSnapshot _) => refused.Hits > 0, $"a {request} is refused");
            await Task.Delay(fault.Lasts, hurry).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        finally
        {
            refused.End();
        }
        TimeSpan behind = await stage.UntilAsync(seen => seen.HasCaughtUp(sink.Name), $"the lanes into {sink.Name} have caught up");
        return string.Create(CultureInfo.InvariantCulture, $"{refused.Hits:N0} {request} refused with {error} in {fault.Lasts.TotalSeconds:F1} s; caught up after {behind.TotalSeconds:F1} s");
    }
}
