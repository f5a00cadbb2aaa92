using HyperIngest.Core;
using HyperIngest.Host.Commands.Demo.Targets;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo.Feeds;

/// <summary>The devices are OPC UA servers, and the measured pipeline subscribes to them or reads them.</summary>
internal sealed class UaFeed : IDemoFeed
{
    // A tenth of the time in which a value should have arrived: what publishing adds to a latency is half of it on average.
    private static readonly TimeSpan LongestPublishing = TimeSpan.FromMilliseconds(100);

    // What --max polls at: the shortest interval there is. A poll that is due while one is under way is skipped.
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(10);

    private readonly DemoOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly string? _serverCertificates;
    private readonly UaCertificateStore? _certificates;
    private SimulatorProcess? _simulator;
    private UaSource? _source;

    /// <summary>The feed; with security it makes the folders of certificates, so that the simulator trusts this client.</summary>
    public UaFeed(DemoOptions options, string folder, ILoggerFactory loggers)
    {
        _options = options;
        _loggers = loggers;
        if (IsSecured)
        {
            _serverCertificates = Path.Combine(folder, "certificates-plant");
            _certificates = new UaCertificateStore(Path.Combine(folder, "certificates"));
            using UaCertificate own = UaApplication.OpenOwn(_certificates);
            File.WriteAllBytes(Path.Combine(new UaCertificateStore(_serverCertificates).Trusted, "demo.der"), own.Raw);
        }
        Plant = DemoPlant.CreateOpcUa(
            new UaServerDeviceOptions { Security = [new UaEndpointSecurity(options.Policy, options.Mode)], Certificates = _serverCertificates, MaxNodesPerCall = 10_000 }, options.Devices, options.Tags);
    }

    /// <inheritdoc/>
    public string Route => $"opcua ({(_options.Read == UaDeviceMode.Subscribe ? "subscribe" : "poll")}, {OpcUaSessionSchema.Policies.Format(_options.Policy)}{(IsSecured ? $" {OpcUaSessionSchema.Modes.Format(_options.Mode)}" : "")})";

    /// <inheritdoc/>
    public PlantOptions Plant { get; }

    private bool IsSecured => _options.Policy != UaSecurityPolicy.None;

    /// <inheritdoc/>
    public void AddTo(Pipeline pipeline, Plant plant, SimulatorReady simulator)
    {
        if (_certificates is not null)
        {
            // The simulator listens, so that its certificate has been made.
            foreach (string file in Directory.EnumerateFiles(Path.Combine(_serverCertificates!, "own"), "*.der")) File.Copy(file, Path.Combine(_certificates.Trusted, Path.GetFileName(file)), overwrite: true);
        }
        UaPlantClient client = new()
        {
            Mode = _options.Read,
            Subscribe = new UaSubscribeOptions { Sampling = _options.Interval, Publishing = Publishing(_options.Interval) },
            Poll = new UaPollOptions { Interval = _options.Max ? ShortestPoll : _options.Interval },
            Session = new UaSessionOptions { EndpointUrl = "", Name = "demo", Policy = _options.Policy, Mode = _options.Mode, Certificates = _certificates },
        };
        _source = new UaSource(
            new UaSourceOptions
            {
                Name = "opcua",
                Devices = plant.UaClientOptions(simulator.Host, simulator.UaBasePort!.Value, client),
                // A subscription's latency is from when a value was due; a poll's is, as every poller's, from its answer.
                GatewayTime = _options.Read == UaDeviceMode.Subscribe ? UaGatewayTime.Source : UaGatewayTime.Arrival,
            },
            pipeline.Catalog,
            pipeline.Intake,
            pipeline.Metrics,
            _loggers);
        pipeline.AddSource(_source);
    }

    /// <inheritdoc/>
    public async Task StartAsync(SimulatorProcess simulator, CancellationToken cancellationToken)
    {
        _simulator = simulator;
        await UaPlantConnection.WaitAsync(_source!, cancellationToken, _options.Read == UaDeviceMode.Poll ? null : async () => (await simulator.StatsAsync(cancellationToken)).OpcUa!.Items >= (long)_options.Devices * _options.Tags);
    }

    /// <inheritdoc/>
    public async Task<bool> EndAsync(TimeSpan limit)
    {
        // What is read is read by the pipeline, whose own drain stops its sources first.
        if (_options.Read == UaDeviceMode.Poll) return true;
        try
        {
            // Acknowledged is what is durable in the journal.
            await _simulator!.DrainValuesAsync();
            return true;
        }
        catch (InvalidOperationException late)
        {
            _loggers.CreateLogger<UaFeed>().NotDrained(late.Message);
            return false;
        }
    }

    /// <inheritdoc/>
    public Task<Ceiling?> MeasureCeilingAsync(string plantPath, CancellationToken cancellationToken) =>
        Task.FromResult(IsSecured ? SecurityCeiling.Measure(_options.Policy, _options.Mode, UaValueBytes.Of(new Plant(Plant).Devices[0].Template, _options.Read)) : null);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static TimeSpan Publishing(TimeSpan interval)
    {
        TimeSpan half = interval / 2;
        return half > LongestPublishing ? LongestPublishing : half < ShortestPoll ? ShortestPoll : half;
    }
}
