using System.Text;
using HyperIngest.Sinks.Kafka;

namespace HyperIngest.Tests.Unit.Kafka;

public class KeyPartitionTests
{
    // Apache Kafka's own: clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java, testMurmur2.
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Murmur2_is_Javas(string key, int expected) => Assert.Equal(expected, (int)KeyPartition.Murmur2(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void Crc32_is_the_common_one() => Assert.Equal(0xCBF43926u, KeyPartition.Crc32("123456789"u8));

    [Theory]
    [InlineData(KafkaPartitioner.Murmur2)]
    [InlineData(KafkaPartitioner.Crc32)]
    public void Every_partition_has_its_share_of_the_devices(KafkaPartitioner partitioner)
    {
        int[] devices = new int[12];
        for (int i = 0; i < 12_000; i++) devices[KeyPartition.Of(partitioner, Encoding.UTF8.GetBytes($"press-{i:D5}"), devices.Length)]++;
        Assert.All(devices, n => Assert.InRange(n, 800, 1200));
    }
}
