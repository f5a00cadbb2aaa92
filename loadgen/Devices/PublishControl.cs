using System.Globalization;
using System.Text.Json;
using HyperIngest.Core.Polling;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Profiles;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// The part of the conversation that is about publishers: <c>publish begin</c> has them publish as the plant says, once all are connected and, the first time, have sent their births again, and <c>publish begin JSON</c> by a pace
/// (<see cref="SimulatorPace"/>), <c>publish max</c> as fast as the broker takes it; <c>publish curve [MS]</c> begins the pace's measured time, in so many ms; all of these answer with the times (<see cref="SimulatorPublishing"/>). After <c>publish pause</c> nothing is due any more,
/// after <c>publish drain</c> the broker has all that was; both answer like stats.
/// </summary>
internal sealed class PublishControl(Simulator simulator, TextWriter output)
{
    // Within the 30 s that the parent waits for an answer.
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(25);

    // In a moment to come, so that no publish of the curve is late because of the telling, and no publish that is due after its end was chosen before.
    private const long AMoment = 20 * TimeSpan.TicksPerMillisecond;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private ProfilePace? _pace;

    /// <summary>The publishers' numbers; null when there are none.</summary>
    public static SimulatorPublishStats? Stats(Simulator simulator)
    {
        if (simulator.Publishing is not { } publishing) return null;
        MqttPublishCounts counts = publishing.Counts;
        return new SimulatorPublishStats(
            counts.Nodes, counts.Ready, counts.Opened, counts.Messages, counts.Births, counts.Rebirths, counts.SentAgain, counts.Refused, counts.Unsettled,
            Late(0.5), Late(0.99), Math.Round(publishing.Lateness.Max.TotalMilliseconds, 3),
            publishing.Curve);

        double Late(double share) => Math.Round(publishing.Lateness.Percentile(share).TotalMilliseconds, 3);
    }

    /// <summary>Carries out what stands behind <c>publish</c>, and answers.</summary>
    public async Task RunAsync(string what, CancellationToken cancellationToken)
    {
        if (simulator.Publishing is not { } publishing)
        {
            await SimulatorControl.FailAsync(output, $"publish: no device of plant {simulator.Plant.Options.Name} publishes").ConfigureAwait(false);
            return;
        }
        try
        {
            switch (what.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                case ["begin"]:
                    await BeginAsync(publishing, null, cancellationToken).ConfigureAwait(false);
                    return;
                case ["begin", string json]:
                    await BeginAsync(publishing, PaceOf(json), cancellationToken).ConfigureAwait(false);
                    return;
                case ["max"]:
                    await BeginAtMostAsync(publishing, cancellationToken).ConfigureAwait(false);
                    return;
                case ["curve"]:
                    await BeginCurveAsync(publishing, 0).ConfigureAwait(false);
                    return;
                case ["curve", string lead] when int.TryParse(lead, NumberStyles.None, CultureInfo.InvariantCulture, out int ms):
                    await BeginCurveAsync(publishing, ms).ConfigureAwait(false);
                    return;
                case ["pause"]:
                    await EndPaceAsync(publishing, cancellationToken).ConfigureAwait(false);
                    publishing.Pause();
                    break;
                case ["drain"]:
                    await EndPaceAsync(publishing, cancellationToken).ConfigureAwait(false);
                    await simulator.DrainAsync(cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    await SimulatorControl.FailAsync(output, $"publish: expected begin, begin JSON, max, curve, curve MS, pause or drain, found '{what}'").ConfigureAwait(false);
                    return;
            }
            await SimulatorControl.WriteAsync(output, SimulatorControl.Stats(simulator), SimulatorJson.Default.SimulatorStats).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is TimeoutException or JsonException or ArgumentException)
        {
            await SimulatorControl.FailAsync(output, $"publish: {failed.Message}").ConfigureAwait(false);
        }
    }

    /// <summary>Has the broker have all of it before the connections end; what it does not take in time, the verifier will miss.</summary>
    public async Task DrainBeforeStopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await simulator.DrainAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            await Console.Error.WriteLineAsync($"{simulator.Plant.Options.Name}: {late.Message}; it ends all the same").ConfigureAwait(false);
        }
    }

    private ProfilePace? PaceOf(string json)
    {
        SimulatorPace wanted = JsonSerializer.Deserialize(json, SimulatorJson.Default.SimulatorPace) ?? throw new JsonException("expected a JSON object such as {\"warm_up\":1000}, found null");
        if (!(wanted.WarmUp > 0)) throw new ArgumentException($"warm_up: expected a rate above 0, found {wanted.WarmUp}");
        IReadOnlyList<SimulatorPacePiece> pieces = wanted.Pieces ?? [new SimulatorPacePiece(wanted.WarmUp, wanted.WarmUp, 1)];
        return new ProfilePace(new RateCurve([.. pieces.Select(p => new RatePiece(p.From, p.To, p.Seconds))]), simulator.Plant.PublishedTagCount, wanted.WarmUp);
    }

    private async Task BeginAsync(MqttPublishing publishing, ProfilePace? pace, CancellationToken cancellationToken)
    {
        await ReadyAsync(publishing, cancellationToken).ConfigureAwait(false);
        _pace = pace;
        publishing.Begin(pace);
        await AnswerAsync(publishing.Clock.Schedule!.From, IPollPace.Never).ConfigureAwait(false);
    }

    // Before the first data: whoever subscribes did so after the parent had started the publishers.
    private static async Task ReadyAsync(MqttPublishing publishing, CancellationToken cancellationToken)
    {
        await publishing.WaitReadyAsync(ConnectLimit, cancellationToken).ConfigureAwait(false);
        if (publishing.Clock.Schedule is null) await publishing.AnnounceAsync(ConnectLimit, cancellationToken).ConfigureAwait(false);
    }

    private async Task BeginAtMostAsync(MqttPublishing publishing, CancellationToken cancellationToken)
    {
        await ReadyAsync(publishing, cancellationToken).ConfigureAwait(false);
        _pace = null;
        publishing.BeginAtMost();
        await AnswerAsync(publishing.Clock.Schedule!.From, IPollPace.Never).ConfigureAwait(false);
    }

    private Task BeginCurveAsync(MqttPublishing publishing, int leadMs)
    {
        if (_pace is not { } pace) return SimulatorControl.FailAsync(output, "publish curve: there is no pace; expected publish begin JSON before it");
        publishing.BeginCurve(pace, publishing.Clock.Now + Math.Max(AMoment, leadMs * TimeSpan.TicksPerMillisecond));
        return AnswerAsync(pace.Begins, pace.Ends);
    }

    // Whoever publishes may have looked at the clock and not yet at the pace: its end is ahead of every such look, and waited for.
    private async Task EndPaceAsync(MqttPublishing publishing, CancellationToken cancellationToken)
    {
        if (_pace is not { } pace || pace.Begins == IPollPace.Never) return;
        pace.End(publishing.Clock.Now + AMoment);
        while (publishing.Clock.Now < pace.Ends) await Task.Delay(Look, cancellationToken).ConfigureAwait(false);
    }

    private Task AnswerAsync(long begins, long ends) => SimulatorControl.WriteAsync(
        output, new SimulatorPublishing(At(begins), ends == IPollPace.Never ? null : At(ends)), SimulatorJson.Default.SimulatorPublishing);

    private DateTime At(long ticks) => new(simulator.Publishing!.Clock.UtcOf(ticks), DateTimeKind.Utc);
}
