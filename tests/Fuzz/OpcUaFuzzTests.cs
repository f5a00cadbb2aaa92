using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Unit.OpcUa;

namespace HyperIngest.Tests.Fuzz;

/// <summary>Bytes no peer should send, into everything that decodes: no exception, and no more memory than the bytes account for.</summary>
public sealed class OpcUaFuzzTests
{
    // An element of a byte on the wire may become a reference and an object of a few fields; the largest such is a Variant or DataValue of one byte, copied into an array of its own (8 + 32 bytes).
    private const int MostBytesOfOne = 100;
    private const int Fixed = 4096;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Damaged_messages_are_read_or_are_faults(int seed)
    {
        Random random = new(seed);
        int faults = 0, read = 0;
        foreach (UaSample sample in UaSamples.All)
        {
            for (int round = 0; round < 400; round++)
            {
                byte[] bytes = Damage(sample.Bytes, random);
                if (DecodeMeasured(sample, bytes) == UaFault.None) read++;
                else faults++;
            }
        }
        Assert.True(faults > 5000, $"{faults} faults only");
        Assert.True(read > 5000, $"{read} whole messages only");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Noise_is_read_or_is_a_fault(int seed)
    {
        Random random = new(seed);
        foreach (UaSample sample in UaSamples.All)
        {
            for (int round = 0; round < 300; round++)
            {
                byte[] bytes = new byte[random.Next(400)];
                random.NextBytes(bytes);
                // Small numbers pass for lengths, counts and types.
                for (int i = 0; i < bytes.Length; i++)
                {
                    if (random.Next(3) > 0) bytes[i] = (byte)random.Next(4);
                }
                DecodeMeasured(sample, bytes);
            }
        }
    }

    [Fact]
    public void A_length_alone_asks_for_no_memory()
    {
        // Every 32 bits of each message in turn say two thousand million.
        foreach (UaSample sample in UaSamples.All)
        {
            for (int at = 0; at + 4 <= sample.Bytes.Length; at++)
            {
                byte[] bytes = [.. sample.Bytes];
                bytes[at] = bytes[at + 1] = bytes[at + 2] = 0xFF;
                bytes[at + 3] = 0x7F;
                DecodeMeasured(sample, bytes);
            }
        }
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Responses_read_in_place_fault_where_the_objects_do(int seed)
    {
        Random random = new(seed);
        UaSample publish = UaSamples.Of(typeof(PublishResponse)), readResponse = UaSamples.Of(typeof(ReadResponse)), republish = UaSamples.Of(typeof(RepublishResponse));
        int both = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = Damage(readResponse.Bytes, random);
            readResponse.Decode(bytes, out UaFault expected, out _);
            ReadResponseReader values = new(new UaReader(bytes));
            int seen = 0;
            while (values.Next(out _)) seen++;
            // The object reads the diagnostics behind the values too.
            if (expected == UaFault.None) Assert.Equal((UaFault.None, values.Count), (values.Fault, seen));

            bytes = Damage(publish.Bytes, random);
            PublishResponseReader response = new(new UaReader(bytes));
            int items = Count(response.Notification, out UaFault fault);
            object whole = publish.Decode(bytes, out expected, out _);
            Assert.True(expected != UaFault.None || response.Fault is UaFault.None or UaFault.Truncated, $"in place {response.Fault}");
            if (expected == UaFault.None && response.Fault == UaFault.None && fault == UaFault.None && ItemsOf((PublishResponse)whole) is int objects)
            {
                both++;
                Assert.Equal(objects, items);
            }

            bytes = Damage(republish.Bytes, random);
            RepublishResponseReader again = new(new UaReader(bytes));
            Count(again.Notification, out _);
        }
        Assert.True(both > 1000, $"{both} whole responses only");
    }

    [Fact]
    public void Values_nested_too_deep_are_a_fault_and_no_stack_overflow()
    {
        // Arrays of one Variant that is an array of one Variant, and so on.
        byte[] nested = new byte[50_000];
        for (int i = 0; i + 5 <= nested.Length; i += 5)
        {
            nested[i] = (byte)UaBuiltInType.Variant | 0x80;
            nested[i + 1] = 1;
        }
        UaReader reader = new(nested);
        reader.Variant();
        Assert.Equal(UaFault.TooDeep, reader.Fault);

        // DataValues with a Variant that is an array of one DataValue.
        for (int i = 0; i + 6 <= nested.Length; i += 6)
        {
            nested[i] = 1;
            nested[i + 1] = (byte)UaBuiltInType.DataValue | 0x80;
            nested[i + 2] = 1;
            nested[i + 3] = nested[i + 4] = nested[i + 5] = 0;
        }
        reader = new UaReader(nested);
        reader.DataValue();
        Assert.Equal(UaFault.TooDeep, reader.Fault);

        // Diagnostics inside diagnostics.
        Array.Fill(nested, (byte)0x40);
        reader = new UaReader(nested);
        reader.SkipDiagnosticInfo();
        Assert.Equal(UaFault.TooDeep, reader.Fault);
    }

    private static int Count(NotificationReader notification, out UaFault fault)
    {
        int items = 0;
        while (notification.Next(out _, out _)) items++;
        fault = notification.Fault;
        return items;
    }

    // None when a notification is damaged behind its values: there the object is refused as a whole.
    private static int? ItemsOf(PublishResponse response)
    {
        int items = 0;
        foreach (UaExtensionObject data in response.NotificationMessage.NotificationData)
        {
            if (data.TryDecode<DataChangeNotification>(out DataChangeNotification? values)) items += values.MonitoredItems.Count;
            else if (data.Encoding == new UaNodeId(UaEncodingIds.DataChangeNotification)) return null;
        }
        return items;
    }

    private static UaFault DecodeMeasured(UaSample sample, byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        sample.Decode(bytes, out UaFault fault, out _);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > Fixed + ((long)MostBytesOfOne * bytes.Length)) Assert.Fail($"{sample.Name}: {bytes.Length} bytes made {allocated} bytes: {Convert.ToHexString(bytes)}");
        return fault;
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        for (int hits = random.Next(1, 4); hits > 0 && bytes.Length > 0; hits--)
        {
            int at = random.Next(bytes.Length);
            bytes[at] = random.Next(4) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                2 => 0xFF,
                _ => (byte)(bytes[at] + random.Next(-2, 3)),
            };
        }
        return random.Next(6) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
    }
}
