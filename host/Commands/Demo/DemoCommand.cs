using System.CommandLine;
using HyperIngest.Core.Records;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Host.Logging;
using HyperIngest.Host.Running;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Report;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Source;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Commands.Demo;

/// <summary><c>hyperingest demo</c>.</summary>
internal static class DemoCommand
{
    // The runtime hands a signal to a thread of its own; on a busy machine that takes milliseconds.
    private static readonly TimeSpan SignalsLag = TimeSpan.FromMilliseconds(500);

    // As many values a second as the others have by default, from few servers with many nodes each: how OPC UA is used.
    private const int UaDevices = 100;
    private const int UaTags = 6000;

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Option<int> seconds = Number("--seconds", "N", "Seconds measured, after 5 s of warm-up.", 30, 1, 86_400);
        Option<int> devices = Number("--devices", "N", "Simulated devices, each with a socket of its own; with --source opcua 100 when it is not said.", 1000, 1, 20_000);
        Option<int?> tags = new("--tags") { Description = "Tags a device, 1 to 10,000. Default: 600; 50 when every reading is a JSON message of its own; 6,000 with --source opcua.", HelpName = "N" };
        Option<TimeSpan?> interval = CommonOptions.Choice("--interval", "TIME", "Time from poll to poll, or from change to change. Default: 1s.",
            Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), null));
        Option<bool> max = new("--max") { Description = "Poll, or publish, without pause: as many readings as will go." };
        Option<string?> source = new("--source") { Description = "modbus, mqtt or opcua: what the devices speak. Default: modbus.", HelpName = "SOURCE" };
        Option<MqttPublishFormat?> payload = CommonOptions.Choice("--payload", "FORMAT", "With --source mqtt: sparkplug (100 metrics a message) or json (a message a reading). Default: sparkplug.", PublishSchema.Format.Type);
        Option<string?> qos = new("--qos") { Description = "With --source mqtt: 0 or 1. Default: 0, as Sparkplug has it.", HelpName = "QOS" };
        Option<BrokerAddress?> broker = CommonOptions.Choice("--broker", "URL", "Broker of yours, mqtt://host:port or mqtts://host:port. Default: a private mosquitto.", BrokerAddress.Type);
        Option<string?> user = new("--broker-user") { Description = $"User at your broker; the password is taken from the environment variable {PlantFile.PasswordVariable}.", HelpName = "NAME" };
        Option<UaDeviceMode?> read = CommonOptions.Choice("--read", "HOW", "With --source opcua: subscribe or poll. Default: subscribe.", OpcUaReadingSchema.Read.Type);
        Option<UaSecurityPolicy?> policy = CommonOptions.Choice("--policy", "POLICY", "With --source opcua: None, Basic256Sha256, Aes128_Sha256_RsaOaep or Aes256_Sha256_RsaPss. Default: None.", OpcUaSessionSchema.Policies);
        Option<UaSecurityMode?> mode = CommonOptions.Choice("--mode", "MODE", "With --policy: Sign or SignAndEncrypt. Default: SignAndEncrypt.", OpcUaSessionSchema.Modes);
        Option<string?> sink = new("--sink") { Description = "postgres or kafka: land the readings there too. Default: the journal alone.", HelpName = "SINK" };
        Option<string?> postgres = new("--postgres")
        {
            Description = "Npgsql connection string of a PostgreSQL of yours, or ${NAME} for one in the environment. Default: a private server in a temporary folder.",
            HelpName = "CONNECTION",
        };
        Option<string?> route = new("--route") { Description = "kafka-postgres: an edge node writes Kafka, and the measured node reads Kafka and writes PostgreSQL.", HelpName = "ROUTE" };
        Option<string?> kafka = new("--kafka") { Description = "Bootstrap brokers of a cluster of yours. Default: librdkafka's test broker in this process.", HelpName = "BROKERS" };
        Option<string?> format = new("--format") { Description = "Kafka records: json (one a reading), protobuf or columnar (one a device and delivery). Default: json; columnar between nodes.", HelpName = "FORMAT" };
        Option<bool> ceiling = new("--ceiling") { Description = "Also measure what psql \\copy, a bare Confluent.Kafka Produce loop, a bare MQTT subscriber or, with --policy, the machine's AES and HMAC reach with the same readings, and print the ratio." };
        Option<string?> data = new("--data") { Description = "Folder for the journal, kept afterwards. Default: a temporary one, deleted.", HelpName = "FOLDER" };
        Option<bool> json = CommonOptions.Json("End with the report as one JSON object on a line of its own.");
        Verb verb = new("demo", "A simulated plant, the whole way into the journal (or PostgreSQL), and a report that proves nothing was lost.",
            new("hyperingest demo", "1,000 devices with 600 tags each, polled once a second for 30 s."),
            new("hyperingest demo --max --json", "As many readings as will go; the report as JSON on the last line."),
            new("hyperingest demo --sink postgres", "The same into a PostgreSQL of its own, read back from the table."),
            new("hyperingest demo --sink postgres --max --ceiling", "And what psql \\copy reaches with the same rows, beside it."),
            new("hyperingest demo --sink postgres --postgres '${PG_CONNECTION}'", "Into your PostgreSQL; it makes its tables there."),
            new("hyperingest demo --sink kafka", "Into Kafka, one JSON record a reading, confirmed and read back."),
            new("hyperingest demo --sink kafka --format columnar --max --kafka broker:9092", "Into your cluster, as fast as it takes them; a topic of its own is made there."),
            new("hyperingest demo --route kafka-postgres", "Through Kafka into PostgreSQL, by two nodes."),
            new("hyperingest demo --source mqtt", "The same devices as 100 Sparkplug B edge nodes that publish through mosquitto."),
            new("hyperingest demo --source mqtt --payload json --max --ceiling", "A JSON message a reading, as fast as the broker passes them on, and what a bare subscriber gets."),
            new("hyperingest demo --source opcua", "100 OPC UA servers with 6,000 nodes each that change once a second, by subscriptions."),
            new("hyperingest demo --source opcua --read poll", "The same nodes, read once a second."),
            new("hyperingest demo --source opcua --policy Basic256Sha256 --ceiling", "Signed and encrypted, and what the machine's AES and HMAC take, beside it."))
        {
            seconds, devices, tags, interval, max, source, payload, qos, broker, user, read, policy, mode, sink, route, postgres, kafka, format, ceiling, data, json,
        };
        verb.SetAction(async (parsed, _) =>
        {
            DemoRoute way = RouteOf(parsed.GetValue(route), parsed.GetValue(sink));
            DemoSource speaks = SourceOf(parsed.GetValue(source), way);
            MqttPublishFormat written = parsed.GetValue(payload) ?? MqttPublishFormat.Sparkplug;
            DemoOptions options = new()
            {
                Source = speaks,
                Payload = written,
                Qos = QosOf(parsed.GetValue(qos)),
                Read = parsed.GetValue(read) ?? UaDeviceMode.Subscribe,
                Policy = parsed.GetValue(policy) ?? UaSecurityPolicy.None,
                Mode = ModeOf(parsed.GetValue(policy) ?? UaSecurityPolicy.None, parsed.GetValue(mode)),
                Broker = BrokerOf(parsed.GetValue(broker), parsed.GetValue(user)),
                Route = way,
                Kafka = parsed.GetValue(kafka),
                Format = FormatOf(parsed.GetValue(format), way),
                Seconds = parsed.GetValue(seconds),
                Devices = speaks == DemoSource.OpcUa && parsed.GetResult(devices) is null or { Implicit: true } ? UaDevices : parsed.GetValue(devices),
                Tags = TagsOf(parsed.GetValue(tags) ?? speaks switch
                {
                    DemoSource.OpcUa => UaTags,
                    DemoSource.Mqtt when written == MqttPublishFormat.Json => 50,
                    _ => 600,
                }),
                Interval = parsed.GetValue(interval) ?? TimeSpan.FromSeconds(1),
                Max = parsed.GetValue(max),
                Sink = way == DemoRoute.KafkaPostgres ? DemoSink.Postgres : SinkOf(parsed.GetValue(sink), parsed.GetValue(postgres)),
                Postgres = ConnectionOf(parsed.GetValue(postgres)),
                Ceiling = parsed.GetValue(ceiling),
                Json = parsed.GetValue(json),
                Data = parsed.GetValue(data),
            };
            if (speaks != DemoSource.Mqtt && (parsed.GetValue(payload) is not null || (parsed.GetValue(qos) ?? parsed.GetValue(user)) is not null || parsed.GetValue(broker) is not null))
            {
                throw new UsageException("demo: --payload, --qos, --broker and --broker-user are for devices that publish; add --source mqtt");
            }
            if (speaks != DemoSource.OpcUa && (parsed.GetValue(read) is not null || parsed.GetValue(policy) is not null || parsed.GetValue(mode) is not null))
            {
                throw new UsageException("demo: --read, --policy and --mode are for OPC UA servers; add --source opcua");
            }
            if (speaks == DemoSource.OpcUa && options is { Max: true, Read: UaDeviceMode.Subscribe })
            {
                throw new UsageException("demo: --max reads without pause, and a subscription gets what changes when it changes; add --read poll, or change values more often with --interval");
            }
            if (options.Ceiling && options.Sink == DemoSink.None && (speaks == DemoSource.Modbus || (speaks == DemoSource.OpcUa && options.Policy == UaSecurityPolicy.None)))
            {
                throw new UsageException("demo: --ceiling is measured against a sink, a broker or a cipher; add --sink postgres, --sink kafka, --source mqtt, or --policy to --source opcua");
            }
            if (way == DemoRoute.Direct && options.Sink != DemoSink.Kafka && (options.Kafka ?? parsed.GetValue(format)) is not null)
            {
                throw new UsageException("demo: --kafka and --format are for Kafka; add --sink kafka or --route kafka-postgres");
            }
            return await RunAsync(options, parsed.InvocationConfiguration);
        });
        return verb;
    }

    private static async Task<int> RunAsync(DemoOptions options, InvocationConfiguration io)
    {
        using ShutdownSignals signals = new(Environment.Exit);
        using DemoFolder folder = DemoFolder.Open(options.Data);
        // Progress and logs go to standard error: standard output is the report's.
        DemoProgress progress = new(io.Error, !Console.IsErrorRedirected);
        using ILoggerFactory loggers = LineLoggerProvider.CreateFactory(new LogOptions(LogLevel.Warning, LogFormat.Text), new WriterLogTarget(io.Error));
        try
        {
            (LoadReport report, IReadOnlyList<string> examples) = await new DemoRun(options, folder.Path, progress, loggers).RunAsync(signals.Requested);
            await io.Output.WriteLineAsync(LoadReportText.Render(report));
            foreach (string example in examples) await io.Output.WriteLineAsync(example);
            if (options.Json) await io.Output.WriteLineAsync(report.ToJson());
            return report.AllKept ? ExitCode.Ok : ExitCode.Broken;
        }
        catch (Exception ended) when (ended is not UsageException)
        {
            // Ctrl-C goes to the children as well, and one of them may end, and be missed, before the signal has been seen here.
            await Task.WhenAny(Task.Delay(SignalsLag), Task.Delay(Timeout.Infinite, signals.Requested));
            if (!signals.Requested.IsCancellationRequested) throw;
            await io.Error.WriteLineAsync("demo: stopped before its end; there is no report");
            return ExitCode.Interrupted;
        }
    }

    private static DemoSink SinkOf(string? name, string? postgres) => name switch
    {
        null => postgres is null ? DemoSink.None : DemoSink.Postgres,
        "postgres" => DemoSink.Postgres,
        "kafka" => postgres is null ? DemoSink.Kafka : throw new UsageException("demo: --postgres names a server and --sink kafka another sink; use --route kafka-postgres, or drop one of them"),
        "none" or "journal" => postgres is null ? DemoSink.None : throw new UsageException("demo: --postgres names a server and --sink none says there is no sink; drop one of them"),
        _ => throw new UsageException($"demo: --sink: expected postgres, kafka or none, found '{name}'"),
    };

    private static DemoSource SourceOf(string? name, DemoRoute way) => name switch
    {
        null or "modbus" => DemoSource.Modbus,
        "mqtt" or "opcua" when way != DemoRoute.Direct => throw new UsageException($"demo: --route kafka-postgres begins with Modbus devices; drop --route or --source {name}"),
        "mqtt" => DemoSource.Mqtt,
        "opcua" => DemoSource.OpcUa,
        _ => throw new UsageException($"demo: --source: expected modbus, mqtt or opcua, found '{name}'"),
    };

    private static UaSecurityMode ModeOf(UaSecurityPolicy policy, UaSecurityMode? given)
    {
        UaSecurityMode mode = given ?? UaPolicyProfile.Of(policy).UsualMode;
        if (UaPolicyProfile.Of(policy).Allows(mode)) return mode;
        throw new UsageException(policy == UaSecurityPolicy.None
            ? $"demo: --mode {mode} needs a policy; add --policy Basic256Sha256"
            : $"demo: --mode: expected Sign or SignAndEncrypt with --policy {OpcUaSessionSchema.Policies.Format(policy)}, found {mode}");
    }

    private static MqttQos QosOf(string? text) => text switch
    {
        null or "0" => MqttQos.AtMostOnce,
        "1" => MqttQos.AtLeastOnce,
        _ => throw new UsageException($"demo: --qos: expected 0 or 1, found '{text}'"),
    };

    private static int TagsOf(int tags) => tags is >= 1 and <= 10_000 ? tags : throw new UsageException($"demo: --tags: expected a whole number from 1 to 10,000, found {tags}");

    private static MqttClientOptions? BrokerOf(BrokerAddress? given, string? user)
    {
        if (given is not { } address) return user is null ? null : throw new UsageException("demo: --broker-user is for a broker of yours; add --broker");
        return new MqttClientOptions
        {
            Host = address.Host,
            Port = address.Port,
            Tls = address.Tls ? new MqttTlsOptions() : null,
            User = user,
            Password = user is null ? null : Environment.GetEnvironmentVariable(PlantFile.PasswordVariable) ?? throw new UsageException($"demo: --broker-user: the environment has no variable {PlantFile.PasswordVariable}"),
        };
    }

    private static DemoRoute RouteOf(string? name, string? sink) => name switch
    {
        null or "direct" => DemoRoute.Direct,
        "kafka-postgres" => sink is null or "postgres" ? DemoRoute.KafkaPostgres : throw new UsageException($"demo: --route kafka-postgres ends in PostgreSQL and --sink says {sink}; drop --sink"),
        _ => throw new UsageException($"demo: --route: expected kafka-postgres, found '{name}'"),
    };

    // Between nodes nobody reads the records but the product.
    private static RecordFormat FormatOf(string? name, DemoRoute way)
    {
        if (name is null) return way == DemoRoute.KafkaPostgres ? RecordFormat.Columnar : RecordFormat.Json;
        return RecordFormats.TryParse(name.AsSpan(), out RecordFormat format) ? format : throw new UsageException($"demo: --format: expected json, protobuf or columnar, found '{name}'");
    }

    private static string? ConnectionOf(string? given)
    {
        if (given is null || !given.StartsWith("${", StringComparison.Ordinal) || !given.EndsWith('}')) return given;
        string name = given[2..^1];
        return Environment.GetEnvironmentVariable(name) ?? throw new UsageException($"demo: --postgres: the environment has no variable {name}");
    }

    private static Option<int> Number(string name, string helpName, string description, int fallback, int least, int most)
    {
        Option<int> option = new(name) { Description = $"{description} Default: {fallback:N0}.", HelpName = helpName, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (!int.TryParse(result.Tokens.Count == 0 ? $"{fallback}" : result.Tokens[0].Value, out int value) || value < least || value > most)
            {
                result.AddError($"{name}: expected a whole number from {least:N0} to {most:N0}, found '{string.Join(' ', result.Tokens)}'");
            }
        });
        return option;
    }
}
