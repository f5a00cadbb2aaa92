using HyperIngest.Sinks.Postgres;

namespace HyperIngest.Tests.Unit.Postgres;

public sealed class PartitionBoundTests
{
    [Fact]
    public void Bounds_are_read_as_PostgreSQL_words_them()
    {
        Assert.True(PartitionBound.TryParse("FOR VALUES FROM ('2026-11-21 00:00:00+00') TO ('2026-11-21 06:30:00.5+00')", out PartitionBound bound));
        Assert.Equal(new DateTime(2026, 11, 21, 0, 0, 0, DateTimeKind.Utc).Ticks, bound.FromTicks);
        Assert.Equal(new DateTime(2026, 11, 21, 6, 30, 0, 500, DateTimeKind.Utc).Ticks, bound.ToTicks);
        Assert.True(PartitionBound.TryParse("FOR VALUES FROM (MINVALUE) TO (MAXVALUE)", out bound));
        Assert.Equal((0, PostgresTime.MaxTicks + 1), (bound.FromTicks, bound.ToTicks));
    }

    [Theory]
    [InlineData("DEFAULT", true)]
    [InlineData("FOR VALUES IN ('a')", false)]
    [InlineData("FOR VALUES WITH (modulus 4, remainder 0)", false)]
    [InlineData("FOR VALUES FROM ('nonsense') TO ('2026-11-21 00:00:00+00')", false)]
    public void What_is_no_range_of_time_is_not_taken_for_one(string text, bool isDefault)
    {
        Assert.False(PartitionBound.TryParse(text, out PartitionBound bound));
        Assert.Equal(isDefault, bound.IsDefault);
    }

    [Fact]
    public void Every_time_there_is_has_its_microseconds()
    {
        Assert.Equal(0, PostgresTime.ToMicroseconds(new DateTime(2000, 1, 1).Ticks));
        Assert.Equal(-63082281600000000, PostgresTime.ToMicroseconds(0));
        Assert.Equal(252455615999999999, PostgresTime.ToMicroseconds(DateTime.MaxValue.Ticks));
        Assert.True(PostgresTime.IsTime(DateTime.MaxValue.Ticks));
        Assert.False(PostgresTime.IsTime(-1));
        Assert.False(PostgresTime.IsTime(PostgresTime.MaxTicks + 1));
    }
}
