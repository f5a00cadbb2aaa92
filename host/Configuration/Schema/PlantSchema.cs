using System.Text.Json;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
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
                ("noise", GeneratorKind.Noise), ("memory", GeneratorKind.Memory), ("csv", GeneratorKind.Csv), ("quality", GeneratorKind.Quality)),
            OptionDefaults.PlantTag.Generator.Kind,
            "What the tag does over time. `sequence` is the one `hyperingest verify` can prove (not for `bool` and `ascii`); `memory` holds what a client last wrote; `csv` plays a recording; `quality` is the tag's quality as a number, 0 good, 1 uncertain, 2 bad.");

        public static readonly ValueKey<double> Value = new("value", Scalars.Number, OptionDefaults.PlantTag.Generator.Value, "For `constant` the value, for `memory` the first one, in raw units.");

        public static readonly ValueKey<double> Min = new("min", Scalars.Number, OptionDefaults.PlantTag.Generator.Min, "Lowest value, in raw units.");

        public static readonly ValueKey<double> Max = new("max", Scalars.Number, OptionDefaults.PlantTag.Generator.Max, "Highest value, in raw units; without `value` also that of `constant` and `memory`.");

        public static readonly ValueKey<TimeSpan> Period = new("period", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365)), OptionDefaults.PlantTag.Generator.Period, "Length of a period. Each tag starts at a place of its own in it.");

        public static readonly ValueKey<string> File = new("file", Scalars.Text(), "", "For `csv`: the file, lines of `time,value` with times in seconds or ISO 8601. A relative path begins at the plant file's folder.") { DefaultText = "none" };

        public static readonly ValueKey<RecordingInterpolation> Interpolation = new("interpolation",
            Scalars.Choice(("hold", RecordingInterpolation.Hold), ("linear", RecordingInterpolation.Linear)), OptionDefaults.PlantTag.Generator.Interpolation, "For `csv`: between two rows the one before, or a straight line.");

        public static readonly Section Section = new("Generator", Kind, Value, Min, Max, Period, File, Interpolation);
    }

    /// <summary>How the quality of values goes up and down, of a group of devices or of tags.</summary>
    public static class Quality
    {
        private static readonly ScalarType<TimeSpan> Time = Scalars.Duration(TimeSpan.Zero, TimeSpan.FromDays(365));

        public static readonly ValueKey<TimeSpan> Good = new("good", Time, TimeSpan.Zero, "How long values are good.") { Required = true };

        public static readonly ValueKey<TimeSpan> Uncertain = new("uncertain", Time, TimeSpan.Zero, "Then, how long they stand still where they are.");

        public static readonly ValueKey<TimeSpan> Bad = new("bad", Time, TimeSpan.Zero, "Then, how long there are none: over Modbus, requests that touch one are answered with exception 4; over MQTT their values are null; over OPC UA they have the status BadDeviceFailure. Then over again.");

        public static readonly Section Section = new("Quality", Good, Uncertain, Bad);
    }

    public static class Tag
    {
        public static readonly ValueKey<string> Name = new("name", Scalars.Text(255), "", "The tag's name; with `count` it holds `{n}`.") { Required = true };

        public static readonly ValueKey<int> Count = new("count", Scalars.Integer(1, 65536), OptionDefaults.PlantTag.Count, "How many tags of this kind lie one after another.");

        public static readonly ValueKey<ModbusTable> Table = new("table", DeviceSchema.Tag.Table.Type, OptionDefaults.PlantTag.Table, "The register table.");

        public static readonly ValueKey<int> Address = new("address", Scalars.Integer(0, 65535), OptionDefaults.PlantTag.StartAddress, "Address of the first tag's first register or bit, counted from 0; for Modbus devices alone.") { DefaultText = "required over Modbus" };

        public static readonly ValueKey<ModbusType> Type = new("type", DeviceSchema.Tag.Type.Type, OptionDefaults.PlantTag.Type, "How registers make a value.") { DefaultText = "`bool` in coils and discrete inputs, `float32` in registers" };

        public static readonly ValueKey<WordOrder> Order = new("order", DeviceSchema.Tag.Order.Type, OptionDefaults.PlantTag.Order, "Order of the bytes on the wire.");

        public static readonly ValueKey<int> Length = new("length", Scalars.Integer(1, ModbusFrame.MaxReadRegisters), OptionDefaults.PlantTag.Length, "For `ascii`: registers, two characters each.");

        public static readonly SectionKey Generates = new("generator", Generator.Section, "What it does over time.");

        public static readonly SectionKey Qualities = new("quality", Quality.Section, "How good its values are over time; without it as its devices'.");

        public static readonly Section Section = new("Simulated tag", Name, Count, Table, Address, Type, Order, Length, Generates, Qualities);
    }

    /// <summary>A fault, the same wherever it stands: at the plant, in a group, and with the same names as JSON over HTTP.</summary>
    public static class Fault
    {
        private static readonly FaultSpec Plain = new() { Kind = FaultKind.Drop };

        private static readonly ScalarType<TimeSpan> Time = Scalars.Duration(FaultRules.ShortestTime, FaultRules.LongestTime);

        private static readonly ScalarType<TimeSpan> ShortTime = Scalars.Duration(TimeSpan.Zero, FaultRules.LongestPause);

        public static readonly ValueKey<FaultKind> Kind = new("kind",
            Scalars.Choice([.. FaultNames.All]) with { Parse = FaultNames.TryParse },
            FaultKind.Silence, "How the devices misbehave; docs/simulator.md says what a client sees.")
        { Required = true };

        public static readonly ValueKey<string> Devices = new("devices", Scalars.Text(FaultRules.LongestPattern), Plain.Devices, "Which devices, by name, with `*` for any characters and `?` for one; in a group only its own.");

        public static readonly ValueKey<double> Chance = new("chance", Scalars.Fraction, Plain.Chance, "Share of the requests that is hit, drawn from the plant's seed.");

        public static readonly ValueKey<int> Every = new("every", Scalars.Integer(1, FaultRules.MostEvery), Plain.Every, "One request in this many of a device is hit.");

        public static readonly ValueKey<int> After = new("after", Scalars.Integer(0, int.MaxValue), (int)Plain.After, "Requests of a device that pass unharmed first.");

        public static readonly ValueKey<TimeSpan> At = new("at", Scalars.Duration(TimeSpan.Zero, FaultRules.LongestTime), Plain.At, "From the simulator's start to the first hit.");

        public static readonly ValueKey<TimeSpan> For = new("for", Time, FaultRules.LongestTime, "How long it is in force.") { DefaultText = "to the end" };

        public static readonly ValueKey<TimeSpan> Repeat = new("repeat", Time, FaultRules.LongestTime, "With `for`: from one begin to the next, again and again.") { DefaultText = "once" };

        public static readonly ValueKey<int> Requests = new("requests", Scalars.Integer(1, int.MaxValue), int.MaxValue, "Requests of a device that are hit before it has expired.") { DefaultText = "any number" };

        public static readonly ValueKey<TimeSpan> Pause = new("pause", ShortTime, Plain.Pause, "For `delay` the least delay, for `slow-publish` the delay, for `trickle` the pause between bytes.");

        public static readonly ValueKey<TimeSpan> Jitter = new("jitter", ShortTime, Plain.Jitter, "For `delay`: up to this much more, evenly drawn.");

        public static readonly ValueKey<int> ExceptionCode = new("exception_code", ExceptionCodes, Plain.ExceptionCode, "For `exception`: which, by number or name.");

        public static readonly ValueKey<int> Exception = new("exception", ExceptionCodes, Plain.ExceptionCode, "The same as `exception_code`, as older plant files call it.") { DefaultText = "none" };

        public static readonly ValueKey<long> Bytes = new("bytes", Scalars.Size(FaultRules.FewestBytes, FaultRules.MostBytes), Plain.Bytes, "For `oversize`: how large the payload is.");

        public static readonly ValueKey<TimeSpan> Skew = new("skew", Scalars.SignedDuration(FaultRules.LongestTime), Plain.Skew, "For `clock-skew`: how far the device's clock is ahead, or behind with a minus sign.");

        public static readonly Section Section = new("Fault", Kind, Devices, Chance, Every, After, At, For, Repeat, Requests, Pause, Jitter, ExceptionCode, Exception, Skew, Bytes);

        // The codes that have a name in the specification, and the numbers of all.
        private static ScalarType<int> ExceptionCodes
        {
            get
            {
                ScalarType<int> named = Scalars.Choice([.. Enum.GetValues<ModbusExceptionCode>()
                    .Where(c => c != ModbusExceptionCode.None).Select(c => (JsonNamingPolicy.KebabCaseLower.ConvertName(c.ToString()), (int)c))]);
                ScalarType<int> number = Scalars.Integer(1, 255);
                return named with
                {
                    Name = "integer or choice",
                    Range = $"{number.Range}, {named.Range}",
                    Expected = $"{number.Expected}, or {named.Expected}",
                    Parse = (string text, out int value) => named.Parse(text, out value) || number.Parse(text, out value),
                    Format = number.Format,
                };
            }
        }
    }

    public static class Device
    {
        public static readonly ValueKey<string> Name = new("name", Scalars.Text(255), "", "The devices' name; with `count` it holds `{n}`, which becomes 1 to `count`, padded with zeros.") { Required = true };

        public static readonly ValueKey<int> Count = new("count", Scalars.Integer(1, 1_000_000), OptionDefaults.PlantDevice.Count, "How many devices of this kind.");

        public static readonly ValueKey<int> UnitsPerPort = new("units_per_port", Scalars.Integer(1, 247), OptionDefaults.PlantDevice.UnitsPerPort, "Devices behind one port, with unit ids from 1, as behind a gateway; 1 gives each a port.");

        public static readonly SectionKey Publishes = new("mqtt", PublishSchema.Section, "How they publish to the plant's `broker`. Their tags have no addresses.");

        public static readonly SectionKey Serves = new("opcua", UaServerSchema.Section, "How they are OPC UA servers, with a port each; without it and without `mqtt` they are Modbus devices. Their tags have no addresses.");

        public static readonly ListKey Tags = new("tags", Tag.Section, "Their tags.") { Required = true };

        public static readonly SectionKey Qualities = new("quality", Quality.Section, "How good their values are over time; without it always good.");

        public static readonly ValueKey<TimeSpan> ClockSkew = new("clock_skew", Scalars.SignedDuration(FaultRules.LongestTime), OptionDefaults.PlantDevice.ClockSkew, "How far their clocks are ahead, or behind with a minus sign.");

        public static readonly ListKey Faults = new("faults", Fault.Section, "How they misbehave, and when; without it they behave.");

        public static readonly SectionKey Misbehaves = new("fault", Fault.Section, "The same for a single fault.");

        public static readonly Section Section = new("Simulated device", Name, Count, UnitsPerPort, Publishes, Serves, Tags, Qualities, ClockSkew, Faults, Misbehaves);
    }

    public static readonly ValueKey<string> Plant = new("plant", Scalars.Text(63), OptionDefaults.Plant.Name, "The plant's name.") { Required = true };

    public static readonly ValueKey<int> Seed = new("seed", Scalars.Integer(0, int.MaxValue), (int)OptionDefaults.Plant.Seed, "Seed of walks and noise, and of what faults draw by chance. The verifiable sequence does not depend on it.");

    public static readonly ValueKey<string> Listen = new("listen", Scalars.Text(64), OptionDefaults.Plant.ListenAddress, "IP address to listen on.");

    public static readonly ValueKey<int> BasePort = new("base_port", Scalars.Integer(0, 65535), OptionDefaults.Plant.BasePort, "First port; the others follow it, those of OPC UA servers behind those of Modbus devices. 0 looks for free runs of ports.");

    public static readonly SectionKey Broker = new("broker", PublishSchema.Broker, "The MQTT broker that devices with `mqtt` publish to.");

    public static readonly ListKey Devices = new("devices", Device.Section, "The devices, in groups that are alike.") { Required = true };

    public static readonly ListKey Faults = new("faults", Fault.Section, "How devices of all groups misbehave, and when. They come before the groups' own: the first in force that hits a request has it.");

    public static readonly Section Root = new("Plant file", Plant, Seed, Listen, BasePort, Broker, Devices, Faults);
}
