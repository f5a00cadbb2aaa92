using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Services;

/// <summary>Responses written straight into a buffer and read in place: the same as through their objects, and without allocation.</summary>
public sealed class DataPathTests
{
    private const long Noon = 639_078_336_000_000_000;
    private const int Values = 5000;
    private static readonly UaResponseHeader Header = new(Noon, 77, 0);
    private static readonly UaBuiltInType[] Types = [UaBuiltInType.Double, UaBuiltInType.Int32, UaBuiltInType.Boolean, UaBuiltInType.Float, UaBuiltInType.UInt16, UaBuiltInType.DateTime];

    [Fact]
    public void A_prepared_read_is_the_request_itself()
    {
        ReadValueId[] items = [.. Enumerable.Range(0, 300).Select(i => new ReadValueId(new UaNodeId($"Press.{i}", 2), i % 7 == 0 ? UaAttribute.DataType : UaAttribute.Value))];
        PreparedRead prepared = new(items, TimestampsToReturn.Source, maxAge: 12.5);
        for (uint handle = 1; handle < 3; handle++)
        {
            UaRequestHeader header = new(new UaNodeId([1, 2, 3, (byte)handle], 1), Noon + handle, handle, 5000);
            using UaBuffer expected = new(), written = new();
            new UaWriter(expected).Message(new ReadRequest(header, 12.5, TimestampsToReturn.Source, items));
            prepared.Write(new UaWriter(written), header);
            Assert.Equal(expected.Written.ToArray(), written.Written.ToArray());
        }
        Assert.Equal(300, prepared.Count);
    }

    [Fact]
    public void A_read_response_written_in_place_is_read_in_place()
    {
        using UaBuffer buffer = new();
        WriteRead(buffer);
        ReadResponseReader values = new(UaMessages.OpenResponse(buffer.Written, UaEncodingIds.ReadResponse, "Read"));
        Assert.Equal((Header, Values), (values.Header, values.Count));
        int n = 0;
        for (; values.Next(out UaDataValue value); n++) AssertValue(n, value);
        Assert.Equal((Values, UaFault.None), (n, values.Fault));

        ReadResponse response = UaMessages.Response<ReadResponse>(buffer.Written, "Read");
        Assert.Equal(Values, response.Results.Count);
        for (n = 0; n < Values; n++) AssertValue(n, response.Results[n].Value);
    }

    [Fact]
    public void A_publish_response_written_in_place_is_read_in_place()
    {
        using UaBuffer buffer = new();
        WritePublish(buffer);
        PublishResponseReader response = new(UaMessages.OpenResponse(buffer.Written, UaEncodingIds.PublishResponse, "Publish"));
        Assert.Equal(UaFault.None, response.Fault);
        Assert.Equal((Header, 12u, true), (response.Header, response.SubscriptionId, response.MoreNotifications));
        Assert.Equal((3, 42u, true, false), (response.AvailableSequenceNumbers.Count, response.AvailableSequenceNumbers[2], response.AvailableSequenceNumbers.Contains(41), response.AvailableSequenceNumbers.Contains(43)));
        Assert.Equal((2, UaStatusCodes.Good, UaStatusCodes.BadSequenceNumberUnknown), (response.Results.Count, response.Results[0], response.Results[1]));
        // Twice: each reader begins at the first value.
        for (int round = 0; round < 2; round++)
        {
            NotificationReader notification = response.Notification;
            Assert.Equal((42u, Noon + 1, false, false, 0), (notification.SequenceNumber, notification.PublishTicks, notification.IsKeepAlive, notification.HasStatusChange, notification.Others));
            int n = 0;
            for (; notification.Next(out uint handle, out UaDataValue value); n++)
            {
                Assert.Equal((uint)n, handle);
                AssertValue(n, value);
            }
            Assert.Equal((Values, UaFault.None), (n, notification.Fault));
        }

        PublishResponse whole = UaMessages.Response<PublishResponse>(buffer.Written, "Publish");
        Assert.True(Assert.Single(whole.NotificationMessage.NotificationData).TryDecode<DataChangeNotification>(out DataChangeNotification? changes));
        for (int n = 0; n < Values; n++) AssertValue(n, changes.MonitoredItems[n].Value.Value);
    }

