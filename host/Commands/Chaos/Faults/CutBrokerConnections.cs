using System.Globalization;
using HyperIngest.LoadGen.Kafka;

namespace HyperIngest.Host.Commands.Chaos.Faults;

/// <summary>Connections to the broker end within requests and within answers: what was carried out, the node cannot know.</summary>
internal sealed class CutBrokerConnections(KafkaChaosSink sink) : IChaosFault
{
    private const int MostCuts = 4;

    // Within the shortest of the requests and answers: what has come whole costs nothing.
    private const int MostBytes = 16;

    private static readonly KafkaApi[] Requests = [KafkaApi.Produce, KafkaApi.AddPartitionsToTxn, KafkaApi.AddOffsetsToTxn, KafkaApi.TxnOffsetCommit, KafkaApi.EndTxn];

    /// <inheritdoc/>
    public FaultKind Kind { get; } = new("cut-broker-connections", TimeSpan.Zero, TimeSpan.Zero);

    /// <inheritdoc/>
    public async Task<string> HappenAsync(ChaosStage stage, ScheduledFault fault, CancellationToken hurry)
    {
        Random random = new(fault.Seed);
        KafkaApi request = Requests[random.Next(Requests.Length)];
        bool answered = random.Next(2) == 0;
        int cuts = random.Next(1, MostCuts + 1), bytes = random.Next(MostBytes);
        BrokerFault cut = answered ? sink.Broker.Faults.CutResponse(request, bytes, cuts) : sink.Broker.Faults.CutRequest(request, bytes, cuts);
        await stage.UntilAsync((NodeSnapshot _) => cut.Left == 0, $"{cuts} connections are cut in {request}");
        // The client repairs this by itself: there is nothing to be seen at the node but that it goes on.
        TimeSpan behind = await stage.UntilAsync(seen => seen.HasCaughtUp(sink.Name), $"the lanes into {sink.Name} have caught up");
        return string.Create(CultureInfo.InvariantCulture, $"{cuts} cut in {(answered ? "the answer to" : "a request")} {request}; caught up after {behind.TotalSeconds:F1} s");
    }
}
