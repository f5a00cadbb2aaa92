using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of a plant file: the devices that <c>hyperingest sim</c> simulates.</summary>
internal static class PlantSchema
{
    public static class Generator
    {
        public static readonly ValueKey<GeneratorKind> Kind = new("kind",
            Scalars.Choice(
                ("sequence", GeneratorKind.Sequence), ("constant", GeneratorKind.Constant), ("sine", GeneratorKind.Sine), ("triangle", GeneratorKind.Triangle),
                ("square", GeneratorKind.Square), ("step", GeneratorKind.Step), ("counter", GeneratorKind.Counter), ("random-walk", GeneratorKind.RandomWalk),
                ("noise", GeneratorKind.Noise), ("memory", GeneratorKind.Memory)),
            OptionDefaults.PlantTag.Generator.Kind,
            "What the tag does over time. `sequence` is the one `hyperingest verify` can prove (not for `bool` and `ascii`); `memory` holds what a client last wrote.");

        public static readonly ValueKey<double> Min = new("min", Scalars.Number, OptionDefaults.PlantTag.Generator.Min, "Lowest value, in raw units.");

        public static readonly ValueKey<double> Max = new("max", Scalars.Number, OptionDefaults.PlantTag.Generator.Max, "Highest value, in raw units; of `constant` and `memory` the (first) value.");

        public static readonly ValueKey<TimeSpan> Period = new("period", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365)), OptionDefaults.PlantTag.Generator.Period, "Length of a period. Each tag starts at a place of its own in it.");

        public static readonly Section Section = new("Generator", Kind, Min, Max, Period);
    }

    public static class Tag
    {
        public static readonly ValueKey<string> Name = new("name", Scalars.Text(255), "", "The tag's name; with `count` it holds `{n}`.") { Required = true };

        public static readonly ValueKey<int> Count = new("count", Scalars.Integer(1, 65536), OptionDefaults.PlantTag.Count, "How many tags of this kind lie one after another.");

        public static readonly ValueKey<ModbusTable> Table = new("table", DeviceSchema.Tag.Table.Type, OptionDefaults.PlantTag.Table, "The register table.");

        public static readonly ValueKey<int> Address = new("address", Scalars.Integer(0, 65535), OptionDefaults.PlantTag.StartAddress, "Address of the first tag's first register or bit, counted from 0.") { Required = true };

        public static readonly ValueKey<ModbusType> Type = new("type", DeviceSchema.Tag.Type.Type, OptionDefaults.PlantTag.Type, "How registers make a value.") { DefaultText = "`bool` in coils and discrete inputs, `float32` in registers" };

        public static readonly ValueKey<WordOrder> Order = new("order", DeviceSchema.Tag.Order.Type, OptionDefaults.PlantTag.Order, "Order of the bytes on the wire.");

        public static readonly ValueKey<int> Length = new("length", Scalars.Integer(1, ModbusFrame.MaxReadRegisters), OptionDefaults.PlantTag.Length, "For `ascii`: registers, two characters each.");

        public static readonly SectionKey Generates = new("generator", Generator.Section, "What it does over time.");

        public static readonly Section Section = new("Simulated tag", Name, Count, Table, Address, Type, Order, Length, Generates);
    }

    public static class Fault
    {
        public static readonly ValueKey<ModbusFaultKind> Kind = new("kind",
            Scalars.Choice(
                ("drop", ModbusFaultKind.Drop), ("silence", ModbusFaultKind.Silence), ("delay", ModbusFaultKind.Delay), ("exception", ModbusFaultKind.Exception),
                ("wrong-transaction-id", ModbusFaultKind.WrongTransactionId), ("wrong-unit", ModbusFaultKind.WrongUnit), ("truncated", ModbusFaultKind.Truncated),
                ("short-payload", ModbusFaultKind.ShortPayload), ("long-payload", ModbusFaultKind.LongPayload), ("extra-bytes", ModbusFaultKind.ExtraBytes),
                ("garbage", ModbusFaultKind.Garbage), ("bit-flips", ModbusFaultKind.BitFlips), ("trickle", ModbusFaultKind.Trickle),
                ("repeat", ModbusFaultKind.Repeat)),
            ModbusFaultKind.Silence, "How the devices misbehave.")
        { Required = true };

        public static readonly ValueKey<int> Every = new("every", Scalars.Integer(1, 1_000_000), 1, "One request in this many of a device meets the fault.");

        public static readonly ValueKey<int> After = new("after", Scalars.Integer(0, int.MaxValue), 0, "Requests of a device that pass unharmed first.");

        public static readonly ValueKey<TimeSpan> Pause = new("pause", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)), TimeSpan.FromSeconds(1), "For `delay` the delay, for `trickle` the pause between bytes.");

        public static readonly ValueKey<ModbusExceptionCode> Exception = new("exception",
            Scalars.Choice(
                ("illegal-function", ModbusExceptionCode.IllegalFunction), ("illegal-data-address", ModbusExceptionCode.IllegalDataAddress), ("illegal-data-value", ModbusExceptionCode.IllegalDataValue),
                ("server-device-failure", ModbusExceptionCode.ServerDeviceFailure), ("server-device-busy", ModbusExceptionCode.ServerDeviceBusy),
                ("gateway-path-unavailable", ModbusExceptionCode.GatewayPathUnavailable), ("gateway-target-failed-to-respond", ModbusExceptionCode.GatewayTargetFailedToRespond)),
            ModbusExceptionCode.ServerDeviceBusy, "For `exception`: which.");

        public static readonly Section Section = new("Fault", Kind, Every, After, Pause, Exception);
    }

    public static class Device
    {
        public static readonly ValueKey<string> Name = new("name", Scalars.Text(255), "", "The devices' name; with `count` it holds `{n}`, which becomes 1 to `count`, padded with zeros.") { Required = true };

        public static readonly ValueKey<int> Count = new("count", Scalars.Integer(1, 1_000_000), OptionDefaults.PlantDevice.Count, "How many devices of this kind.");

        public static readonly ValueKey<int> UnitsPerPort = new("units_per_port", Scalars.Integer(1, 247), OptionDefaults.PlantDevice.UnitsPerPort, "Devices behind one port, with unit ids from 1, as behind a gateway; 1 gives each a port.");

        public static readonly ListKey Tags = new("tags", Tag.Section, "Their tags.") { Required = true };

        public static readonly SectionKey Misbehaves = new("fault", Fault.Section, "How they misbehave; without it they behave.");

        public static readonly Section Section = new("Simulated device", Name, Count, UnitsPerPort, Tags, Misbehaves);
    }

    public static readonly ValueKey<string> Plant = new("plant", Scalars.Text(63), OptionDefaults.Plant.Name, "The plant's name.") { Required = true };

    public static readonly ValueKey<int> Seed = new("seed", Scalars.Integer(0, int.MaxValue), (int)OptionDefaults.Plant.Seed, "Seed of walks and noise. The verifiable sequence does not depend on it.");

    public static readonly ValueKey<string> Listen = new("listen", Scalars.Text(64), OptionDefaults.Plant.ListenAddress, "IP address to listen on.");

    public static readonly ValueKey<int> BasePort = new("base_port", Scalars.Integer(0, 65535), OptionDefaults.Plant.BasePort, "First port; the others follow it. 0 looks for a free run of ports.");

    public static readonly ListKey Devices = new("devices", Device.Section, "The devices, in groups that are alike.") { Required = true };

    public static readonly Section Root = new("Plant file", Plant, Seed, Listen, BasePort, Devices);
}
