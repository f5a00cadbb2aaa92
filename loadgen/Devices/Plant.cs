using System.Globalization;
using System.Net;
using HyperIngest.Core;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.LoadGen.Devices.Mqtt;
using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Protocols.OpcUa.Source;

namespace HyperIngest.LoadGen.Devices;

/// <summary>One device of a plant.</summary>
/// <param name="Name">Unique in the plant.</param>
/// <param name="Port">Its port, counted from the plant's base port, for an OPC UA server from the base port of those; -1 when it publishes.</param>
/// <param name="UnitId">Its unit id on that port; 0 for those that are no Modbus devices.</param>
/// <param name="Template">Its tags.</param>
public sealed record PlantDevice(string Name, int Port, byte UnitId, DeviceTemplate Template)
{
    /// <summary>How far its clock is ahead.</summary>
    public TimeSpan ClockSkew { get; init; }

    /// <summary>How it publishes; null when it does not.</summary>
    public MqttPublishOptions? Mqtt { get; init; }

    /// <summary>How it is an OPC UA server; null when it is none.</summary>
    public UaServerDeviceOptions? OpcUa { get; init; }

    /// <summary>Whether it answers over Modbus.</summary>
    public bool IsModbus => Mqtt is null && OpcUa is null;
}

/// <summary>A plant with all its devices written out. Simulator, client options and verifier are all made from it, each in its own process.</summary>
public sealed class Plant
{
    private const string NumberPlace = "{n}";
    private const int MaxDevices = 1_000_000;
    private readonly List<(FaultSpec Spec, IReadOnlyList<int> Devices)> _faults = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    /// <summary>Writes the plant out.</summary>
    /// <exception cref="ArgumentException">The options contradict themselves; the message has every problem found, a line each.</exception>
    public Plant(PlantOptions options)
    {
        Options = options;
        List<string> problems = [];
        List<PlantDevice> devices = [];
        if (!IPAddress.TryParse(options.ListenAddress, out IPAddress? address)) problems.Add($"listen address '{options.ListenAddress}' is not an IP address");
        Address = address ?? IPAddress.Loopback;
        if (options.BasePort is < 0 or > 65535) problems.Add($"base port {options.BasePort} is not 0 to 65535");
        if (options.Devices.Count == 0) problems.Add("there are no devices");
        PortNumbers ports = new();
        List<(PlantDeviceOptions Group, int First, int Count)> groups = [];
        foreach (PlantDeviceOptions group in options.Devices)
        {
            int first = devices.Count;
            AddGroup(group, devices, ports, problems);
            groups.Add((group, first, devices.Count - first));
        }
        if (options.Broker is null && options.Devices.Any(g => g.Mqtt is not null)) problems.Add("devices publish over MQTT, and there is no broker");
        if (options.BasePort + ports.Modbus + ports.OpcUa > 65536) problems.Add($"{ports.Modbus + ports.OpcUa} ports from base port {options.BasePort} on end beyond 65535");
        AddFaults(options.Faults, devices, 0, devices.Count, "", problems);
        foreach ((PlantDeviceOptions group, int first, int count) in groups) AddFaults(group.Faults, devices, first, count, $"devices '{group.Name}': ", problems);
        if (problems.Count > 0)
        {
            throw new ArgumentException($"Plant {options.Name} cannot be built:\n- " + string.Join("\n- ", problems), nameof(options));
        }
        Devices = devices;
        PortCount = ports.Modbus;
        UaPortCount = ports.OpcUa;
        Nodes = NodesOf(options.Name, groups, devices);
        TagCount = devices.Sum(d => (long)d.Template.Tags.Count);
    }

    /// <summary>What it was made from.</summary>
    public PlantOptions Options { get; }

    /// <summary>Where it listens.</summary>
    public IPAddress Address { get; }

    /// <summary>All devices; the index is the device's number everywhere.</summary>
    public IReadOnlyList<PlantDevice> Devices { get; }

    /// <summary>Ports of its Modbus devices, one after another.</summary>
    public int PortCount { get; }

    /// <summary>Ports of its OPC UA servers, one after another: with a base port of one's own behind those of the Modbus devices.</summary>
    public int UaPortCount { get; }

    /// <summary>Connections to the broker, each with its devices.</summary>
    public IReadOnlyList<PlantNode> Nodes { get; }

    /// <summary>Tags over all devices.</summary>
    public long TagCount { get; }

    /// <summary>Tags of the devices that publish.</summary>
    public long PublishedTagCount => Devices.Sum(d => d.Mqtt is null ? 0L : d.Template.Tags.Count);

    /// <summary>The faults from the start, in order, with the numbers of the devices that each is for.</summary>
    internal IReadOnlyList<(FaultSpec Spec, IReadOnlyList<int> Devices)> Faults => _faults;

