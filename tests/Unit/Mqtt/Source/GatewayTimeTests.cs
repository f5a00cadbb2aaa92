using HyperIngest.Core.Sharding;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Source;

public sealed class GatewayTimeTests : IDisposable
{
    private const long Due = 639_000_000_000_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("hyperingest-mqtt-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(MqttGatewayTime.Arrival, 0)]
    [InlineData(MqttGatewayTime.Payload, 2)]
    public async Task A_payloads_own_time_is_the_gateway_time_where_that_is_wanted(MqttGatewayTime time, long expected)
    {
        await using SourceRig rig = await SourceRig.StartAsync(_folder, fsync: SourceRig.Never, gatewayTime: time);
        MeasuredWindow due = new(Due, Due + 2);
        rig.Pipeline.Measure(due);
        Assert.True(rig.Send($"d 1 @{Due}\nd 2\ne 3 @{Due + 1}", packetId: 7));
        await rig.DrainAsync();
        Assert.Equal(expected, due.Readings);
    }
}
