using System.Globalization;
using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds templates and devices, and spreads ranges out.</summary>
/// <param name="names">Lines of the devices there are, by name: names are unique in a node.</param>
internal sealed class DeviceBinder(Dictionary<string, int> names)
{
    private readonly Dictionary<string, IReadOnlyList<ModbusTag>> _templates = new(StringComparer.Ordinal);
    private readonly HashSet<string> _usedTemplates = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Host, int Port, byte Unit), string> _addresses = [];
    private readonly List<ModbusDeviceOptions> _devices = [];

    /// <summary>All devices of a site.</summary>
    public static IReadOnlyList<ModbusDeviceOptions> Bind(SectionReader root, Dictionary<string, int> deviceNames)
    {
        DeviceBinder binder = new(deviceNames);
        var templates = root.Named(SiteSchema.Templates);
        foreach (var (name, section) in templates) binder._templates.Add(name.Text, TagBinder.Bind(section.List(DeviceSchema.TemplateTags)));
        foreach (SectionReader device in root.List(SiteSchema.Devices)) binder.BindDevice(device);
        foreach (var (name, section) in templates)
        {
            if (!binder._usedTemplates.Contains(name.Text)) root.Problems.Warning(name.Mark, section.Path, "no device uses this template");
        }
        return binder._devices;
    }

    private void BindDevice(SectionReader reader)
    {
        reader.Get(DeviceSchema.Protocol);
        string name = reader.Get(DeviceSchema.Name);
        string host = reader.Get(DeviceSchema.Host);
        string port = reader.Get(DeviceSchema.Port);
        string unit = reader.Get(DeviceSchema.Unit);
        string tenant = reader.Get(DeviceSchema.Tenant);
        bool ownConnection = reader.Get(DeviceSchema.OwnConnection);
        IReadOnlyList<ModbusTag> tags = Tags(reader);
        ModbusPollOptions poll = new()
        {
            Interval = reader.Get(DeviceSchema.Interval),
            ResponseTimeout = reader.Get(DeviceSchema.Timeout),
            ConnectTimeout = reader.Get(DeviceSchema.ConnectTimeout),
            LongestBackoff = reader.Get(DeviceSchema.LongestBackoff),
            Timestamp = reader.Get(DeviceSchema.Timestamp),
        };
        ModbusRequestOptions requests = Requests(reader, tags);
        if (name.Length == 0) return;
        if (!NameRange.TryParse(name, out NameRange range, out string? problem))
        {
            reader.Error(DeviceSchema.Name, problem!);
            return;
        }
        if (range.Width == 0 && (RangeExpression.IsIn(host) || RangeExpression.IsIn(port) || RangeExpression.IsIn(unit)))
        {
            reader.Error(DeviceSchema.Name, $"expected a range such as {name}-{{01..20}}, because host, port or unit use {{...}}; found '{name}'");
            return;
        }

        for (int n = range.First; n <= range.Last; n++)
        {
            // One message for the first n that is wrong: 120 of the same kind help nobody.
            if (!TryText(reader, DeviceSchema.Host, host, n, out string hostOfN)) return;
            if (!TryNumber(reader, DeviceSchema.Port, port, n, 1, 65535, out int portOfN)) return;
            if (!TryNumber(reader, DeviceSchema.Unit, unit, n, 0, 255, out int unitOfN)) return;
            string nameOfN = range.NameOf(n);
            if (!names.TryAdd(nameOfN, reader.Mark.Line))
            {
                reader.Error(DeviceSchema.Name, $"device '{nameOfN}' is there already, in line {names[nameOfN]}; device names are unique in a node");
                return;
            }
            if (hostOfN.Length > 0 && !_addresses.TryAdd((hostOfN, portOfN, (byte)unitOfN), nameOfN))
            {
                reader.Warning(reader.Has(DeviceSchema.Unit) ? DeviceSchema.Unit : DeviceSchema.Name,
                    $"device '{nameOfN}' is unit {unitOfN} at {hostOfN}:{portOfN}, as '{_addresses[(hostOfN, portOfN, (byte)unitOfN)]}' is; one of them may be a slip");
            }
            _devices.Add(new ModbusDeviceOptions
            {
                Name = nameOfN,
                Host = hostOfN,
                Port = portOfN,
                UnitId = (byte)unitOfN,
                OwnConnection = ownConnection,
                Tenant = tenant,
                Tags = tags,
                Poll = poll,
                Requests = requests,
            });
        }
    }

    private IReadOnlyList<ModbusTag> Tags(SectionReader reader)
    {
        IReadOnlyList<ModbusTag> own = TagBinder.Bind(reader.List(DeviceSchema.Tags));
        if (!reader.Has(DeviceSchema.TemplateName))
        {
            if (own.Count == 0) reader.Error(DeviceSchema.Tags, "missing; a device needs tags, or the name of a template");
            return own;
        }
        if (reader.Has(DeviceSchema.Tags)) reader.Error(DeviceSchema.TemplateName, "expected either template or tags, found both");
        string template = reader.Get(DeviceSchema.TemplateName);
        if (_templates.TryGetValue(template, out IReadOnlyList<ModbusTag>? shared))
        {
            _usedTemplates.Add(template);
            return shared;
        }
        if (template.Length > 0)
        {
            string hint = Nearest.Hint(template, _templates.Keys);
            if (hint.Length == 0) hint = _templates.Count == 0 ? "; the file has no templates" : $"; there are {string.Join(", ", _templates.Keys.Take(12))}";
            reader.Error(DeviceSchema.TemplateName, $"no template has the name {reader.Found(DeviceSchema.TemplateName)}{hint}");
        }
        return [];
    }

    private static ModbusRequestOptions Requests(SectionReader reader, IReadOnlyList<ModbusTag> tags)
    {
        SectionReader section = reader.Section(DeviceSchema.Request);
        ModbusRequestOptions requests = new()
        {
            MaxGap = section.Get(DeviceSchema.Requests.MaxGap),
            MaxRegisters = section.Get(DeviceSchema.Requests.MaxRegisters),
            MaxBits = section.Get(DeviceSchema.Requests.MaxBits),
            MaxInFlight = section.Get(DeviceSchema.Requests.MaxInFlight),
        };
        ModbusTag? tooWide = tags.FirstOrDefault(t => !t.IsBitTable() && t.Span() > requests.MaxRegisters);
        if (tooWide is not null)
        {
            section.Error(DeviceSchema.Requests.MaxRegisters,
                $"expected at least {tooWide.Span()}, which tag '{tooWide.Name}' needs in one request, found {requests.MaxRegisters}");
        }
        return requests;
    }

    private static bool TryText(SectionReader reader, Key key, string text, int n, out string expanded)
    {
        if (RangeExpression.TryExpand(text, n, out expanded, out string? problem)) return true;
        reader.Error(key, problem!);
        return false;
    }

    private static bool TryNumber(SectionReader reader, Key key, string text, int n, int least, int most, out int value)
    {
        value = 0;
        if (!TryText(reader, key, text, n, out string expanded)) return false;
        if (Scalars.TryInteger(expanded, out value) && value >= least && value <= most) return true;
        bool computed = RangeExpression.IsIn(text);
        reader.Error(key, computed
            ? string.Create(CultureInfo.InvariantCulture, $"expected a whole number from {least} to {most}, found {reader.Found(key)}, which is {expanded} for n = {n}")
            : $"expected a whole number from {least} to {most}, found {reader.Found(key)}");
        return false;
    }
}
