using System.Diagnostics;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.LoadGen.Report;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.LoadGen.Profiles;

/// <summary>The <see cref="GeneratorCheck"/> of OPC UA servers: they are read by sessions that count answers and look at no value in them.</summary>
public static class UaGeneratorCheck
{
    // A request is answered while the next lies in the socket; more are no faster.
    private const int InFlight = 4;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Reads a simulator's servers for <paramref name="time"/>. Its served counts go up by it: take one that no run will read.</summary>
    /// <param name="plant">The plant, of servers that offer the policy None to anybody.</param>
    /// <param name="simulator">Where it is simulated.</param>
    /// <param name="time">How long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<GeneratorCeiling> MeasureAsync(Plant plant, SimulatorReady simulator, TimeSpan time, CancellationToken cancellationToken)
    {
        PlantDevice[] asked = GeneratorCheck.Spread([.. plant.Devices.Where(d => d.OpcUa is not null)]);
        UaClient?[] clients = await Task.WhenAll(asked.Select(d => TryOpenAsync(UaPlantClient.EndpointOf(simulator.Host, simulator.UaBasePort!.Value, d), cancellationToken))).ConfigureAwait(false);
        Asker[] askers = [];
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            askers = [.. clients.Zip(asked).Where(pair => pair.First is not null).SelectMany(pair => AskersOf(pair.First!.Services, pair.Second))];
            long started = Stopwatch.GetTimestamp();
            foreach (Asker asker in askers) asker.Ask();
            await Task.Delay(time, cancellationToken).ConfigureAwait(false);
            long readings = askers.Sum(a => a.End());
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            return new GeneratorCeiling(
                FormattableString.Invariant($"the plant's simulator, {asked.Length} {(asked.Length == 1 ? "session" : "sessions")} with {InFlight} Reads under way, values not decoded, {seconds:0.0} s"),
                Math.Round(readings / seconds));
        }
        finally
        {
            foreach (UaClient? client in clients)
            {
                if (client is not null) await client.DisposeAsync().ConfigureAwait(false);
            }
            // Nothing is under way any more.
            foreach (Asker asker in askers) asker.Dispose();
        }
    }

    // A server that misbehaves from its start on gives nothing; when the check is given up, those that were opened still have to be closed.
    private static async Task<UaClient?> TryOpenAsync(string endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await UaClient.OpenAsync(new UaSessionOptions { EndpointUrl = endpoint, Name = "generator-check" }, NullLogger.Instance, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception none) when (none is UaException or OperationCanceledException)
        {
            return null;
        }
    }

    // The tags in as many Reads as the server's limit makes of them, each asked for in turn.
    private static IEnumerable<Asker> AskersOf(IUaServices services, PlantDevice device)
    {
        UaServerDeviceOptions server = device.OpcUa!;
        PreparedRead[] reads =
        [
            .. device.Template.Tags.Select((tag, i) => new ReadValueId(UaDeviceVariables.NodeOf(server, i, tag.Name))).Chunk(services.Limits.NodesPerRead)
                .Select(nodes => new PreparedRead(nodes, TimestampsToReturn.Source)),
        ];
        return Enumerable.Range(0, InFlight).Select(first => new Asker(services, reads, first));
    }

    /// <summary>Asks again when it is answered, until it is to end or is answered no more.</summary>
    private sealed class Asker(IUaServices services, PreparedRead[] reads, int first) : IUaPending, IDisposable
    {
        // The first answer may come before the first request's send has returned.
        private readonly Lock _asking = new();
        private readonly UaBuffer _request = new();
        private int _next = first % reads.Length;

        // Written by the channel's loop; read by whoever ends it.
        private long _readings;

        // Written by whoever ends it.
        private volatile bool _hasEnded;

        public void Ask()
        {
            lock (_asking)
            {
                _request.Clear();
                reads[_next].Write(new UaWriter(_request), services.Header(RequestTimeout));
                try
                {
                    services.Send(_request, this, RequestTimeout);
                }
                catch (UaException)
                {
                    // The channel is gone; what was read until then counts.
                }
            }
        }

        public long End()
        {
            _hasEnded = true;
            return Volatile.Read(ref _readings);
        }

        public void Complete(ReadOnlySpan<byte> message)
        {
            if (_hasEnded) return;
            try
            {
                UaMessages.OpenResponse(message, UaEncodingIds.ReadResponse, "Read");
            }
            catch (UaException)
            {
                // Refused: its session or its nodes are gone, and it would be again.
                return;
            }
            Volatile.Write(ref _readings, _readings + reads[_next].Count);
            _next = (_next + 1) % reads.Length;
            Ask();
        }

        // Cut off, or no answer in time; what was read until then counts.
        public void Fail(UaException reason) => _hasEnded = true;

        public void Dispose() => _request.Dispose();
    }
}
