using HyperIngest.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Client;

public class PacketIdTests
{
    [Fact]
    public void An_identifier_rests_before_it_is_used_again()
    {
        MqttPacketIds ids = new(window: 65_535);
        Dictionary<ushort, int> lastUsed = [];
        for (int i = 0; i < 200_000; i++)
        {
            Assert.True(ids.TryTake(MqttIdUse.AtLeastOnce, out ushort id));
            Assert.NotEqual(0, id);
            if (lastUsed.TryGetValue(id, out int before)) Assert.InRange(i - before, 1024, int.MaxValue);
            lastUsed[id] = i;
            ids.Return(id);
        }
        // The tables stay small where little is under way.
        Assert.InRange(lastUsed.Count, 1024, 1100);
    }

    [Fact]
    public void All_identifiers_can_be_under_way_each_once()
    {
        MqttPacketIds ids = new(window: 65_535);
        HashSet<ushort> underWay = [];
        Random random = new(5);
        for (int i = 0; i < 300_000; i++)
        {
            if (underWay.Count > 0 && random.Next(3) == 0)
            {
                ushort back = underWay.First();
                underWay.Remove(back);
                ids.Return(back);
            }
            else if (ids.TryTake(MqttIdUse.AtLeastOnce, out ushort id))
            {
                Assert.True(underWay.Add(id));
            }
            else
            {
                Assert.Equal(65_535, underWay.Count);
            }
            Assert.Equal(underWay.Count, ids.UnderWay);
        }
        while (ids.TryTake(MqttIdUse.AtLeastOnce, out ushort id)) Assert.True(underWay.Add(id));
        Assert.Equal(65_535, underWay.Count);
    }
}
