using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Tests.Unit.Report;

/// <summary>
/// Load runs as they might be, the same for the same seed: a ramp, a hold and a spike; devices that fall silent and devices that are slow; a sink that is away for a tenth of the
/// time, while the lane falls behind and catches up; collector pauses; and a threshold that the outage breaks.
/// </summary>
internal static class HtmlSampleRun
{
    public const string Plant = "plant: line\ndevices:\n  - name: press-[1..100]\n    tags:\n      - { name: oil.temperature, address: 0 }\n";

    /// <summary>A run of <paramref name="seconds"/> samples of a second.</summary>
    public static LoadRun Make(int seed = 1, int seconds = 600, double peak = 600_000, double speed = 1)
    {
        Random random = new(seed);
        List<LoadSample> samples = [];
        List<GcPause> pauses = [];
        (double ramp, double hold, double spike) = (seconds * 0.2, seconds * 0.8, seconds * 0.9);
        FaultSpec silence = new() { Kind = FaultKind.Silence, Devices = "press-0*", At = TimeSpan.FromSeconds(seconds * 0.3), For = TimeSpan.FromSeconds(seconds * 0.05), Repeat = TimeSpan.FromSeconds(seconds * 0.2) };
        FaultSpec delay = new() { Kind = FaultKind.Delay, Devices = "oven-*", Chance = 0.1, Pause = TimeSpan.FromMilliseconds(40), Jitter = TimeSpan.FromMilliseconds(20), At = TimeSpan.FromSeconds(seconds * 0.34), For = TimeSpan.FromSeconds(seconds * 0.1) };
        FaultMark[] faults =
        [
            new(silence, seconds * 0.3, seconds * 0.35, 12_411), new(silence, seconds * 0.5, seconds * 0.55, 11_987), new(delay, seconds * 0.34, seconds * 0.44, 48_120),
        ];
        double scheduledAll = 0, offeredAll = 0, lane = 0, journal = 0;
        for (int second = 1; second <= seconds; second++)
        {
            double due = second <= ramp ? peak * (0.1 + 0.9 * second / ramp) : second <= hold ? peak : second <= spike ? peak * 1.3 : peak * 0.3;
            bool isSilent = faults.Take(2).Any(f => second > f.From && second <= f.To);
            bool isDelayed = second > faults[2].From && second <= faults[2].To;
            double offered = due * (isSilent ? 0.9 : 1) * (1 - random.NextDouble() * 0.002);
            bool isAway = second > seconds * 0.6 && second <= seconds * 0.7;
            double room = peak * 1.45 * speed;
            double delivered = isAway ? 0 : Math.Min(room, offered + lane) * (1 - random.NextDouble() * 0.01);
            lane = Math.Max(0, lane + offered - delivered);
            journal += offered * 34;
            double behindMs = lane / room * 1000;
            double p50 = (1.6 + random.NextDouble() * 0.3) / speed, p99 = p50 * (2.5 + random.NextDouble()) + (isDelayed ? 45 : 0);
            double p999 = p99 * (1.4 + random.NextDouble() * 0.8), max = p999 * (1.2 + random.NextDouble());
            // What waited for the sink comes in the order it was due, all of a step about as late.
            (p50, p99, p999, max) = (p50 + behindMs * 0.98, p99 + behindMs, p999 + behindMs, max + behindMs);
            double paused = 0;
            for (int i = random.Next(3); i > 0; i--)
            {
                int generation = random.Next(40) switch { 0 => 2, < 5 => 1, _ => 0 };
                double ms = (0.3 + random.NextDouble() * 0.6) * (generation switch { 0 => 1, 1 => 2.5, _ => 9 });
                pauses.Add(new GcPause(second - random.NextDouble(), ms, generation));
                paused += ms;
            }
            (scheduledAll, offeredAll) = (scheduledAll + due, offeredAll + offered);
            samples.Add(new LoadSample
            {
                At = second,
                ScheduledPerS = due,
                OfferedPerS = offered,
                DeliveredPerS = delivered,
                LatencyMs = isAway ? null : new LatencyReport(p50, p99, p999, max),
                CpuCores = 0.15 + offered / peak * 1.25 / speed + random.NextDouble() * 0.06,
                SimulatorCpuCores = 0.05 + offered / peak * 0.5 + random.NextDouble() * 0.03,
                RssMb = 182 + 40 * (1 - Math.Exp(-second / 60.0)) + random.NextDouble() * 3,
                GcPauseMs = paused,
                RingFill = Math.Min(1, 0.02 + random.NextDouble() * 0.03 + (due > peak ? 0.35 * random.NextDouble() : 0)),
                JournalBytes = (long)journal,
                LaneReadings = (long)lane,
                Faults = isSilent ? 240 + random.Next(20) : random.Next(50) == 0 ? 1 : 0,
            });
        }
        LatencyPoint[] latency = Distribution(samples);
        return new LoadRun
        {
            Name = "ramp-hold-spike",
            Command = $"hyperingest load ramp-hold-spike.yaml --seed {seed} --out 'runs/spring shift'",
            ProgramVersion = "0.1.0",
            Started = new DateTime(2026, 3, 14, 9, 26, 53, DateTimeKind.Utc),
            ProfileText = $"profile: ramp-hold-spike\nstages:\n  - ramp: {{ to: {peak:0}/s, for: {ramp:0}s }}\n  - hold: {{ for: {hold - ramp:0}s }}\n  - spike: {{ to: {peak * 1.3:0}/s, for: {spike - hold:0}s }}\n  - cool: {{ to: {peak * 0.3:0}/s, for: {seconds - spike:0}s }}\nthresholds:\n  latency p99 ms: 2000\n",
            PlantText = Plant,
            Report = new LoadReport
            {
                Route = "modbus-journal-postgres",
                Seconds = seconds,
                OfferedPerS = offeredAll / seconds,
                Readings = (long)offeredAll,
                ReadingsPerS = offeredAll / seconds,
                Lost = 0,
                Duplicated = 0,
                Reordered = 0,
                Altered = 0,
                LatencyMs = new LatencyReport(1.1, 5.2, 9.8, 44),
                AllocatedBytesPerReading = 0.031,
                Gc = new GcReport(pauses.Count(p => p.Generation == 0), pauses.Count(p => p.Generation == 1), pauses.Count(p => p.Generation == 2)),
                CpuCores = samples.Average(s => s.CpuCores),
                RssMb = samples.Max(s => s.RssMb),
                Machine = new MachineInfo(2, "Some Processor @ 2.60GHz", 7_936, "Debian GNU/Linux 12 (bookworm)", ".NET 10.0.1"),
                Simulator = new SimulatorReport(samples.Average(s => s.SimulatorCpuCores), 96, offeredAll / seconds),
                Promises =
                [
                    PromiseReport.AtMost("lost", 0, 0),
                    PromiseReport.AtLeast("delivered readings/s", peak * 0.75, Math.Round(offeredAll / seconds, 1)),
                    PromiseReport.AtMost("latency p99 ms", 2000, latency.First(p => p.Share >= 0.99).Ms),
                    PromiseReport.AtMost("resident MiB", 512, Math.Round(samples.Max(s => s.RssMb), 1)),
                    PromiseReport.AtMost("not offered %", 5, Math.Round(100 * (1 - offeredAll / scheduledAll), 3)),
                ],
            },
            Offered = new OfferedReport((long)scheduledAll, (long)offeredAll, (long)scheduledAll - (long)offeredAll, 24_398),
            Generator = new GeneratorCeiling("simulator and readers into a sink that drops them", 1_240_000),
            Samples = samples,
            Stages = [new("ramp to 600,000/s", 0, ramp), new("hold 600,000/s", ramp, hold), new("spike 780,000/s", hold, spike), new("cool down", spike, seconds)],
            Faults = faults,
            Latency = latency,
            LatencyError = 1 / 128.0,
            Pauses = pauses,
        };
    }

    // Half of a step's readings at its p50, and so on, in buckets of 128 to an octave.
    private static LatencyPoint[] Distribution(List<LoadSample> samples)
    {
        SortedDictionary<int, double> buckets = [];
        foreach (LoadSample sample in samples)
        {
            if (sample.LatencyMs is not { } l) continue;
            double before = 0;
            foreach ((double share, double ms) in new[] { (0.2, l.P50 * 0.6), (0.5, l.P50), (0.8, (l.P50 + l.P99) / 2), (0.99, l.P99), (0.999, l.P999), (0.99999, (l.P999 + l.Max) / 2), (1.0, l.Max) })
            {
                int bucket = (int)Math.Ceiling(Math.Log2(ms) * 128);
                buckets[bucket] = buckets.GetValueOrDefault(bucket) + (share - before) * sample.DeliveredPerS;
                before = share;
            }
        }
        double all = buckets.Values.Sum(), sum = 0;
        return [.. buckets.Select((b, i) => new LatencyPoint(i == buckets.Count - 1 ? 1 : Math.Min(1, (sum += b.Value) / all), Math.Pow(2, b.Key / 128.0)))];
    }
}
