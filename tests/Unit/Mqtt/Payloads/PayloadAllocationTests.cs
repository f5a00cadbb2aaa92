using System.Text;
using HyperIngest.Mqtt;
using HyperIngest.Protocols.Mqtt;

namespace HyperIngest.Tests.Unit.Mqtt.Payloads;

public class PayloadAllocationTests
{
    public static TheoryData<string, MqttPayloadOptions, string> Payloads => new()
    {
        { PayloadRig.Topic, new MqttJsonPayload(), """{"value":21.5,"timestamp":1763740800123,"quality":192}""" },
        { PayloadRig.Topic, new MqttJsonPayload(), """{"value":"running","timestamp":"2026-11-21T10:30:22.5Z","quality":"good"}""" },
        { PayloadRig.Topic, new MqttJsonPayload(), """{"value":"\u00fcber","timestamp":"1763740800.5"}""" },
        { PayloadRig.Topic, new MqttJsonPayload { Value = "d.v" }, """{"d":{"v":12345678901234567890.5},"x":[1]}""" },
        { PayloadRig.Topic, new MqttJsonPayload(), "21.5" },
        { "plant/{device}/#", new MqttJsonPayload { Shape = MqttJsonShape.Members }, """{"a":1,"m":{"b":2},"c":true,"l":[1],"timestamp":1763740800123}""" },
        { "plant/{device}/#", new MqttJsonPayload { Shape = MqttJsonShape.Items }, """[{"tag":"a","value":1},{"tag":"b","value":2,"timestamp":5}]""" },
        { PayloadRig.Topic, new MqttTextPayload(), " 21.5" },
        { PayloadRig.Topic, new MqttTextPayload(), "running" },
        { PayloadRig.Topic, new MqttBinaryPayload { Fields = [new MqttBinaryField { Type = MqttBinaryType.Float32 }] }, "\0\0\0\0" },
        { "plant/{device}/#", new MqttBinaryPayload { Fields = [new MqttBinaryField { Tag = "a" }, new MqttBinaryField { Tag = "b", Count = 2 }], Time = new MqttBinaryTime { Offset = 0, Type = MqttBinaryType.UInt32 } }, "\0\0\0\0\0\0\0\0" },
        { "plant/#", new MqttRecordPayload(), """{"device":"press","tag":"oil","value":1}""" },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_message_of_known_topic_and_series_allocates_nothing(string topic, MqttPayloadOptions payload, string text)
    {
        PayloadRig rig = new(new MqttRuleOptions { Topic = topic, Payload = payload });
        byte[] name = "plant/press/oil"u8.ToArray();
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        long allocated = -1;
        int decoded = 0;
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
            {
                if (rig.Router.Decode(new MqttMessage { Topic = name, Payload = bytes }, PayloadRig.Now + i, rig.Readings) is null && rig.Readings.Count > 0) decoded++;
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(400, decoded);
        Assert.Equal(0, allocated);
    }
}
