using System.Buffers;
using BenchmarkDotNet.Attributes;
using HyperIngest.Mqtt;

namespace HyperIngest.Bench;

/// <summary>1,024 PUBLISH packets of QoS 1 with a topic of 36 bytes and a payload of 64, framed, read and their topics validated, and written. A figure is the time for one packet.</summary>
[MemoryDiagnoser]
public class MqttCodecBenchmarks
{
    internal const int Packets = 1024;
    private const int MaxPacketBytes = 4 << 20;

    private readonly byte[] _payload = new byte[64];
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly byte[] _bytes;

    public MqttCodecBenchmarks()
    {
        Encode();
        _bytes = _output.WrittenSpan.ToArray();
    }

    private static ReadOnlySpan<byte> Topic => "acme/north/press/line-4/robot7/torqu"u8;

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Decode()
    {
        ReadOnlySpan<byte> rest = _bytes;
        int sum = 0;
        while (!rest.IsEmpty)
        {
            MqttFrame.Find(rest, MaxPacketBytes, out int headerBytes, out int packetBytes, out _);
            if (MqttPublish.Read(rest[0], rest[headerBytes..packetBytes], MqttVersion.V5, out MqttPublish packet) != MqttReasonCode.Success) throw new InvalidOperationException("A packet was not read.");
            sum += packet.Topic.Length + packet.Payload.Length + packet.PacketId;
            rest = rest[packetBytes..];
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Encode()
    {
        _output.ResetWrittenCount();
        MqttWriter writer = new(_output, MqttVersion.V5);
        MqttOutgoing message = new() { Topic = Topic, Payload = _payload, Qos = MqttQos.AtLeastOnce };
        for (int i = 1; i <= Packets; i++) writer.Publish(message, (ushort)i);
        return _output.WrittenCount;
    }
}
