using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of a device, its tags and its requests.</summary>
internal static class DeviceSchema
{
    public static class Tag
    {
        public static readonly ValueKey<string> Name = new("name", Scalars.Text(255), "", "The tag's name, unique in its device.") { Required = true };

        public static readonly ValueKey<ModbusTable> Table = new("table",
            Scalars.Choice(("coil", ModbusTable.Coil), ("discrete", ModbusTable.DiscreteInput), ("holding", ModbusTable.HoldingRegister), ("input", ModbusTable.InputRegister)),
            OptionDefaults.Tag.Table, "The register table: coils (FC 1), discrete inputs (FC 2), holding registers (FC 3) or input registers (FC 4).");

        public static readonly ValueKey<int> Address = new("address", Scalars.Integer(0, 65535), 0,
            "Address of the first register or bit as it goes over the wire, counted from 0: what a manual calls 40101 is `table: holding, address: 100`.")
        { Required = true };

        public static readonly ValueKey<ModbusType> Type = new("type",
            Scalars.Choice(
                ("bool", ModbusType.Bool), ("int16", ModbusType.Int16), ("uint16", ModbusType.UInt16), ("int32", ModbusType.Int32), ("uint32", ModbusType.UInt32),
                ("int64", ModbusType.Int64), ("uint64", ModbusType.UInt64), ("float32", ModbusType.Float32), ("float64", ModbusType.Float64), ("ascii", ModbusType.Ascii)),
            OptionDefaults.Tag.Type, "How the registers make a value.")
        { DefaultText = "`bool` in coils and discrete inputs, `uint16` in registers" };

        public static readonly ValueKey<WordOrder> Order = new("order",
            Scalars.Choice(("ABCD", WordOrder.ABCD), ("CDAB", WordOrder.CDAB), ("BADC", WordOrder.BADC), ("DCBA", WordOrder.DCBA)), OptionDefaults.Tag.Order,
            "Order of the bytes on the wire, A being the most significant: `CDAB` has its words swapped, `BADC` its bytes, `DCBA` both.");

        public static readonly ValueKey<int> Bit = new("bit", Scalars.Integer(0, 15), 0, "For a `bool` in a register: which bit, 0 being the least significant.") { DefaultText = "none" };

        public static readonly ValueKey<int> Length = new("length", Scalars.Integer(1, ModbusFrame.MaxReadRegisters), OptionDefaults.Tag.Length, "For `ascii`: registers, two characters each.");

        public static readonly ValueKey<double> Scale = new("scale", Scalars.Number, OptionDefaults.Tag.Scale, "Factor from the raw to the engineering value; not 0.");

        public static readonly ValueKey<double> Offset = new("offset", Scalars.Number, OptionDefaults.Tag.Offset, "Added after the factor.");

        public static readonly ValueKey<string> Unit = new("unit", Scalars.OptionalText(32), OptionDefaults.Tag.Unit, "Engineering unit.") { DefaultText = "none" };

        public static readonly ValueKey<double> Min = new("min", Scalars.Number, 0, "Lowest engineering value of a sound reading; numbers only.") { DefaultText = "none" };

        public static readonly ValueKey<double> Max = new("max", Scalars.Number, 0, "Highest engineering value of a sound reading; numbers only.") { DefaultText = "none" };

        public static readonly ValueKey<Core.Shaping.OutOfRange> OutOfRange = new("out_of_range", Scalars.Choice(("mark", Core.Shaping.OutOfRange.Mark), ("clamp", Core.Shaping.OutOfRange.Clamp)), OptionDefaults.Shaping.OutOfRange,
            "A value outside `min` and `max` is kept with status UncertainEngineeringUnitsExceeded, or becomes the nearer limit with status GoodClamped.");

        public static readonly ValueKey<double> Deadband = new("deadband", Scalars.Number, OptionDefaults.Shaping.Deadband,
            "A reading no further than this from the last one let through, with the same status, is held back (and counted); numbers only.");

