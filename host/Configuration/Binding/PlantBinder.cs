using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds a plant file.</summary>
internal static class PlantBinder
{
    /// <summary>The plant; null when it cannot be built, which has then been reported.</summary>
    public static PlantConfiguration? Bind(SectionReader root)
    {
        PlantOptions options = new()
        {
            Name = root.Get(PlantSchema.Plant),
            Seed = (ulong)root.Get(PlantSchema.Seed),
            ListenAddress = root.Get(PlantSchema.Listen),
            BasePort = root.Get(PlantSchema.BasePort),
            Broker = PublishBinder.Broker(root),
            Devices = [.. root.List(PlantSchema.Devices).Select(Device)],
            Faults = FaultBinder.Bind(root.List(PlantSchema.Faults)),
        };
        // The plant checks its devices against each other; while keys are wrong, that would only say the same in other words.
        if (root.Problems.HasErrors) return null;
        try
        {
            return new PlantConfiguration(new Plant(options));
        }
        catch (ArgumentException wrong)
        {
            foreach (string problem in wrong.Message.Split('\n').Where(l => l.StartsWith("- ", StringComparison.Ordinal)))
            {
                root.Error(PlantSchema.Devices, problem[2..]);
            }
            if (!root.Problems.HasErrors) root.Error(PlantSchema.Devices, wrong.Message);
            return null;
        }
    }

    private static PlantDeviceOptions Device(SectionReader reader) => new()
    {
        Name = reader.Get(PlantSchema.Device.Name),
        Count = reader.Get(PlantSchema.Device.Count),
        UnitsPerPort = reader.Get(PlantSchema.Device.UnitsPerPort),
        Mqtt = PublishBinder.Publish(reader),
        OpcUa = UaServerBinder.Bind(reader),
        Tags = [.. reader.List(PlantSchema.Device.Tags).Select(t => Tag(t, reader.Has(PlantSchema.Device.Publishes) || reader.Has(PlantSchema.Device.Serves)))],
        Quality = Quality(reader, PlantSchema.Device.Qualities),
        ClockSkew = reader.Get(PlantSchema.Device.ClockSkew),
        Faults = Faults(reader),
    };

    private static IReadOnlyList<FaultSpec> Faults(SectionReader reader)
    {
        IReadOnlyList<FaultSpec> faults = FaultBinder.Bind(reader.List(PlantSchema.Device.Faults));
        return reader.Has(PlantSchema.Device.Misbehaves) ? [.. faults, FaultBinder.Bind(reader.Section(PlantSchema.Device.Misbehaves))] : faults;
    }

    private static PlantTagOptions Tag(SectionReader reader, bool byName)
    {
        if (!byName && !reader.Has(PlantSchema.Tag.Address)) reader.Error(PlantSchema.Tag.Address, $"missing; expected {PlantSchema.Tag.Address.Type.Expected}");
        foreach (Key key in (Key[])[PlantSchema.Tag.Address, PlantSchema.Tag.Table, PlantSchema.Tag.Order])
        {
            if (byName && reader.Has(key)) reader.Error(key, "is for Modbus devices; others have tags by name: remove it");
        }
        ModbusTable table = reader.Get(PlantSchema.Tag.Table);
        ModbusType fallback = table is ModbusTable.Coil or ModbusTable.DiscreteInput ? ModbusType.Bool : PlantSchema.Tag.Type.Fallback;
        ModbusType type = reader.Has(PlantSchema.Tag.Type) ? reader.Get(PlantSchema.Tag.Type) : fallback;
        SectionReader generator = reader.Section(PlantSchema.Tag.Generates);
        GeneratorKind kind = generator.Get(PlantSchema.Generator.Kind);
        bool saysMax = kind is GeneratorKind.Constant or GeneratorKind.Memory && generator.Has(PlantSchema.Generator.Max) && !generator.Has(PlantSchema.Generator.Value);
        GeneratorOptions generates = new()
        {
            Kind = kind,
            Value = generator.Get(saysMax ? PlantSchema.Generator.Max : PlantSchema.Generator.Value),
            Min = generator.Get(PlantSchema.Generator.Min),
            Max = generator.Get(PlantSchema.Generator.Max),
            Period = generator.Get(PlantSchema.Generator.Period),
            Recording = Recording(generator, kind),
            Interpolation = generator.Get(PlantSchema.Generator.Interpolation),
        };
        if (generates.Kind == GeneratorKind.Sequence && SequenceType.WidthOf(type) == 0)
        {
            generator.Error(PlantSchema.Generator.Kind,
                $"a {PlantSchema.Tag.Type.Type.Format(type)} cannot carry a sequence; expected generator: {{ kind: ... }} with one of the others, such as square or constant");
        }
        if (generates.Max < generates.Min) generator.Error(PlantSchema.Generator.Max, $"expected at least min ({generates.Min}), found {generates.Max}");
        return new PlantTagOptions
        {
            Name = reader.Get(PlantSchema.Tag.Name),
            Count = reader.Get(PlantSchema.Tag.Count),
            Table = table,
            StartAddress = reader.Get(PlantSchema.Tag.Address),
            Type = type,
            Order = reader.Get(PlantSchema.Tag.Order),
            Length = reader.Get(PlantSchema.Tag.Length),
            Generator = generates,
            Quality = Quality(reader, PlantSchema.Tag.Qualities),
        };
    }

    private static QualityCycle? Quality(SectionReader reader, SectionKey key)
    {
        if (!reader.Has(key)) return null;
        SectionReader section = reader.Section(key);
        int before = section.Problems.ErrorCount;
        QualityCycle cycle = new(section.Get(PlantSchema.Quality.Good), section.Get(PlantSchema.Quality.Uncertain), section.Get(PlantSchema.Quality.Bad));
        if (section.Problems.ErrorCount > before) return null;
        if (cycle.Length >= TimeSpan.FromMilliseconds(1)) return cycle;
        reader.Error(key, "expected a cycle of at least 1ms, good, uncertain and bad together");
        return null;
    }

    // The recording of a tag; null when it has none, or it cannot be read, which has then been reported.
    private static Recording? Recording(SectionReader generator, GeneratorKind kind)
    {
        bool has = generator.Has(PlantSchema.Generator.File);
        if (has != (kind == GeneratorKind.Csv))
        {
            generator.Error(PlantSchema.Generator.File, has ? "is for kind csv; remove it, or change the kind" : "missing; kind csv needs the file to play");
            return null;
        }
        if (!has || generator.Get(PlantSchema.Generator.File) is not { Length: > 0 } file) return null;
        string path = Path.Combine(Path.GetDirectoryName(generator.Problems.File) ?? "", file);
        try
        {
            return LoadGen.Devices.Recording.Load(path);
        }
        catch (InvalidDataException wrong)
        {
            generator.Error(PlantSchema.Generator.File, wrong.Message);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            generator.Error(PlantSchema.Generator.File, failed is FileNotFoundException or DirectoryNotFoundException ? $"expected a file at {path}; there is none" : $"{path} cannot be read: {failed.Message}");
        }
        return null;
    }
}
