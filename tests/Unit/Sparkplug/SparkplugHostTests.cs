using System.Text;
using HyperIngest.Core.Readings;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Unit.Sparkplug;

/// <summary>The host's state of each edge node: births, sequence numbers, deaths.</summary>
public sealed class SparkplugHostTests
{
    private const uint Stale = StatusCodes.UncertainNoCommunicationLastUsableValue;

    private static DateTime StartTime => DateTime.UnixEpoch.AddMilliseconds(SparkplugRig.Start);

    [Fact]
    public void Births_register_series_and_their_values_are_readings()
    {
        using SparkplugRig rig = new(new SparkplugHostOptions { Tenant = "of {group}" });
        TestReading[] node = rig.NodeBirth(0, 7, new TestMetric("cpu", 10, 0.5, SparkplugDataType.Double));
        Assert.Equal([new TestReading("g/n", "cpu", 0.5, 0, StartTime)], node);
        TestReading[] device = rig.Birth("d", 1, new TestMetric("oil/p", 1, 7, SparkplugDataType.UInt16) { Unit = "bar", Timestamp = SparkplugRig.Start + 5 });
        Assert.Equal([new TestReading("g/n/d", "oil/p", 7UL, 0, StartTime.AddMilliseconds(5))], device);
        Assert.True(rig.Catalog.TryFind("g/n/d", "oil/p", out int id));
        Assert.Equal(new SeriesDefinition("g/n/d", "oil/p", ValueKind.UInt64, "bar", Tenant: "of g"), rig.Catalog[id]);
        Assert.Equal((2, 2L), (rig.Catalog.Count, rig.Count("births")));
        Assert.Empty(rig.Rebirths);
    }