    [Fact]
    public void A_keep_alive_has_no_values()
    {
        using UaBuffer buffer = new();
        UaWriter writer = new(buffer);
        NotificationWriter.KeepAlive(writer, 9, Noon);
        UaReader reader = new(buffer.Written);
        NotificationReader notification = new(ref reader);
        Assert.Equal((9u, Noon, true, UaFault.None, 0), (notification.SequenceNumber, notification.PublishTicks, notification.IsKeepAlive, reader.Fault, reader.Left));
        Assert.False(notification.Next(out _, out _));
    }

    [Fact]
    public void The_end_of_a_subscription_is_told()
    {
        using UaBuffer buffer = new();
        UaWriter writer = new(buffer);
        NotificationWriter.StatusChange(writer, 9, Noon, UaStatusCodes.BadTimeout);
        UaReader reader = new(buffer.Written);
        NotificationReader notification = new(ref reader);
        Assert.Equal((true, UaStatusCodes.BadTimeout, false, UaFault.None, 0), (notification.HasStatusChange, notification.StatusChange, notification.IsKeepAlive, reader.Fault, reader.Left));
        Assert.False(notification.Next(out _, out _));
    }

    [Fact]
    public void Values_in_several_notifications_come_in_order_and_others_are_counted()
    {
        UaExtensionObject values = UaExtensionObject.Of(new DataChangeNotification([new(1, Copy(0)), new(2, Copy(1))]));
        UaExtensionObject none = UaExtensionObject.Of(new DataChangeNotification([]));
        UaExtensionObject events = new(new UaNodeId(UaEncodingIds.EventNotificationList), [0, 0, 0, 0]);
        UaExtensionObject foreign = new(new UaNodeId("somebody's", 3), [1, 2, 3]);
        NotificationMessage message = new(5, Noon, [events, values, none, foreign, values, UaExtensionObject.None]);
        using UaBuffer buffer = new();
        message.Encode(new UaWriter(buffer));
        UaReader reader = new(buffer.Written);
        NotificationReader notification = new(ref reader);
        Assert.Equal((3, UaFault.None, 0), (notification.Others, reader.Fault, reader.Left));
        List<uint> handles = [];
        while (notification.Next(out uint handle, out _)) handles.Add(handle);
        Assert.Equal([1, 2, 1, 2], handles);
        Assert.Equal(UaFault.None, notification.Fault);
    }

    [Fact]
    public void A_damaged_value_ends_the_values_with_a_fault()
    {
        DataChangeNotification changes = new([new(1, Copy(0)), new(2, Copy(1))]);
        byte[] body = UaExtensionObject.Of(changes).Body!;
        // The second item's Variant is of a type that there is not: behind the count, an item (handle, mask, type, double, time), and the item's own handle and mask.
        body[4 + (4 + 1 + 1 + 8 + 8) + 4 + 1] = 0x3E;
        using UaBuffer buffer = new();
        new NotificationMessage(5, Noon, [new UaExtensionObject(new UaNodeId(UaEncodingIds.DataChangeNotification), body)]).Encode(new UaWriter(buffer));
        UaReader reader = new(buffer.Written);
        NotificationReader notification = new(ref reader);
        Assert.Equal(UaFault.None, reader.Fault);
        Assert.True(notification.Next(out uint handle, out _));
        Assert.Equal(1u, handle);
        Assert.False(notification.Next(out _, out _));
        Assert.Equal(UaFault.BadEncoding, notification.Fault);
        Assert.False(notification.Next(out _, out _));
    }

    [Fact]
    public void A_message_kept_by_the_server_can_be_sent_again()
    {
        using UaBuffer first = new(), second = new();
        int begin = WritePublish(first);
        // What lies between the response's begin and its results.
        byte[] kept = first.Written[begin.._endOfMessage].ToArray();
        UaWriter writer = new(second);
        writer.EncodingId(UaEncodingIds.RepublishResponse);
        Header.Encode(writer);
        kept.CopyTo(writer.Take(kept.Length));
        RepublishResponseReader again = new(UaMessages.OpenResponse(second.Written, UaEncodingIds.RepublishResponse, "Republish"));
        NotificationReader notification = again.Notification;
        Assert.Equal((42u, UaFault.None), (notification.SequenceNumber, again.Fault));
        int n = 0;
        for (; notification.Next(out _, out UaDataValue value); n++) AssertValue(n, value);
        Assert.Equal(Values, n);
    }

