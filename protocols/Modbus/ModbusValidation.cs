namespace HyperIngest.Protocols.Modbus;

/// <summary>Checks a device's options before anything starts.</summary>
public static class ModbusValidation
{
    /// <summary>Everything that is wrong with the device, in words that name the device, the tag, what was found and what is accepted; empty when all is well.</summary>
    public static IReadOnlyList<string> Check(ModbusDeviceOptions device)
    {
        List<string> errors = [];
        string at = $"device '{device.Name}'";
        if (string.IsNullOrWhiteSpace(device.Name)) errors.Add("a Modbus device has no name; every device needs one, unique in the node");
        if (string.IsNullOrWhiteSpace(device.Host)) errors.Add($"{at}: host is empty; a host name or an address is needed");
        Range(errors, at, "port", device.Port, 1, 65_535);
        CheckPoll(errors, at, device.Poll);
        CheckRequests(errors, at, device.Requests);
        if (device.Tags.Count == 0) errors.Add($"{at}: has no tags; at least one is needed");
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (ModbusTag tag in device.Tags)
        {
            if (string.IsNullOrWhiteSpace(tag.Name))
            {
                errors.Add($"{at}: the tag at {tag.Table} {tag.Address} has no name");
                continue;
            }
            if (!names.Add(tag.Name)) errors.Add($"{at}, tag '{tag.Name}': the name is used twice; tag names are unique in a device");
            CheckTag(errors, $"{at}, tag '{tag.Name}'", tag, device.Requests);
        }
        return errors;
    }

    /// <summary>Everything that is wrong with the devices, each by itself and together.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<ModbusDeviceOptions> devices)
    {
        List<string> errors = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (ModbusDeviceOptions device in devices)
        {
            errors.AddRange(Check(device));
            if (!names.Add(device.Name)) errors.Add($"device '{device.Name}': the name is used twice; device names are unique in a node");
        }
        return errors;
    }

    private static void CheckPoll(List<string> errors, string at, ModbusPollOptions poll)
    {
        if (poll.Interval != TimeSpan.Zero) Range(errors, at, "poll interval", poll.Interval, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), " or 0 for without pause");
        Range(errors, at, "response timeout", poll.ResponseTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60));
        Range(errors, at, "connect timeout", poll.ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60));
        Range(errors, at, "longest backoff", poll.LongestBackoff, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1));
    }

    private static void CheckRequests(List<string> errors, string at, ModbusRequestOptions requests)
    {
        Range(errors, at, "largest gap", requests.MaxGap, 0, ModbusFrame.MaxReadRegisters - 1);
        Range(errors, at, "largest request in registers", requests.MaxRegisters, 1, ModbusFrame.MaxReadRegisters);
        Range(errors, at, "largest request in bits", requests.MaxBits, 1, ModbusFrame.MaxReadBits);
        Range(errors, at, "requests in flight", requests.MaxInFlight, 1, 16);
    }

    private static void CheckTag(List<string> errors, string at, ModbusTag tag, ModbusRequestOptions requests)
    {
        if (!Enum.IsDefined(tag.Table)) errors.Add($"{at}: table {(int)tag.Table} is unknown; {Names<ModbusTable>()} are accepted");
        if (!Enum.IsDefined(tag.Order)) errors.Add($"{at}: order {(int)tag.Order} is unknown; {Names<WordOrder>()} are accepted");
        if (!Enum.IsDefined(tag.Type))
        {
            errors.Add($"{at}: type {(int)tag.Type} is unknown; {Names<ModbusType>()} are accepted");
            return;
        }
        if (tag.IsBitTable())
        {
            if (tag.Type != ModbusType.Bool) errors.Add($"{at}: type {tag.Type} in table {tag.Table}; coils and discrete inputs are Bool");
            if (tag.Bit is not null) errors.Add($"{at}: bit {tag.Bit} in table {tag.Table}; a bit number is for registers only");
        }
        else if (tag.Type == ModbusType.Bool)
        {
            if (tag.Bit is null) errors.Add($"{at}: a Bool in table {tag.Table} needs a bit, 0 to 15; or take table Coil or DiscreteInput");
            else Range(errors, at, "bit", tag.Bit.Value, 0, 15);
        }
        else if (tag.Bit is not null)
        {
            errors.Add($"{at}: bit {tag.Bit} with type {tag.Type}; a bit number is for type Bool only");
        }
        if (tag.Type == ModbusType.Ascii) Range(errors, at, "length in registers", tag.Length, 1, ModbusFrame.MaxReadRegisters);
        if (!double.IsFinite(tag.Scale) || tag.Scale == 0) errors.Add($"{at}: scale {tag.Scale}; a finite number other than 0 is needed");
        if (!double.IsFinite(tag.Offset)) errors.Add($"{at}: offset {tag.Offset}; a finite number is needed");
        if (tag.Type is ModbusType.Bool or ModbusType.Ascii && tag.IsScaled()) errors.Add($"{at}: scale or offset with type {tag.Type}; only numbers are scaled");
        if (tag.Shaping is { } shaping)
        {
            if (tag.Type is ModbusType.Bool or ModbusType.Ascii) errors.Add($"{at}: a range or deadband with type {tag.Type}; only numbers are shaped");
            if (shaping.Min > shaping.Max) errors.Add($"{at}: min {shaping.Min} above max {shaping.Max}; a range goes from low to high");
            if (!(shaping.Deadband >= 0)) errors.Add($"{at}: deadband {shaping.Deadband}; 0 or more is accepted");
        }
        int most = tag.IsBitTable() ? requests.MaxBits : requests.MaxRegisters;
        if (tag.Span() > most && tag.Span() <= ModbusFrame.MaxReadRegisters) errors.Add($"{at}: takes {tag.Span()} registers and the device's largest request is {most}; a tag is never split");
        if (tag.Address is < 0 or > 65_535) errors.Add($"{at}: address {tag.Address}; 0 to 65535 are accepted (0-based, without the 4xxxx prefix)");
        else if (tag.Address + tag.Span() > 65_536) errors.Add($"{at}: address {tag.Address} and {tag.Span()} registers pass the last address, 65535");
    }

    private static void Range(List<string> errors, string at, string what, int found, int least, int most)
    {
        if (found < least || found > most) errors.Add($"{at}: {what} {found}; {least} to {most} are accepted");
    }

    private static void Range(List<string> errors, string at, string what, TimeSpan found, TimeSpan least, TimeSpan most, string or = "")
    {
        if (found < least || found > most) errors.Add($"{at}: {what} {found}; {least} to {most}{or} are accepted");
    }

    private static string Names<TEnum>()
        where TEnum : struct, Enum => string.Join(", ", Enum.GetNames<TEnum>());
}