    [Fact]
    public void Data_is_resolved_by_alias_and_by_name()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        Assert.Equal([new TestReading("g/n/d", "t", 21.5, 0, StartTime)], rig.Data("d", 3, new TestMetric(null, 1, 21.5)));
        Assert.Equal([new TestReading("g/n/e", "t", -31L, 0, StartTime)], rig.Data("e", 4, new TestMetric("t", null, -31)));
        Assert.Equal([new TestReading("g/n", "cpu", 0.75, 0, StartTime)], rig.NodeData(5, new TestMetric(null, 10, 0.75f)));
        Assert.Empty(rig.Rebirths);
    }

    [Fact]
    public void Sequence_numbers_wrap_without_a_gap()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        for (int n = 3; n < 1000; n++) Assert.Single(rig.Data("d", (byte)n, new TestMetric(null, 1, (double)n)));
        Assert.Equal(0, rig.Count("gaps"));
        Assert.Empty(rig.Rebirths);
    }

    [Fact]
    public void Gap_in_seq_requests_one_rebirth_and_loses_no_resolvable_metric()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        Assert.Single(rig.Data("d", 5, new TestMetric(null, 1, 1.0)));
        Assert.Single(rig.Data("d", 6, new TestMetric(null, 1, 2.0)));
        Assert.Equal(["g/n"], rig.Rebirths);
        Assert.Equal((1L, 0L), (rig.Count("gaps"), rig.Count("unresolved")));
    }

    [Fact]
    public void Messages_that_overtook_each_other_are_no_reason_for_a_rebirth_within_the_reorder_timeout()
    {
        using SparkplugRig rig = new SparkplugRig(new SparkplugHostOptions { ReorderTimeout = TimeSpan.FromSeconds(2) }).Born();
        rig.Data("d", 5, new TestMetric(null, 1, 5.0));
        rig.Data("d", 3, new TestMetric(null, 1, 3.0));
        rig.Data("d", 4, new TestMetric(null, 1, 4.0));
        rig.Now += TimeSpan.TicksPerMinute;
        rig.Data("d", 6, new TestMetric(null, 1, 6.0));
        rig.Data("d", 9, new TestMetric(null, 1, 9.0));
        Assert.Empty(rig.Rebirths);
        Assert.Equal((2L, 2L), (rig.Count("gaps"), rig.Count("late")));
        // Nobody brings 7 and 8; time alone is enough.
        rig.Now += 2 * TimeSpan.TicksPerSecond;
        rig.Host.Look(rig.Now);
        Assert.Equal(["g/n"], rig.Rebirths);
    }

    [Fact]
    public void A_message_that_was_overtaken_does_not_become_the_last_value()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        rig.Data("d", 4, new TestMetric(null, 1, 4.0));
        rig.Data("d", 3, new TestMetric(null, 1, 3.0));
        Assert.Equal([new TestReading("g/n/d", "t", 4.0, Stale, null)], rig.Death("d", 5));
    }

    [Fact]
    public void A_duplicate_of_QoS_1_is_no_gap()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        for (byte seq = 3; seq < 10; seq++) rig.Data("d", seq, new TestMetric(null, 1, (double)seq));
        // The broker sends again from 5 on, and goes on with what is new.
        rig.IsDuplicate = true;
        for (byte seq = 5; seq < 12; seq++) Assert.Single(rig.Data("d", seq, new TestMetric(null, 1, (double)seq)));
        rig.IsDuplicate = false;
        rig.Data("d", 12, new TestMetric(null, 1, 12.0));
        Assert.Equal((0L, 5L), (rig.Count("gaps"), rig.Count("repeated")));
        Assert.Empty(rig.Rebirths);
    }

    [Fact]
    public void A_duplicate_birth_takes_nothing_away()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        rig.IsDuplicate = true;
        Assert.Single(rig.NodeBirth(0, 7, new TestMetric("cpu", 10, 0.5, SparkplugDataType.Double)));
        rig.IsDuplicate = false;
        Assert.Single(rig.Data("d", 3, new TestMetric(null, 1, 1.0)));
        Assert.Empty(rig.Rebirths);
    }

    [Theory]
    [InlineData("NDATA/n")]
    [InlineData("DDATA/n/d")]
    public void Data_before_a_birth_is_counted_and_the_birth_requested_when_it_may_not_wait(string topic)
    {
        using SparkplugRig rig = new(new SparkplugHostOptions { MaxWaitingBytes = 0 });
        Assert.Empty(rig.Say(topic, SparkplugRig.Payload(4, [new TestMetric(null, 1, 1.0), new TestMetric("t", null, 1.0)])));
        Assert.Equal(2, rig.Count("unresolved"));
        Assert.Equal(["g/n"], rig.Rebirths);
    }

    [Fact]
    public void Data_that_comes_before_its_births_waits_for_them_and_stands_before_their_values()
    {
        using SparkplugRig rig = new();
        Assert.Empty(rig.Data("d", 4, new TestMetric(null, 1, 1.0)));
        Assert.Empty(rig.Data("d", 5, new TestMetric(null, 1, 2.0)));
        Assert.Empty(rig.NodeData(6, new TestMetric(null, 10, 0.25)));
        Assert.Equal(["g/n"], rig.Rebirths);
        Assert.Equal([0.25, 0.5], rig.NodeBirth(0, 7, new TestMetric("cpu", 10, 0.5, SparkplugDataType.Double)).Where(r => r.Tag == "cpu").Select(r => r.Value));
        Assert.Equal([1.0, 2.0, 20.5], rig.Birth("d", 1, new TestMetric("t", 1, 20.5, SparkplugDataType.Double)).Select(r => r.Value));
        Assert.Equal((3L, 0L), (rig.Count("waited"), rig.Count("unresolved")));
        Assert.Equal([3.0], rig.Data("d", 2, new TestMetric(null, 1, 3.0)).Select(r => r.Value));
    }

    [Fact]
    public void Data_that_waits_is_given_up_when_its_node_dies_because_its_next_aliases_are_others()
    {
        using SparkplugRig rig = new();
        rig.Data("d", 4, new TestMetric(null, 1, 1.0), new TestMetric(null, 2, 1.0));
        rig.NodeDeath(6);
        rig.NodeBirth(0, 7);
        Assert.Equal([20.5], rig.Birth("d", 1, new TestMetric("t", 1, 20.5, SparkplugDataType.Double)).Select(r => r.Value));
        Assert.Equal((0L, 2L), (rig.Count("waited"), rig.Count("unresolved")));
    }

    [Fact]
    public void Data_after_an_interruption_with_a_gap_waits_for_the_rebirth()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        rig.Host.Interrupted();
        Assert.Empty(rig.Data("d", 9, new TestMetric(null, 5, 1.5)));
        rig.NodeBirth(0, 7, new TestMetric("cpu", 10, 0.5, SparkplugDataType.Double));
        Assert.Equal([1.5, 20.5], rig.Birth("d", 1, new TestMetric("t", 5, 20.5, SparkplugDataType.Double)).Select(r => r.Value));
    }

    [Fact]
    public void No_more_waits_than_there_is_room_for()
    {
        using SparkplugRig rig = new(new SparkplugHostOptions { MaxWaitingBytes = 1000 });
        for (byte i = 0; i < 50; i++) rig.Data("d", i, new TestMetric(null, 1, 1.0));
        Assert.InRange(rig.Count("unresolved"), 40, 49);
        rig.NodeBirth(0, 7);
        Assert.Equal(50 - rig.Count("unresolved") + 1, rig.Birth("d", 1, new TestMetric("t", 1, 20.5, SparkplugDataType.Double)).Length);
    }

    [Fact]
    public void A_host_that_is_there_does_not_let_it_stand_that_it_is_not()
    {
        using SparkplugRig rig = new(new SparkplugHostOptions { HostId = "historian" });
        Assert.Null(rig.Decode("spBv1.0/STATE/other", new SparkplugState(false, 1).Compose()));
        Assert.Null(rig.Decode("spBv1.0/STATE/historian", new SparkplugState(true, 1).Compose()));
        Assert.Equal(0, rig.SaidOnline);
        Assert.Null(rig.Decode("spBv1.0/STATE/historian", new SparkplugState(false, 1).Compose()));
        Assert.Equal(1, rig.SaidOnline);
    }

    [Fact]
    public void An_unknown_alias_costs_its_metric_alone()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        TestReading[] readings = rig.Data("d", 3, new TestMetric(null, 1, 1.5), new TestMetric(null, 99, 2.5), new TestMetric("new", null, 2.5));
        Assert.Equal([new TestReading("g/n/d", "t", 1.5, 0, StartTime)], readings);
        Assert.Equal((2L, 1), (rig.Count("unresolved"), rig.Rebirths.Count));
    }

    [Fact]
    public void An_alias_of_another_device_is_unknown()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        Assert.Empty(rig.Data("d", 3, new TestMetric(null, 2, 1)));
        Assert.Equal((1L, 1), (rig.Count("unresolved"), rig.Rebirths.Count));
    }

    [Fact]
    public void A_rebirth_is_requested_no_more_often_than_the_delay_allows()
    {
        using SparkplugRig rig = new();
        for (int n = 0; n < 30; n++)
        {
            rig.Data("d", (byte)n, new TestMetric(null, 1, 1.0));
            rig.Now += TimeSpan.TicksPerSecond / 10;
        }
        Assert.Equal(3, rig.Rebirths.Count);
    }

    [Fact]
    public void A_rebirth_gives_aliases_to_other_metrics()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        rig.NodeBirth(0, 7, new TestMetric("cpu", 1, 0.5, SparkplugDataType.Double));
        Assert.Empty(rig.Data("d", 1, new TestMetric(null, 1, 1.0)));
        Assert.Single(rig.Birth("d", 2, new TestMetric("t", 10, 20.5, SparkplugDataType.Double)));
        Assert.Equal("t", Assert.Single(rig.Data("d", 3, new TestMetric(null, 10, 1.0))).Tag);
        Assert.Equal("cpu", Assert.Single(rig.NodeData(4, new TestMetric(null, 1, 1.0))).Tag);
        Assert.Equal(3, rig.Catalog.Count);
    }

    [Fact]
    public void Death_of_a_node_marks_all_its_devices_stale_once()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        rig.Data("d", 3, new TestMetric(null, 1, 22.5));
        TestReading[] expected =
        [
            new TestReading("g/n", "cpu", 0.5, Stale, null), new TestReading("g/n/d", "t", 22.5, Stale, null), new TestReading("g/n/e", "t", 30L, Stale, null),
        ];
        Assert.Equal(expected, rig.NodeDeath(7));
        Assert.False(rig.Last.HasOwnTimes);
        Assert.Empty(rig.NodeDeath(7));
        Assert.Empty(rig.Death("d", 4));
        Assert.Equal(3, rig.Count("deaths"));
    }

    [Fact]
    public void Death_of_a_device_leaves_the_others_alone()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        Assert.Equal([new TestReading("g/n/d", "t", 20.5, Stale, null)], rig.Death("d", 3));
        Assert.Empty(rig.Death("d", 4));
        Assert.Single(rig.Data("e", 5, new TestMetric(null, 2, 1)));
        Assert.Empty(rig.Rebirths);
        Assert.Empty(rig.Data("d", 6, new TestMetric(null, 1, 1.0)));
        Assert.Equal(["g/n"], rig.Rebirths);
    }

    [Fact]
    public void A_death_of_an_earlier_session_is_ignored()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        Assert.Empty(rig.NodeDeath(6));
        Assert.Equal((1L, 0L), (rig.Count("stale_deaths"), rig.Count("deaths")));
        Assert.Single(rig.Data("d", 3, new TestMetric(null, 1, 1.0)));
    }

    [Fact]
    public void A_new_session_without_the_death_of_the_one_before_marks_its_devices_stale()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        TestReading[] readings = rig.NodeBirth(0, 8, new TestMetric("cpu", 10, 0.25, SparkplugDataType.Double));
        Assert.Equal([("g/n/d", Stale), ("g/n/e", Stale), ("g/n", 0u)], readings.Select(r => (r.Device, r.Status)));
    }

    [Fact]
    public void A_series_that_never_had_a_usable_value_dies_without_one()
    {
        using SparkplugRig rig = new();
        rig.NodeBirth(0, 7, new TestMetric("cpu", 10, null, SparkplugDataType.Double));
        Assert.Equal([new TestReading("g/n", "cpu", 0.0, StatusCodes.BadNoCommunication, null)], rig.NodeDeath(7));
    }

    [Fact]
    public void Historical_metrics_keep_their_time_and_are_not_the_last_value()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        TestReading[] readings = rig.Data("d", 3, new TestMetric(null, 1, 1.0) { IsHistorical = true, Timestamp = SparkplugRig.Start - 60_000 });
        Assert.Equal([new TestReading("g/n/d", "t", 1.0, 0, StartTime.AddMinutes(-1))], readings);
        Assert.Equal(1, rig.Count("historical"));
        Assert.Equal(20.5, Assert.Single(rig.Death("d", 4)).Value);
    }

    [Fact]
    public void After_an_interruption_a_gap_takes_the_meaning_from_aliases_until_the_rebirth()
    {
        using SparkplugRig rig = new SparkplugRig().Born();
        rig.Host.Interrupted();
        Assert.Single(rig.Data("d", 3, new TestMetric(null, 1, 1.0)));
        Assert.Single(rig.Data("d", 9, new TestMetric(null, 1, 1.0)));
        rig.Now += TimeSpan.TicksPerMinute;
        rig.Host.Interrupted();
        Assert.Empty(rig.Data("d", 100, new TestMetric(null, 1, 1.0)));
        Assert.Equal(2, rig.Rebirths.Count);
        rig.Born();
        Assert.Single(rig.Data("d", 3, new TestMetric(null, 1, 1.0)));
    }

    [Theory]
    [InlineData("spBv1.0/g/NCMD/n")]
    [InlineData("spBv1.0/g/DCMD/n/d")]
    [InlineData("spBv1.0/STATE/other")]
    public void What_is_said_to_edge_nodes_is_passed_over(string topic)
    {
        using SparkplugRig rig = new();
        Assert.Null(rig.Decode(topic, Encoding.UTF8.GetBytes("""{"online":true,"timestamp":1}""")));
        Assert.Equal((0, 0), (rig.Last.Count, rig.Last.GroupCount));
    }

    [Theory]
    [InlineData("spBv1.0/g/NBIRTH/n", "the field at byte 1 goes beyond the end")]
    [InlineData("spBv1.0/g/NFOO/n", "its topic is none of Sparkplug B's")]
    public void What_is_malformed_is_named(string topic, string reason)
    {
        using SparkplugRig rig = new();
        Assert.Contains(reason, rig.Decode(topic, [0x12, 9]), StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_counted_and_do_not_ask_for_births_for_ever()
    {
        using SparkplugRig rig = new(new SparkplugHostOptions { MaxNodes = 1, MaxDevicesPerNode = 1, MaxMetricsPerNode = 4, ReorderTimeout = TimeSpan.Zero });
        rig.NodeBirth(0, 7, new TestMetric("cpu", 10, 0.5, SparkplugDataType.Double));
        Assert.Single(rig.Birth("d", 1, new TestMetric("a", 1, 1.0, SparkplugDataType.Double), new TestMetric("b", 2, 1.0, SparkplugDataType.Double)));
        Assert.Single(rig.Data("d", 2, new TestMetric(null, 1, 1.0), new TestMetric(null, 2, 1.0)));
        Assert.Equal((2L, 0L), (rig.Count("refused"), rig.Count("unresolved")));
        Assert.Contains("new edge node, 'm', after 1 of them", rig.Decode("spBv1.0/g/NBIRTH/m", SparkplugRig.Payload(0, [])), StringComparison.Ordinal);
        Assert.Contains("new device of edge node 'n', after 1 of them", rig.Decode("spBv1.0/g/DBIRTH/n/e", SparkplugRig.Payload(3, [])), StringComparison.Ordinal);
        Assert.Empty(rig.Rebirths);
    }

    [Fact]
    public void Series_past_the_catalogs_limit_are_counted_in_births_and_data()
    {
        using SparkplugRig rig = new(maxNewSeries: 1);
        rig.NodeBirth(0, 7, new TestMetric("a", 1, 0.5, SparkplugDataType.Double), new TestMetric("b", 2, 0.5, SparkplugDataType.Double));
        Assert.Equal("a", Assert.Single(rig.NodeData(1, new TestMetric(null, 1, 1.0), new TestMetric(null, 2, 1.0))).Tag);
        Assert.Equal(2, rig.Count("refused"));
        Assert.Empty(rig.Rebirths);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Mutated_and_shuffled_messages_throw_nothing_and_stay_in_the_catalog(int seed)
    {
        Random random = new(seed);
        using SparkplugRig rig = new(new SparkplugHostOptions { MaxMetricsPerNode = 200 });
        string[] topics = ["spBv1.0/g/NBIRTH/n", "spBv1.0/g/DBIRTH/n/d", "spBv1.0/g/DDATA/n/d", "spBv1.0/g/NDATA/n", "spBv1.0/g/NDEATH/n", "spBv1.0/g/DDEATH/n/d"];
        int readings = 0;
        for (int round = 0; round < 20_000; round++)
        {
            TestMetric[] metrics =
            [
                new TestMetric("bdSeq", null, (long)random.Next(3), SparkplugDataType.Int64), new TestMetric("a", 1, random.NextDouble(), SparkplugDataType.Double),
                new TestMetric("b", (ulong)random.Next(4), random.Next(), (SparkplugDataType)random.Next(22)) { Quality = 192, Unit = "bar" }, new TestMetric(null, 2, "text"),
            ];
            byte[] payload = SparkplugRig.Payload((byte)(round + random.Next(2)), metrics);
            for (int hits = random.Next(4); hits > 0; hits--) payload[random.Next(payload.Length)] = (byte)random.Next(256);
            rig.Now += random.Next(1_000_000);
            rig.IsDuplicate = random.Next(10) == 0;
            if (random.Next(100) == 0) rig.Host.Interrupted();
            string? reason = rig.Decode(topics[random.Next(topics.Length)], payload);
            if (reason is not null) continue;
            for (int group = 0; group < rig.Last.GroupCount; group++)
            {
                foreach (Reading reading in rig.Last.Group(group, out string device))
                {
                    readings++;
                    Assert.Equal(device, rig.Catalog.DeviceOf(reading.SeriesId));
                    if (rig.Catalog.KindOf(reading.SeriesId) == ValueKind.Text) Assert.NotNull(rig.Catalog.Texts[reading.ValueBits]);
                }
            }
        }
        Assert.True(readings > 5000, $"{readings} readings");
        Assert.InRange(rig.Catalog.Count, 2, 200);
    }

    [Fact]
    public void Births_data_and_deaths_of_what_is_known_allocate_nothing()
    {
        using SparkplugRig rig = new();
        TestMetric[] born = [.. Enumerable.Range(0, 100).Select(i => new TestMetric($"metric {i}", (ulong)i + 1, 0.5, SparkplugDataType.Double) { Unit = "bar" }), new TestMetric("text", 200, "idle", SparkplugDataType.String)];
        (byte[] Topic, byte[] Payload)[] messages =
        [
            ("spBv1.0/g/NBIRTH/n"u8.ToArray(), SparkplugRig.Payload(0, [new TestMetric("bdSeq", null, 1L, SparkplugDataType.Int64)])),
            ("spBv1.0/g/DBIRTH/n/d"u8.ToArray(), SparkplugRig.Payload(1, born)),
            ("spBv1.0/g/DDATA/n/d"u8.ToArray(), SparkplugRig.Payload(2, [.. born.Select(m => m with { Name = null, Unit = null, Type = SparkplugDataType.Unknown })])),
            ("spBv1.0/g/DDATA/n/d"u8.ToArray(), SparkplugRig.Payload(3, [.. born.Select(m => m with { Alias = null })])),
            ("spBv1.0/g/NDEATH/n"u8.ToArray(), SparkplugRig.Payload(null, [new TestMetric("bdSeq", null, 1L, SparkplugDataType.Int64)])),
        ];
        long allocated = long.MaxValue;
        int readings = 0;
        // The first rounds compile, make and grow.
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            readings = 0;
            foreach ((byte[] topic, byte[] payload) in messages)
            {
                if (rig.Host.Decode(new MqttMessage { Topic = topic, Payload = payload }, rig.Now, rig.Last) is null) readings += rig.Last.Count;
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal((404, 0L), (readings, allocated));
    }
}
