using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Source;

public sealed class ValueTests
{
    private const uint Subscription = 101;

    [Theory]
    [InlineData(UaBuiltInType.SByte, 0xFE, ValueKind.Int64, -2L)]
    [InlineData(UaBuiltInType.Int32, 0xFFFF_FFFE, ValueKind.Int64, -2L)]
    [InlineData(UaBuiltInType.UInt32, 0xFFFF_FFFE, ValueKind.UInt64, 4_294_967_294)]
    [InlineData(UaBuiltInType.Boolean, 1, ValueKind.Bool, 1)]
    [InlineData(UaBuiltInType.Int32, 5, ValueKind.Float64, 4_617_315_517_961_601_024)]
    public async Task A_number_becomes_a_reading_of_its_series_kind(UaBuiltInType type, ulong bits, ValueKind kind, long expected)
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(0, others: new UaTag { Name = "t", Node = "ns=2;s=t", Kind = kind }));
        rig.Server.Deliver(Subscription, rig.Server.Make(Subscription, 1, (0, type, bits, 0)));
        Assert.Equal((expected, 0u), Single(rig));
    }

    [Fact]
    public async Task A_text_is_a_text_of_the_catalog()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(0, others: new UaTag { Name = "t", Node = "ns=2;s=t", Kind = ValueKind.Text }));
        Deliver(rig, new UaDataValue { Value = UaVariant.Utf8("running"u8) });
        Assert.Equal("running", rig.Catalog.Texts[Assert.Single(rig.Readings()).ValueBits]);
    }

    [Fact]
    public async Task A_value_that_does_not_fit_is_counted_and_a_bad_reading()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(1));
        Deliver(rig, new UaDataValue { Value = UaVariant.Utf8("open"u8) });
        Assert.Equal((0L, UaStatusCodes.BadTypeMismatch), Single(rig));
        Assert.Equal((1, 1), (rig.Count("unfit_values"), rig.Count("bad_values")));
    }

    [Fact]
    public async Task The_status_is_kept_bit_for_bit_and_the_overflow_bit_counted()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(1));
        const uint overflown = 0x4094_0480;
        rig.Server.Deliver(Subscription, rig.Server.Make(Subscription, 1, (0, UaBuiltInType.Double, BitConverter.DoubleToUInt64Bits(2), overflown)));
        Assert.Equal((BitConverter.DoubleToInt64Bits(2), overflown), Single(rig));
        Assert.Equal(1, rig.Count("overflows"));
    }

    [Fact]
    public async Task Elements_of_an_array_are_a_series_each_and_arrays_without_are_skipped_and_counted()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(1, others: new UaTag { Name = "axis", Node = "ns=2;s=axis", Kind = ValueKind.Float64, Elements = 3 }));
        UaVariant array = new() { Type = UaBuiltInType.Double, IsArray = true, Length = 2, Bytes = new byte[16] };
        Deliver(rig, new UaDataValue { Value = array }, handle: 1);
        Assert.Equal([("axis[0]", 0u), ("axis[1]", 0u), ("axis[2]", UaStatusCodes.BadNoData)], rig.Readings().Select(r => (rig.Catalog.TagOf(r.SeriesId), r.Status)));
        Deliver(rig, new UaDataValue { Value = array }, handle: 0, sequence: 2);
        Assert.Equal((3, 1), (rig.Readings().Count, rig.Count("skipped_values")));
    }

    [Fact]
    public async Task The_gateway_time_is_the_sources_where_that_is_asked_for()
    {
        using UaSourceRig rig = new(UaSourceRig.Options(1), gatewayTime: UaGatewayTime.Source);
        await rig.ConnectAsync();
        rig.Server.Publish(Subscription, 1, 1);
        Assert.Equal(UaRigClock.Noon, Assert.Single(rig.Readings()).GatewayTime);
    }

    [Fact]
    public async Task A_malformed_value_costs_the_rest_of_its_notification_and_not_the_values_before()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(2));
        byte[] notification = rig.Server.Make(Subscription, 1, (0, UaBuiltInType.Double, 1, 0), (1, UaBuiltInType.Double, 2, 0));
        // The second value's type: of each value 4 bytes are its handle, 1 its mask, 1 its type, 8 itself and 8 its time; behind the last are 4 of diagnostics.
        notification[^(4 + 8 + 8 + 1)] = 0x3F;
        rig.Server.Deliver(Subscription, notification);
        Assert.Equal(1L, Assert.Single(rig.Readings()).ValueBits);
        Assert.Equal(1, rig.Count("lost_notifications"));
        rig.Server.Publish(Subscription, 2, 5);
        Assert.Equal(2, rig.Readings().Count);
    }

    [Fact]
    public async Task A_notification_allocates_nothing_between_message_and_ring()
    {
        using UaSourceRig rig = await UaSourceRig.OnlineAsync(UaSourceRig.Options(100));
        UaValueDecoder decoder = rig.Device.Decoder;
        UaOutlet outlet = rig.Device.Outlet;
        byte[] notification = rig.Server.Make(Subscription, 1, [.. Enumerable.Range(0, 100).Select(i => ((uint)i, i % 2 == 0 ? UaBuiltInType.Double : UaBuiltInType.Int32, (ulong)i, i % 10 == 0 ? 0x4000_0000u : 0u))]);
        UaSubscription subscription = new(0, Subscription, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        long allocated = 0;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                UaReader reader = new(notification);
                NotificationReader values = new(ref reader);
                UaReadingBlock block = outlet.Rent();
                block.Subscription = subscription;
                decoder.Take(ref values, UaRigClock.Noon, block);
                outlet.Put(block);
                Assert.True(outlet.Acknowledgements.TryTake(long.MaxValue, out _, out _));
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            rig.Readings().Clear();
        }
        Assert.Equal(200_000, rig.Count("values"));
        Assert.Equal(0, allocated);
    }

    private static void Deliver(UaSourceRig rig, in UaDataValue value, uint handle = 0, uint sequence = 1)
    {
        using UaBuffer buffer = new();
        NotificationWriter notification = new(new UaWriter(buffer), sequence, UaRigClock.Noon);
        notification.Item(handle, value);
        notification.End();
        rig.Server.Deliver(Subscription, buffer.Written);
    }

    private static (long Bits, uint Status) Single(UaSourceRig rig)
    {
        Reading reading = Assert.Single(rig.Readings());
        return (reading.ValueBits, reading.Status);
    }
}