    /// <summary>The numbers of the devices whose names match a pattern with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<int> Matching(string pattern) => Matching(Devices, pattern, 0, Devices.Count);

    /// <summary>The index of a device; -1 when there is none of that name.</summary>
    public int IndexOf(string device) => _byName.GetValueOrDefault(device, -1);

    /// <summary>
    /// The devices as a Modbus client is to read them; those that speak something else are not among them. Devices of one template share one tag list, so that a thousand devices cost no more than their names.
    /// </summary>
    /// <param name="host">Where the simulator runs.</param>
    /// <param name="basePort">The base port it really has.</param>
    /// <param name="poll">How often; null for the default.</param>
    /// <param name="requests">How; null for the default.</param>
    public IReadOnlyList<ModbusDeviceOptions> ClientOptions(
        string host, int basePort, ModbusPollOptions? poll = null, ModbusRequestOptions? requests = null)
    {
        poll ??= new ModbusPollOptions();
        requests ??= new ModbusRequestOptions();
        List<ModbusDeviceOptions> devices = new(Devices.Count);
        foreach (PlantDevice device in Devices)
        {
            if (!device.IsModbus) continue;
            devices.Add(new ModbusDeviceOptions
            {
                Name = device.Name,
                Host = host,
                Port = basePort + device.Port,
                UnitId = device.UnitId,
                Tags = device.Template.ClientTags,
                Poll = poll,
                Requests = requests,
            });
        }
        return devices;
    }

    /// <summary>The OPC UA servers as a client is to have them; devices of one template share one tag list, whose kinds are known beforehand.</summary>
    /// <param name="host">Where the simulator runs.</param>
    /// <param name="basePort">The base port its OPC UA servers really have.</param>
    /// <param name="client">How they are had.</param>
    public IReadOnlyList<UaDeviceOptions> UaClientOptions(string host, int basePort, UaPlantClient client) => client.DevicesOf(this, host, basePort);

    private void AddGroup(PlantDeviceOptions group, List<PlantDevice> devices, PortNumbers ports, List<string> problems)
    {
        string where = $"devices '{group.Name}'";
        if (group.Count is < 1 or > MaxDevices || devices.Count + group.Count > MaxDevices)
        {
            problems.Add($"{where}: count {group.Count} is not 1 to {MaxDevices} (over all groups)");
            return;
        }
        if (group.UnitsPerPort is < 1 or > 247) problems.Add($"{where}: units per port {group.UnitsPerPort} is not 1 to 247");
        if (group.ClockSkew.Duration() > FaultRules.LongestTime) problems.Add($"{where}: clock skew {group.ClockSkew} is more than {FaultRules.LongestTime.TotalDays:0} days");
        if (group.Count > 1 && !group.Name.Contains(NumberPlace, StringComparison.Ordinal))
        {
            problems.Add($"{where}: {group.Count} devices need {NumberPlace} in their name");
            return;
        }
        if (Template(group, where, problems) is not { } template) return;
        if (group.Mqtt is { } mqtt) CheckPublishing(mqtt, template, where, problems);
        if (group.OpcUa is { } server)
        {
            if (group.Mqtt is not null) problems.Add($"{where}: mqtt and opcua are there both; a device speaks one of them");
            if (group.UnitsPerPort != 1) problems.Add($"{where}: units per port are for Modbus devices; an OPC UA server has a port of its own");
            foreach (string problem in UaServerDeviceRules.Check(server)) problems.Add($"{where}, opcua: {problem}");
        }
        int units = Math.Clamp(group.UnitsPerPort, 1, 247);
        for (int i = 0; i < group.Count; i++)
        {
            string name = Numbered(group.Name, i + 1, group.Count);
            if (!_byName.TryAdd(name, devices.Count)) problems.Add($"{where}: device name {name} is there twice");
            if (group.Mqtt is not null && MqttPublishRules.NameProblem(name) is { } wrong) problems.Add($"{where}: device name '{name}' {wrong}");
            (int port, int unit) = group switch
            {
                { OpcUa: not null } => (ports.OpcUa + i, 0),
                { Mqtt: not null } => (-1, 0),
                _ => (ports.Modbus + (i / units), 1 + (i % units)),
            };
            devices.Add(new PlantDevice(name, port, (byte)unit, template) { ClockSkew = group.ClockSkew, Mqtt = group.Mqtt, OpcUa = group.OpcUa });
        }
        if (group.OpcUa is not null) ports.OpcUa += group.Count;
        else if (group.Mqtt is null) ports.Modbus += (group.Count + units - 1) / units;
    }

