using System.Net;
using HyperIngest.Core;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Journal;
using HyperIngest.Host.Configuration;
using HyperIngest.Sinks.Postgres;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Tests.Unit.Configuration;

public class SiteBindingTests
{
    [Fact]
    public void A_file_with_nothing_but_the_required_has_the_defaults_of_the_options()
    {
        SiteConfiguration site = SiteText.Good(SiteText.Journal + SiteText.Device);
        PipelineOptions defaults = new() { Journal = new JournalOptions { Path = "/tmp/j" } };
        Assert.Equal(defaults, site.Pipeline);
        Assert.Equal(new HttpOptions(new IPEndPoint(IPAddress.Loopback, 9600)), site.Http);
        Assert.Equal(new LogOptions(LogLevel.Information, LogFormat.Text), site.Log);
        Assert.Empty(site.PostgresSinks);
    }

    [Fact]
    public void Every_key_of_the_node_is_bound()
    {
        SiteConfiguration site = SiteText.Good("""
            node: edge-9
            shards: 3
            ring: 4096
            drain: 3s
            batch: { readings: 128, bytes: 8KiB, age: 5ms }
            journal:
              path: /var/j
              fsync: every-batch
              segment: 1MiB
              retention: { age: 7d, bytes: 10MiB, limit: 20MiB, when_full: stop-intake }
            delivery:
              retry: { first: 1s, longest: 2m }
              breaker: { failures: 2, open_for: 9s }
              dead_letters: { path: /var/d, bytes: 2MiB }
              memory_batches: 4
              hold_intake_at: 5MiB
            http: { listen: "[::1]:80" }
            log: { level: debug, format: json }
            """ + "\n" + SiteText.Device);
        Assert.Equal(
            new PipelineOptions
            {
                Node = "edge-9",
                Shards = 3,
                RingCapacity = 4096,
                Batch = new BatchOptions { MaxReadings = 128, MaxBytes = 8192, MaxAge = TimeSpan.FromMilliseconds(5) },
                Journal = new JournalOptions
                {
                    Path = "/var/j",
                    Fsync = FsyncPolicy.EveryBatch,
                    SegmentBytes = 1 << 20,
                    Retention = new JournalRetention { MaxAge = TimeSpan.FromDays(7), MaxBytes = 10 << 20, LimitBytes = 20 << 20, WhenFull = JournalFullPolicy.StopIntake },
                },
                Delivery = new DeliveryOptions
                {
                    Retry = new RetryOptions { First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromMinutes(2) },
                    Breaker = new BreakerOptions { Failures = 2, OpenFor = TimeSpan.FromSeconds(9) },
                    DeadLetters = new DeadLetterOptions { Path = "/var/d", MaxBytes = 2 << 20 },
                    MemoryBatches = 4,
                    HoldIntakeAtLagBytes = 5 << 20,
                },
            },
            site.Pipeline);
        Assert.Equal(TimeSpan.FromSeconds(3), site.DrainTime);
        Assert.Equal(new HttpOptions(new IPEndPoint(IPAddress.IPv6Loopback, 80)), site.Http);
        Assert.Equal(new LogOptions(LogLevel.Debug, LogFormat.Json), site.Log);
    }

    [Fact]
    public void Every_key_of_a_sink_is_bound()
    {
        PostgresOptions sink = Assert.Single(SiteText.Good(SiteText.Journal + SiteText.Device + """
            sinks:
              - { name: s, type: postgres, connection: "Host=h", schema: plant, table: values, series_table: names, partition: 6h, partitions_ahead: 9, rows_per_commit: 500, timeout: 5s }
            """).PostgresSinks);
        Assert.Equal(
            new PostgresOptions
            {
                Name = "s",
                ConnectionString = "Host=h",
                Schema = "plant",
                MaxRowsPerCommit = 500,
                StatementTimeout = TimeSpan.FromSeconds(5),
                Table = new PostgresTableOptions { Readings = "values", Series = "names", PartitionInterval = TimeSpan.FromHours(6), PartitionsAhead = 9 },
            },
            sink);
    }

