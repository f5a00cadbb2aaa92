using System.Text;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;
using HyperIngest.Sparkplug;

namespace HyperIngest.Sinks.Mqtt.Sparkplug;

/// <summary>
/// Which device a series is of, and which series a device has: what births are made from. A lane carries a shard's devices, and knows which those are by their readings.
/// </summary>
internal sealed class EdgeDevices(SeriesCatalog catalog, string group, string node)
{
    private readonly SeriesCatalog _catalog = catalog;
    private readonly byte[] _group = Encoding.UTF8.GetBytes(group);
    private readonly byte[] _node = Encoding.UTF8.GetBytes(node);
    private readonly Dictionary<string, EdgeDevice> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EdgeDevice> _byId = new(StringComparer.Ordinal);

    // Series of the catalog that are in the devices' lists.
    private int _known;

    /// <summary>The devices whose readings came through this lane, in the order in which they did.</summary>
    public List<EdgeDevice> Met { get; } = [];

    /// <summary>Takes in the series that were registered since.</summary>
    public void Learn()
    {
        for (int count = _catalog.Count; _known < count; _known++)
        {
            string name = _catalog.DeviceOf(_known);
            if (!_byName.TryGetValue(name, out EdgeDevice? device)) _byName.Add(name, device = new EdgeDevice(name));
            device.Series.Add(_known);
        }
    }

    /// <summary>The device of a name that is in the catalog.</summary>
    /// <exception cref="SinkException">Its id is another device's already (Stop).</exception>
    public EdgeDevice Meet(string name)
    {
        if (!_byName.TryGetValue(name, out EdgeDevice? device))
        {
            Learn();
            device = _byName[name];
        }
        if (device.IsMet) return device;
        string id = EdgeNodeNames.Legal(name);
        if (!_byId.TryAdd(id, device))
        {
            throw new SinkException(DeliveryOutcome.Stop(
                $"the devices '{_byId[id].Name}' and '{name}' would both be the Sparkplug device '{id}', because an id may not have '/', '+' and '#': rename one"));
        }
        byte[] device8 = Encoding.UTF8.GetBytes(id);
        device.BirthTopic = SparkplugTopic.Compose(SparkplugMessageType.DeviceBirth, _group, _node, device8);
        device.DataTopic = SparkplugTopic.Compose(SparkplugMessageType.DeviceData, _group, _node, device8);
        Met.Add(device);
        return device;
    }

    /// <summary>None is born any more.</summary>
    public void Bury()
    {
        foreach (EdgeDevice device in Met) device.LastBorn = -1;
    }
}
