using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;

namespace HyperIngest.Tests.Unit.Sharding;

public sealed class SourceMarkTests
{
    [Fact]
    public void A_mark_takes_a_readings_place_and_its_fields_stand_where_the_journal_format_says()
    {
        Assert.Equal(Unsafe.SizeOf<Reading>(), Unsafe.SizeOf<SourceMark>());
        SourceMark mark = new(0x1112131415161718, 0x01020304, 0x2122232425262728);
        byte[] bytes = MemoryMarshal.AsBytes([mark]).ToArray();
        Assert.Equal("00000080" + "04030201" + "1817161514131211" + "2827262524232221" + "0000000000000000", Convert.ToHexString(bytes));
    }

    [Fact]
    public void No_reading_of_a_series_is_taken_for_a_mark()
    {
        Assert.False(SourceMark.IsIn(new Reading(0, 0, 0, 0, 0)));
        Assert.False(SourceMark.IsIn(new Reading(int.MaxValue, 0, 0, 0, 0)));
        Reading slot = new SourceMark(1, 2, 3).InFrontOf(4);
        Assert.True(SourceMark.IsIn(slot));
        Assert.Equal(4, SourceMark.In(in slot).Readings);
        Assert.Equal(2, SourceMark.SlotsBefore([new Reading(7, 0, 0, 0, 0), new Reading(8, 0, 0, 0, 0), slot, slot]));
    }

    // Published vectors of FNV-1a, 64 bits.
    [Theory]
    [InlineData("", 0xcbf29ce484222325)]
    [InlineData("a", 0xaf63dc4c8601ec8c)]
    [InlineData("foobar", 0x85944171f73967e8)]
    public void A_sources_number_is_FNV_1a_of_its_name(string name, ulong expected) => Assert.Equal(expected, SourceMark.SourceOf(name));

    [Fact]
    public void A_position_before_the_begin_is_misuse() => Assert.Throws<ArgumentOutOfRangeException>(() => new SourceMark(1, 0, -1));

    [Theory]
    [InlineData(0, 3)]
    [InlineData(6, 3)]
    [InlineData(7, 3)]
    [InlineData(5, 0)]
    [InlineData(7, 7)]
    public void A_marked_claim_gives_the_slots_behind_its_mark_wherever_the_ring_ends(int before, int count)
    {
        MpscRing<Reading> ring = new(8);
        ShardInlet inlet = new(0, ring);
        for (int i = 0; i < before; i++)
        {
            Assert.True(inlet.TryClaim(1, out RingClaim<Reading> one));
            inlet.Publish(one);
            Assert.Equal(1, ring.Peek().Length);
            ring.Release(1);
        }
        Assert.True(inlet.TryClaimMarked(new SourceMark(1, 2, 3), count, out MarkedClaim claim));
        Assert.Equal((count, before + count + 1), (claim.Readings.Count, claim.End));
        for (int i = 0; i < count; i++) claim.Readings[i] = new Reading(i, 0, 0, 0, 0);
        inlet.Publish(claim);
        List<int> series = [];
        while (ring.Peek() is { IsEmpty: false } seen)
        {
            foreach (ref readonly Reading slot in seen) series.Add(SourceMark.IsIn(in slot) ? -SourceMark.In(in slot).Readings - 1 : slot.SeriesId);
            ring.Release(seen.Length);
        }
        Assert.Equal([-count - 1, .. Enumerable.Range(0, count)], series);
    }

    [Fact]
    public void A_full_ring_refuses_a_marked_claim_and_a_group_no_record_takes_is_misuse()
    {
        ShardInlet inlet = new(0, new MpscRing<Reading>(8));
        Assert.Equal(7, inlet.MaxMarked);
        Assert.Throws<ArgumentOutOfRangeException>(() => inlet.TryClaimMarked(new SourceMark(1, 0, 0), 8, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => inlet.TryClaimMarked(new SourceMark(1, 0, 0), -1, out _));
        Assert.True(inlet.TryClaimMarked(new SourceMark(1, 0, 0), 4, out MarkedClaim claim));
        inlet.Publish(claim);
        Assert.False(inlet.TryClaimMarked(new SourceMark(1, 0, 1), 3, out _));
        Assert.True(inlet.TryClaimMarked(new SourceMark(1, 0, 1), 2, out _));
    }
}