    private void CheckPublishing(MqttPublishOptions mqtt, DeviceTemplate template, string where, List<string> problems)
    {
        foreach (string problem in MqttPublishRules.Check(mqtt, Options.Name, template.Tags.Count)) problems.Add($"{where}, mqtt: {problem}");
        if (mqtt.Format != MqttPublishFormat.Json || !mqtt.Topic.Contains(MqttPublishRules.TagPlace, StringComparison.Ordinal)) return;
        foreach (PlantTag tag in template.Tags)
        {
            if (MqttPublishRules.NameProblem(tag.Name) is not { } wrong) continue;
            problems.Add($"{where}, mqtt: tag name '{tag.Name}' {wrong}");
            return;
        }
    }

    private static List<PlantNode> NodesOf(string plant, List<(PlantDeviceOptions Group, int First, int Count)> groups, List<PlantDevice> devices)
    {
        List<PlantNode> nodes = [];
        int total = groups.Where(g => g.Group.Mqtt is not null).Sum(g => (g.Count + Math.Max(1, g.Group.Mqtt!.DevicesPerNode) - 1) / Math.Max(1, g.Group.Mqtt.DevicesPerNode));
        foreach ((PlantDeviceOptions group, int first, int count) in groups)
        {
            if (group.Mqtt is not { } mqtt) continue;
            int each = Math.Max(1, mqtt.DevicesPerNode);
            for (int i = 0; i < count; i += each)
            {
                // With no devices below it, the node is the device.
                string name = mqtt.DevicesPerNode == 0 ? devices[first + i].Name : Numbered($"{plant}-node-{NumberPlace}", nodes.Count + 1, total);
                nodes.Add(new PlantNode(name, mqtt, first + i, Math.Min(each, count - i)));
            }
        }
        return nodes;
    }

    private void AddFaults(IReadOnlyList<FaultSpec> faults, List<PlantDevice> devices, int first, int count, string where, List<string> problems)
    {
        foreach (FaultSpec spec in faults)
        {
            IReadOnlyList<int> matching = Matching(devices, spec.Devices, first, count);
            foreach (FaultProblem problem in FaultRules.Check(spec)) problems.Add($"{where}fault {problem}");
            if (matching.Count == 0 && count > 0) problems.Add($"{where}fault devices: no device matches '{spec.Devices}'");
            else if (matching.Count > 0 && matching.All(d => FaultRules.Unfit(spec, devices[d]) is not null)) problems.Add($"{where}fault kind: {FaultRules.Unfit(spec, devices[matching[0]])}");
            _faults.Add((spec, matching));
        }
        if (_faults.Count > FaultBoard.MostFaults) problems.Add($"{where}{_faults.Count} faults are more than a simulator keeps, {FaultBoard.MostFaults}");
    }

    private static IReadOnlyList<int> Matching(IReadOnlyList<PlantDevice> devices, string pattern, int first, int count)
    {
        Glob glob = new(pattern);
        return [.. Enumerable.Range(first, count).Where(d => glob.Matches(devices[d].Name))];
    }

    private static DeviceTemplate? Template(PlantDeviceOptions group, string where, List<string> problems)
    {
        List<PlantTag> tags = [];
        // Devices that publish, and OPC UA servers, are not asked by address: theirs only follow one another.
        bool byName = group.Mqtt is not null || group.OpcUa is not null;
        int next = 0;
        foreach (PlantTagOptions tag in group.Tags)
        {
            if (tag.Count is < 1 or > 65536) problems.Add($"{where}, tags '{tag.Name}': count {tag.Count} is not 1 to 65536");
            else if (tag.Count > 1 && !tag.Name.Contains(NumberPlace, StringComparison.Ordinal))
            {
                problems.Add($"{where}, tags '{tag.Name}': {tag.Count} tags need {NumberPlace} in their name");
            }
            else
            {
                int address = byName ? next : tag.StartAddress;
                for (int i = 1; i <= tag.Count; i++)
                {
                    PlantTag one = new(Numbered(tag.Name, i, tag.Count), tag.Table, address, tag.Type, tag.Order, tag.Length, tag.Generator) { Quality = tag.Quality ?? group.Quality };
                    tags.Add(one);
                    address += one.Span;
                }
                next = address;
            }
        }
        if (tags.Count == 0)
        {
            problems.Add($"{where}: there are no tags");
            return null;
        }
        try
        {
            return new DeviceTemplate(tags, byName);
        }
        catch (ArgumentException wrong)
        {
            problems.Add($"{where}: {wrong.Message}");
            return null;
        }
    }

    private static string Numbered(string template, int number, int count)
    {
        int digits = count.ToString(CultureInfo.InvariantCulture).Length;
        return template.Replace(NumberPlace, number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0'), StringComparison.Ordinal);
    }

    // Ports taken so far.
    private sealed class PortNumbers
    {
        public int Modbus { get; set; }

        public int OpcUa { get; set; }
    }
}