    [Fact]
    public void Nothing_is_allocated_on_the_data_path()
    {
        using UaBuffer buffer = new();
        TextTable texts = new();
        PreparedRead prepared = new([.. Enumerable.Range(0, 500).Select(i => new ReadValueId(new UaNodeId($"Press.{i}", 2)))], TimestampsToReturn.Source);
        UaRequestHeader header = new(new UaNodeId([1, 2, 3, 4], 1), Noon, 1, 5000);
        long bits = 0;
        for (int round = 0; round < 50; round++) Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 50; round++) Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, bits);

        void Round()
        {
            buffer.Clear();
            prepared.Write(new UaWriter(buffer), header);

            buffer.Clear();
            WriteRead(buffer);
            ReadResponseReader values = new(UaMessages.OpenResponse(buffer.Written, UaEncodingIds.ReadResponse, "Read"));
            while (values.Next(out UaDataValue value)) Take(value);

            buffer.Clear();
            WritePublish(buffer);
            PublishResponseReader response = new(UaMessages.OpenResponse(buffer.Written, UaEncodingIds.PublishResponse, "Publish"));
            NotificationReader notification = response.Notification;
            while (notification.Next(out _, out UaDataValue value)) Take(value);
        }

        void Take(in UaDataValue value)
        {
            UaScalars.TryKind(value.Value.Type, out ValueKind kind);
            if (UaScalars.ToBits(value.Value, kind, texts, out long one) != UaScalarOutcome.Done) Assert.Fail("a value became no reading");
            bits += one;
        }
    }

    [Fact]
    public void A_text_seen_before_and_an_array_are_read_without_allocation()
    {
        TextTable texts = new();
        byte[] array = [0x8C, 3, 0, 0, 0, 2, 0, 0, 0, (byte)'O', (byte)'n', 0, 0, 0, 0, 1, 0, 0, 0, (byte)'x'];
        byte[] guid = [(byte)UaBuiltInType.Guid, .. new byte[16]];
        int texted = 0;
        for (int round = 0; round < 100; round++) Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++) Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(800, texted);

        void Round()
        {
            UaReader reader = new(array);
            UaElements elements = new(reader.Variant());
            while (elements.Next(out UaVariant element)) texted += UaScalars.ToBits(element, ValueKind.Text, texts, out _) == UaScalarOutcome.Done ? 1 : 0;
            reader = new UaReader(guid);
            texted += UaScalars.ToBits(reader.Variant(), ValueKind.Text, texts, out _) == UaScalarOutcome.Done ? 1 : 0;
        }
    }

    private int _endOfMessage;

    private static UaBuiltInType TypeOf(int n) => Types[n % Types.Length];

    private static ulong BitsOf(int n) => TypeOf(n) switch
    {
        UaBuiltInType.Double => BitConverter.DoubleToUInt64Bits(n + 0.5),
        UaBuiltInType.Float => BitConverter.SingleToUInt32Bits(n + 0.5f),
        UaBuiltInType.Boolean => 1,
        _ => (ulong)n,
    };

    private static uint StatusOf(int n) => n % 11 == 0 ? UaStatusCodes.BadSensorFailure | (uint)n : 0;

    private static long SourceOf(int n) => n % 5 == 0 ? 0 : Noon + n;

    private static long ServerOf(int n) => n % 3 == 0 ? 0 : Noon - n;

    private static void AssertValue(int n, in UaDataValue value) =>
        Assert.Equal((TypeOf(n), BitsOf(n), StatusOf(n), SourceOf(n), ServerOf(n)), (value.Value.Type, value.Value.Bits, value.Status, value.SourceTicks, value.ServerTicks));

    private static UaDataValueCopy Copy(int n) => UaDataValueCopy.Of(new UaDataValue { Value = UaVariant.Of(n), SourceTicks = Noon });

    private static void WriteRead(UaBuffer buffer)
    {
        UaWriter writer = new(buffer);
        ReadResponseWriter response = new(writer, Header, Values);
        for (int n = 0; n < Values; n++) writer.DataValue(TypeOf(n), BitsOf(n), StatusOf(n), SourceOf(n), ServerOf(n));
        response.End();
    }

    // Where the message begins.
    private int WritePublish(UaBuffer buffer)
    {
        UaWriter writer = new(buffer);
        PublishResponseWriter response = new(writer, Header, 12, [40, 41, 42], moreNotifications: true);
        NotificationWriter message = new(writer, 42, Noon + 1);
        for (int n = 0; n < Values; n++) message.Item((uint)n, TypeOf(n), BitsOf(n), StatusOf(n), SourceOf(n), ServerOf(n));
        message.End();
        _endOfMessage = writer.Position;
        response.End([UaStatusCodes.Good, UaStatusCodes.BadSequenceNumberUnknown]);
        return message.Begin;
    }
}
