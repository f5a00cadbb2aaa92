using System.Text.Json;
using HyperIngest.Core.Polling;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Profiles;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// The part of the conversation that is about publishers: <c>publish begin</c> has them publish as the plant says, once all are connected, and <c>publish begin JSON</c> by a pace
/// (<see cref="SimulatorPace"/>); <c>publish curve</c> begins the pace's measured time; both answer with the times (<see cref="SimulatorPublishing"/>). After <c>publish pause</c> nothing is due any more,
/// after <c>publish drain</c> the broker has all that was; both answer like stats.
/// </summary>
internal sealed class PublishControl(Simulator simulator, TextWriter output)
{
    // Within the 30 s that the parent waits for an answer.
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(25);

    // In a moment to come, so that no publish of the curve is late because of the telling.
    private const long UntilCurve = 20 * TimeSpan.TicksPerMillisecond;

    private ProfilePace? _pace;

    /// <summary>The publishers' numbers; null when there are none.</summary>
    public static SimulatorPublishStats? Stats(Simulator simulator)
    {
        if (simulator.Publishing is not { } publishing) return null;
        MqttPublishCounts counts = publishing.Counts;
        return new SimulatorPublishStats(
            counts.Nodes, counts.Ready, counts.Opened, counts.Messages, counts.Births, counts.Rebirths, counts.SentAgain, counts.Refused, counts.Unsettled,
            Late(0.5), Late(0.99), Math.Round(publishing.Lateness.Max.TotalMilliseconds, 3));

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
                case ["curve"]:
                    await BeginCurveAsync(publishing).ConfigureAwait(false);
                    return;
                case ["pause"]:
                    publishing.Pause();
                    break;
                case ["drain"]:
                    await simulator.DrainAsync(cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    await SimulatorControl.FailAsync(output, $"publish: expected begin, begin JSON, curve, pause or drain, found '{what}'").ConfigureAwait(false);
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
        await publishing.WaitReadyAsync(ConnectLimit, cancellationToken).ConfigureAwait(false);
        _pace = pace;
        publishing.Begin(pace);
        await AnswerAsync(publishing.Clock.Schedule!.From, IPollPace.Never).ConfigureAwait(false);
    }

    private Task BeginCurveAsync(MqttPublishing publishing)
    {
        if (_pace is not { } pace) return SimulatorControl.FailAsync(output, "publish curve: there is no pace; expected publish begin JSON before it");
        pace.Begin(publishing.Clock.Now + UntilCurve);
        return AnswerAsync(pace.Begins, pace.Ends);
    }

    private Task AnswerAsync(long begins, long ends) => SimulatorControl.WriteAsync(
        output, new SimulatorPublishing(At(begins), ends == IPollPace.Never ? null : At(ends)), SimulatorJson.Default.SimulatorPublishing);

    private DateTime At(long ticks) => new(simulator.Publishing!.Clock.UtcOf(ticks), DateTimeKind.Utc);
}