        public static readonly ValueKey<TimeSpan> Heartbeat = new("heartbeat", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), "never"), OptionDefaults.Shaping.Heartbeat,
            "With `deadband`: a reading is let through all the same when the last one is older than this.");

        public static readonly Section Section = new("Tag", Name, Table, Address, Type, Order, Bit, Length, Scale, Offset, Unit, Min, Max, OutOfRange, Deadband, Heartbeat);
    }

    public static class Requests
    {
        public static readonly ValueKey<int> MaxGap = new("max_gap", Scalars.Integer(0, 124), OptionDefaults.Device.Requests.MaxGap, "Registers between two tags that are read along rather than split into two requests.");

        public static readonly ValueKey<int> MaxRegisters = new("max_registers", Scalars.Integer(1, ModbusFrame.MaxReadRegisters), OptionDefaults.Device.Requests.MaxRegisters, "Most registers in one request.");

        public static readonly ValueKey<int> MaxBits = new("max_bits", Scalars.Integer(1, ModbusFrame.MaxReadBits), OptionDefaults.Device.Requests.MaxBits, "Most coils or discrete inputs in one request.");

        public static readonly ValueKey<int> MaxInFlight = new("max_in_flight", Scalars.Integer(1, 16), OptionDefaults.Device.Requests.MaxInFlight, "Requests on the way at once on its connection; many devices take no second one.");

        public static readonly Section Section = new("Requests", MaxGap, MaxRegisters, MaxBits, MaxInFlight);
    }

    public static readonly ListKey TemplateTags = new("tags", Tag.Section, "The tags.") { Required = true };

    public static readonly Section Template = new("Template", TemplateTags);

    public static readonly ValueKey<string> Name = new("name", Scalars.Text(255), "",
        "The device's name, unique in the node. A range in braces makes many devices: `press-{001..120}`; the digits written give the width.")
    { Required = true };

    public static readonly ValueKey<string> Protocol = new("protocol", Scalars.Choice(("modbus", "modbus")), "modbus", "How the device is spoken to; `modbus` is Modbus TCP.") { Required = true };

    public static readonly ValueKey<string> Host = new("host", Scalars.Text(255), "", "Host name or address. May hold `{...}` in a range.") { Required = true };

    public static readonly ValueKey<string> Port = new("port", Scalars.Text(64) with { Name = "integer", Range = "1 to 65535" }, $"{OptionDefaults.Device.Port}", "TCP port. May hold `{...}` in a range.");

    public static readonly ValueKey<string> Unit = new("unit", Scalars.Text(64) with { Name = "integer", Range = "0 to 255" }, $"{OptionDefaults.Device.UnitId}", "Unit id. May hold `{...}` in a range.");

    public static readonly ValueKey<bool> OwnConnection = new("own_connection", Scalars.Boolean, OptionDefaults.Device.OwnConnection,
        "`true`: a socket for this device alone; `false`: one socket for all units behind the same host and port.");

    public static readonly ValueKey<string> Tenant = new("tenant", Scalars.OptionalText(255), OptionDefaults.Device.Tenant, "Owner of the readings.") { DefaultText = "none" };

    public static readonly ValueKey<string> TemplateName = new("template", Scalars.Text(255), "", "Name of the template whose tags it has; or give `tags`.") { DefaultText = "none" };

    public static readonly ListKey Tags = new("tags", Tag.Section, "Its tags; or give `template`.");

    public static readonly ValueKey<TimeSpan> Interval = new("interval", Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), "polls without pause"), OptionDefaults.Device.Poll.Interval, "From one poll to the next.");

    public static readonly ValueKey<TimeSpan> Timeout = new("timeout", Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60)), OptionDefaults.Device.Poll.ResponseTimeout, "Longest wait for a response.");

    public static readonly ValueKey<TimeSpan> ConnectTimeout = new("connect_timeout", Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60)), OptionDefaults.Device.Poll.ConnectTimeout, "Longest wait for a connection.");

    public static readonly ValueKey<TimeSpan> LongestBackoff = new("longest_backoff", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)), OptionDefaults.Device.Poll.LongestBackoff, "Longest pause before the next try at a device that failed; the pause doubles up to it.");

    public static readonly ValueKey<ModbusTimestamp> Timestamp = new("timestamp", Scalars.Choice(("answer", ModbusTimestamp.Answer), ("due", ModbusTimestamp.Due)), OptionDefaults.Device.Poll.Timestamp,
        "The time of a reading: when the answer came, or when the poll was due, which is an even grid and one time for all of a poll.");

    public static readonly SectionKey Request = new("requests", Requests.Section, "How near registers are merged into one request.");

    public static readonly Section Device = new("Device", Name, Protocol, Host, Port, Unit, OwnConnection, Tenant, TemplateName, Tags, Interval, Timeout, ConnectTimeout, LongestBackoff, Timestamp, Request);
}
