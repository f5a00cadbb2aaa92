using System.Globalization;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Host.Commands.Chaos;

/// <summary>The plant of a chaos run, and the site file of the node that reads it: 30,000 readings a second, which leaves a small machine time for the faults and the verifier memory for an hour.</summary>
internal static class ChaosPlant
{
    private const int Devices = 100;

    // int32 takes two registers: 60 tags are one request, of which a connection has one on the way.
    private const int Tags = 60;

    /// <summary>The plant.</summary>
    public static PlantOptions Options { get; } = new()
    {
        Name = "chaos",
        Devices = [new PlantDeviceOptions { Name = "d-{n}", Count = Devices, Tags = [new PlantTagOptions { Name = "t.{n}", Count = Tags, Type = ModbusType.Int32 }] }],
    };

    /// <summary>Writes the site file. Retries and breaker at a pace that suits outages of seconds; a response is waited for so long that a busy machine loses none.</summary>
    public static void WriteSite(string path, string journalPath, int basePort, IReadOnlyList<IChaosSink> sinks)
    {
        CultureInfo format = CultureInfo.InvariantCulture;
        string tags = string.Join(", ", Enumerable.Range(1, Tags).Select(i => string.Create(format, $"{{ name: t.{i:D2}, address: {2 * (i - 1)}, type: int32 }}")));
        // Everything is verified at the end: nothing may be retired before.
        File.WriteAllText(path, string.Create(format, $$"""
            node: chaos
            shards: 2
            drain: 5s
            journal: { path: "{{journalPath}}", segment: 8MiB, retention: { age: 3650d, bytes: 512TiB, limit: 1024TiB } }
            delivery: { retry: { first: 50ms, longest: 1s }, breaker: { failures: 5, open_for: 500ms } }
            http: { listen: 127.0.0.1:0 }
            templates: { t: { tags: [ {{tags}} ] } }
            devices:
              - { name: "d-{001..{{Devices}}}", protocol: modbus, host: 127.0.0.1, port: "{n+{{basePort - 1}}}", template: t, interval: 200ms, timeout: 5s, longest_backoff: 1s }
            sinks:
            {{string.Join('\n', sinks.Select(s => "  - " + s.SiteItem))}}

            """));
    }
}
