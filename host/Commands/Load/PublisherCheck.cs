using System.Globalization;
using HyperIngest.Host.Commands.Chaos;
using HyperIngest.Host.Commands.Demo;
using HyperIngest.Host.Commands.Demo.Feeds;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Profiles;
using HyperIngest.LoadGen.Report;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Host.Commands.Load;

/// <summary>
/// The <see cref="GeneratorCheck"/> of devices that publish: as fast as the broker takes it, to a subscriber that is no product. What is found is the generator's and the broker's together, which no run can
/// tell apart.
/// </summary>
internal static class PublisherCheck
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    // The broker always has something to give, and a few MiB are all it keeps.
    private const long MostMessagesAhead = 10_000;

    /// <summary>Measures it for <paramref name="time"/>, with publishers of their own.</summary>
    public static async Task<GeneratorCeiling> MeasureAsync(LoadPlan plan, MqttBroker broker, string plantPath, TimeSpan time, LoadProgress progress, CancellationToken stop)
    {
        progress.Phase("generator: the publishers as fast as the broker passes them on, messages not decoded");
        MqttSourceOptions subscribed = PlantSubscription.OptionsOf(plan.Plant, broker.Client, "load", MqttGatewayTime.Arrival);
        long messages = plan.Plant.Nodes.Sum(n => n.DeviceCount * MessagesOf(n.Options, plan.Plant.Devices[n.FirstDevice].Template.Tags.Count));
        double messageReadings = plan.Plant.PublishedTagCount / (double)messages;
        (double perSecond, _) = await BareSubscriber.MeasureAsync(
            broker.Client,
            OwnSession.Of(OwnProgram.With("sim", plantPath, "--control")),
            new BareSubscription
            {
                Filters = [.. subscribed.Rules.Select(r => new MqttSubscription(FilterOf(r.Topic), r.Qos))],
                MessageReadings = messageReadings,
                MostAhead = (long)(MostMessagesAhead * messageReadings),
                WarmUp = WarmUp,
                Time = time,
                Begin = (simulator, cancellationToken) => simulator.BeginPublishingAtMostAsync(cancellationToken),
            },
            stop);
        return new GeneratorCeiling(
            string.Create(CultureInfo.InvariantCulture, $"the plant's publishers through {broker.Description} to a bare subscriber, messages not decoded, {time.TotalSeconds:0.0} s"), Math.Round(perSecond));
    }

    // A place is a level: that is what a rule makes of it, too.
    private static string FilterOf(string topic) => string.Join('/', topic.Split('/').Select(level => level.Contains('{', StringComparison.Ordinal) ? "+" : level));

    private static long MessagesOf(MqttPublishOptions publish, int tags) => (tags + publish.MessageReadings - 1) / publish.MessageReadings;
}
