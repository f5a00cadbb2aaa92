using HyperIngest.Core.Readings;
using HyperIngest.Protocols.Mqtt.Sparkplug;
using HyperIngest.Sparkplug;

namespace HyperIngest.Tests.Unit.Sparkplug;

/// <summary>Values of every type: exact, or bad and counted.</summary>
public sealed class SparkplugValueTests
{
    public static TheoryData<SparkplugDataType, object, object> Values => new()
    {
        { SparkplugDataType.Int8, unchecked((uint)-5), -5L },
        { SparkplugDataType.Int8, 0xFBu, -5L },
        { SparkplugDataType.Int8, 127, 127L },
        { SparkplugDataType.Int16, -32768, -32768L },
        { SparkplugDataType.Int16, 0x8000u, -32768L },
        { SparkplugDataType.Int32, int.MinValue, (long)int.MinValue },
        { SparkplugDataType.Int32, -1L, -1L },
        { SparkplugDataType.Int64, long.MinValue, long.MinValue },
        { SparkplugDataType.UInt8, 255, 255UL },
        { SparkplugDataType.UInt16, 65535, 65535UL },
        { SparkplugDataType.UInt32, uint.MaxValue, (ulong)uint.MaxValue },
        { SparkplugDataType.UInt32, (ulong)uint.MaxValue, (ulong)uint.MaxValue },
        { SparkplugDataType.UInt64, ulong.MaxValue, ulong.MaxValue },
        { SparkplugDataType.Float, 0.1f, (double)0.1f },
        { SparkplugDataType.Float, 0.1, 0.1 },
        { SparkplugDataType.Double, Math.PI, Math.PI },
        { SparkplugDataType.Double, double.NaN, double.NaN },
        { SparkplugDataType.Boolean, true, true },
        { SparkplugDataType.Boolean, 1, true },
        { SparkplugDataType.String, "läuft", "läuft" },
        { SparkplugDataType.Text, "", "" },
        { SparkplugDataType.Uuid, "a-b", "a-b" },
        { SparkplugDataType.DateTime, (long)SparkplugRig.Start, (long)SparkplugRig.Start },
        { SparkplugDataType.Unknown, 1.5f, 1.5 },
        { SparkplugDataType.Unknown, "x", "x" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_of_every_type_is_the_reading_s(SparkplugDataType type, object sent, object value)
    {
        using SparkplugRig rig = new();
        Assert.Equal((value, StatusCodes.Good), Single(rig.NodeBirth(0, 1, new TestMetric("m", 5, sent, type))));
        Assert.Equal((value, StatusCodes.Good), Single(rig.NodeData(1, new TestMetric(null, 5, sent))));
        Assert.Equal(0, rig.Count("type_mismatches"));
    }

    public static TheoryData<SparkplugDataType, object> Mismatches => new()
    {
        { SparkplugDataType.Int8, 300 },
        { SparkplugDataType.Int16, -40_000 },
        { SparkplugDataType.Int32, 1L << 40 },
        { SparkplugDataType.UInt8, 256 },
        { SparkplugDataType.UInt32, 1UL << 32 },
        { SparkplugDataType.Int32, 1.5 },
        { SparkplugDataType.Double, "1" },
        { SparkplugDataType.Boolean, 2 },
        { SparkplugDataType.String, 1.5 },
        { SparkplugDataType.Double, new byte[] { 1 } },
    };

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void A_value_that_is_none_of_its_type_is_bad_and_counted(SparkplugDataType type, object sent)
    {
        using SparkplugRig rig = new();
        Assert.Equal(StatusCodes.BadDecodingError, Assert.Single(rig.NodeBirth(0, 1, new TestMetric("m", 5, sent, type))).Status);
        Assert.Equal(1, rig.Count("type_mismatches"));
    }

    [Fact]
    public void A_metric_that_changed_its_type_keeps_its_series_and_what_fits_it()
    {
        using SparkplugRig rig = new();
        rig.NodeBirth(0, 1, new TestMetric("m", 5, 1.5, SparkplugDataType.Double));
        Assert.Equal((7.0, StatusCodes.Good), Single(rig.NodeBirth(0, 1, new TestMetric("m", 5, 7, SparkplugDataType.Int32))));
        Assert.Equal((-7.0, StatusCodes.Good), Single(rig.NodeData(1, new TestMetric(null, 5, -7))));
        Assert.Equal((9007199254740992.0, StatusCodes.Good), Single(rig.NodeBirth(0, 1, new TestMetric("m", 5, 1L << 53, SparkplugDataType.Int64))));
        Assert.Equal(StatusCodes.BadDecodingError, Single(rig.NodeData(1, new TestMetric(null, 5, (1L << 53) + 1))).Status);
        Assert.Equal(StatusCodes.BadDecodingError, Single(rig.NodeBirth(0, 1, new TestMetric("m", 5, "x", SparkplugDataType.String))).Status);
        Assert.Equal(1, rig.Catalog.Count);
    }

    [Theory]
    [InlineData(SparkplugDataType.DataSet)]
    [InlineData(SparkplugDataType.Bytes)]
    [InlineData(SparkplugDataType.File)]
    [InlineData(SparkplugDataType.Template)]
    [InlineData((SparkplugDataType)31)]
    public void Types_that_are_no_reading_are_skipped_and_counted(SparkplugDataType type)
    {
        using SparkplugRig rig = new();
        Assert.Empty(rig.NodeBirth(0, 1, new TestMetric("m", 5, new byte[] { 1 }, type)));
        Assert.Equal(1, rig.Last.Skipped);
        Assert.Empty(rig.NodeData(1, new TestMetric(null, 5, new byte[] { 1 })));
        Assert.Equal((2L, 0L, 0), (rig.Count("skipped"), rig.Count("unresolved"), rig.Rebirths.Count));
    }

    [Fact]
    public void A_null_has_a_bad_status_and_is_not_the_last_value()
    {
        using SparkplugRig rig = new();
        rig.NodeBirth(0, 1, new TestMetric("m", 5, 1.5, SparkplugDataType.Double));
        Assert.Equal((0.0, StatusCodes.BadNoData), Single(rig.NodeData(1, new TestMetric(null, 5, null))));
        Assert.Equal((1.5, StatusCodes.UncertainNoCommunicationLastUsableValue), Single(rig.NodeDeath(1)));
    }

    [Theory]
    [InlineData(192, StatusCodes.Good)]
    [InlineData(216, StatusCodes.Good)]
    [InlineData(64, StatusCodes.Uncertain)]
    [InlineData(0, StatusCodes.Bad)]
    [InlineData(24, StatusCodes.Bad)]
    [InlineData(500, StatusCodes.UncertainNoCommunicationLastUsableValue)]
    [InlineData(501, StatusCodes.Uncertain)]
    public void The_property_Quality_is_the_status(uint quality, uint status)
    {
        using SparkplugRig rig = new();
        rig.NodeBirth(0, 1, new TestMetric("m", 5, 1.5, SparkplugDataType.Double));
        Assert.Equal((2.5, status), Single(rig.NodeData(1, new TestMetric(null, 5, 2.5) { Quality = quality })));
    }

    [Fact]
    public void A_time_that_no_calendar_has_is_none_and_counted()
    {
        using SparkplugRig rig = new();
        rig.NodeBirth(0, 1, new TestMetric("m", 5, 1.5, SparkplugDataType.Double));
        Assert.Null(Assert.Single(rig.NodeData(1, new TestMetric(null, 5, 1.0) { Timestamp = ulong.MaxValue })).Time);
        Assert.Equal(new DateTime(9999, 12, 31, 23, 59, 59, 999, DateTimeKind.Utc), Assert.Single(rig.NodeData(2, new TestMetric(null, 5, 1.0) { Timestamp = 253_402_300_799_999 })).Time);
        Assert.Null(Assert.Single(rig.NodeData(3, new TestMetric(null, 5, 1.0) { Timestamp = 253_402_300_800_000 })).Time);
        Assert.Equal(2, rig.Count("times_refused"));
    }

    [Fact]
    public void A_text_that_is_too_long_is_bad_and_counted()
    {
        using SparkplugRig rig = new();
        rig.NodeBirth(0, 1, new TestMetric("m", 5, "a", SparkplugDataType.String));
        Assert.Equal(("", StatusCodes.BadOutOfMemory), Single(rig.NodeData(1, new TestMetric(null, 5, new string('x', TextTable.MaxTextLength + 1)))));
        Assert.Equal(1, rig.Last.TextsRefused);
    }

    [Fact]
    public void Statuses_that_Sparkplug_brings_have_names()
    {
        Assert.Equal("UncertainNoCommunicationLastUsableValue", StatusCodes.NameOf(0x408F_0000));
        Assert.Equal("BadNoData", StatusCodes.NameOf(0x809B_0000));
        Assert.True(StatusCodes.IsUncertain(StatusCodes.UncertainNoCommunicationLastUsableValue));
        Assert.True(StatusCodes.IsBad(StatusCodes.BadNoData));
    }

    [Theory]
    [InlineData(new ulong[] { 0, 1, 1023, 1024, 1_000_000, ulong.MaxValue })]
    [InlineData(new ulong[] { ulong.MaxValue, 70_000, 5, 4, 3 })]
    public void Aliases_of_any_size_are_found_until_they_are_cleared(ulong[] aliases)
    {
        AliasTable table = new();
        for (int round = 0; round < 2; round++)
        {
            for (int place = 0; place < aliases.Length; place++) table.Set(aliases[place], place);
            for (ulong dense = 2000; dense < 4000; dense++) table.Set(dense, (int)dense);
            for (int place = 0; place < aliases.Length; place++) Assert.Equal(place, table.Find(aliases[place]));
            for (ulong dense = 2000; dense < 4000; dense++) Assert.Equal((int)dense, table.Find(dense));
            Assert.Equal(-1, table.Find(4000));
            table.Clear();
            Assert.Equal(-1, table.Find(aliases[0]));
        }
    }

    private static (object Value, uint Status) Single(TestReading[] readings)
    {
        TestReading reading = Assert.Single(readings);
        return (reading.Value, reading.Status);
    }
}