    [Fact]
    public void Columns_keep_their_order()
    {
        PostgresOptions sink = Assert.Single(SiteText.Good(SiteText.Journal + SiteText.Device + """
            sinks:
              - { name: s, type: postgres, connection: "Host=h", table: scada.readings, columns: { timestamp: time, well_id: device, tag_node_id: tag, value: value, quality: status } }
            """).PostgresSinks);
        Assert.Equal("scada.readings", sink.Mapping!.Table);
        Assert.Equal(
            [
                new("timestamp", PostgresField.Time), new("well_id", PostgresField.Device), new("tag_node_id", PostgresField.Tag),
                new("value", PostgresField.Value), new("quality", PostgresField.Status),
            ],
            sink.Mapping.Columns);
    }

    [Fact]
    public void Sinks_of_one_name_are_refused() =>
        Assert.Contains("sink 's' is there already, in line 4", SiteText.Error(SiteText.Journal + SiteText.Device + """
            sinks: [ { name: s, type: postgres, connection: "Host=h" }, { name: s, type: postgres, connection: "Host=h" } ]
            """), StringComparison.Ordinal);

    [Fact]
    public void Keys_of_own_tables_beside_columns_are_refused() =>
        Assert.Contains("sinks[0].partition: partition is for the sink's own tables", SiteText.Error(SiteText.Journal + SiteText.Device + """
            sinks: [ { name: s, type: postgres, connection: "Host=h", table: t, columns: { v: value }, partition: 1d } ]
            """), StringComparison.Ordinal);

    [Theory]
    [InlineData("journal: { path: /j, segment: 1MiB }\nbatch: { bytes: 1MiB }\n", "journal.segment: expected at least two batches")]
    [InlineData("journal: { path: /j, retention: { bytes: 2GiB, limit: 1GiB } }\n", "journal.retention.limit: expected at least retention.bytes (2GiB), found 1GiB")]
    [InlineData("journal: { path: /j, retention: { bytes: 64MiB, limit: 100MiB } }\n", "journal.retention.limit: expected at least two segments")]
    [InlineData("journal: { path: /j }\ndelivery: { retry: { first: 1m, longest: 1s } }\n", "delivery.retry.longest: expected at least delivery.retry.first")]
    public void Values_that_contradict_each_other_are_refused(string yaml, string says) => Assert.Contains(says, SiteText.Error(yaml + SiteText.Device), StringComparison.Ordinal);

    [Theory]
    [InlineData("off", null)]
    [InlineData("localhost:1", "127.0.0.1:1")]
    [InlineData("0.0.0.0:9600", "0.0.0.0:9600")]
    [InlineData("\"*:9600\"", "[::]:9600")]
    [InlineData("\"[::1]:9600\"", "[::1]:9600")]
    public void Listen_addresses_are_read(string text, string? expected) =>
        Assert.Equal(expected, SiteText.Good($"http: {{ listen: {text} }}\n" + SiteText.Journal + SiteText.Device).Http.Listen?.ToString());

    [Theory]
    [InlineData("9600")]
    [InlineData("example.org:9600")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("\"::1:9600\"")]
    [InlineData("\":9600\"")]
    public void What_is_no_listen_address_is_refused(string text) => SiteText.Error($"http: {{ listen: {text} }}\n" + SiteText.Journal + SiteText.Device);

    [Fact]
    public void Aliases_stand_for_what_they_name() =>
        Assert.Equal(2, SiteText.Good(SiteText.Journal + """
            devices:
              - { name: a, protocol: modbus, host: h, tags: &t [ { name: t, address: 1 } ] }
              - { name: b, protocol: modbus, host: i, tags: *t }
            """).ModbusDevices.Count);

    [Fact]
    public void A_device_of_a_thousand_is_bound_with_one_list()
    {
        SiteConfiguration site = SiteText.Good(SiteText.Journal + """
            devices: [ { name: "a-{0001..1000}", protocol: modbus, host: h, port: "{n/200+5000}", unit: "{n%200}", tags: [ { name: t, address: 1 } ] } ]
            """);
        Assert.Equal(1000, site.ModbusDevices.Count);
        Assert.Single(site.ModbusDevices.Select(d => d.Tags).Distinct(ReferenceEqualityComparer.Instance));
    }
}
