using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;
using HyperIngest.Protocols.Mqtt.Payloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Mqtt.Source;

public sealed class SourceAllocationTests
{
    [Theory]
    [InlineData(MqttQos.AtMostOnce)]
    [InlineData(MqttQos.AtLeastOnce)]
    [InlineData(MqttQos.ExactlyOnce)]
    public void A_message_of_known_series_allocates_nothing_between_decoder_and_ring(MqttQos qos)
    {
        using MetricRegistry registry = new();
        SeriesCatalog catalog = new();
        MpscRing<Reading> ring = new(1 << 12);
        Core.Sharding.Intake intake = new([new ShardInlet(0, ring)]);
        MqttSourceOptions options = new() { Name = "in", Rules = [], Client = new MqttClientOptions { Host = "h", ClientId = "c", SessionExpiry = TimeSpan.FromHours(1) } };
        MqttSourceMetrics metrics = new(registry, "in");
        using DeadLetters letters = new("unused", new DeadLetterOptions(), catalog, registry, NullLogger.Instance);
        AcknowledgementLedger ledger = new();
        MessageIntake source = new(
            options, new OneReading(), intake, new TakenMessages(intake, 1), ledger, new MqttLetters(options, letters, metrics, NullLogger.Instance), metrics, NullLogger.Instance);
        long allocated = 0;
        int taken = 0;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 1; i <= 1000; i++)
            {
                if (source.TryTake(new MqttMessage { Topic = "plant/device/tag"u8, Payload = "21.5"u8, Qos = qos, PacketId = (ushort)i })) taken++;
            }
            source.Pause();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            while (ring.Peek() is { IsEmpty: false } seen) ring.Release(seen.Length);
            while (ledger.Peek() is { IsEmpty: false } waiting) ledger.Remove(waiting.Length);
        }
        Assert.Equal(20_000, taken);
        Assert.Equal(20_000, metrics.Readings.Value);
        Assert.Equal(0, allocated);
    }

    private sealed class OneReading : IMessageDecoder
    {
        public string? Decode(in MqttMessage message, long nowTicks, MessageReadings into)
        {
            into.Clear();
            into.Begin("device");
            into.Add(new Reading(0, 0, nowTicks, nowTicks, 1));
            return null;
        }
    }
}
