using HyperIngest.Host.Configuration.Schema;
using HyperIngest.LoadGen.Devices.Faults;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds faults, with the rules that hold for them everywhere.</summary>
internal static class FaultBinder
{
    /// <summary>The faults of a list.</summary>
    public static IReadOnlyList<FaultSpec> Bind(IEnumerable<SectionReader> readers) => [.. readers.Select(Bind)];

    /// <summary>One fault; what is wrong with it has been reported.</summary>
    public static FaultSpec Bind(SectionReader reader)
    {
        int before = reader.Problems.ErrorCount;
        FaultSpec spec = new()
        {
            Kind = reader.Get(PlantSchema.Fault.Kind),
            Devices = reader.Get(PlantSchema.Fault.Devices),
            Chance = reader.Get(PlantSchema.Fault.Chance),
            Every = reader.Get(PlantSchema.Fault.Every),
            After = reader.Get(PlantSchema.Fault.After),
            At = reader.Get(PlantSchema.Fault.At),
            For = reader.GetOrNull(PlantSchema.Fault.For),
            Repeat = reader.GetOrNull(PlantSchema.Fault.Repeat),
            Requests = reader.GetOrNull(PlantSchema.Fault.Requests),
            Pause = reader.Get(PlantSchema.Fault.Pause),
            Jitter = reader.Get(PlantSchema.Fault.Jitter),
            ExceptionCode = reader.Get(reader.Has(PlantSchema.Fault.Exception) ? PlantSchema.Fault.Exception : PlantSchema.Fault.ExceptionCode),
            Skew = reader.Get(PlantSchema.Fault.Skew),
            Bytes = (int)reader.Get(PlantSchema.Fault.Bytes),
        };
        if (reader.Has(PlantSchema.Fault.Exception) && reader.Has(PlantSchema.Fault.ExceptionCode))
        {
            reader.Error(PlantSchema.Fault.Exception, "is exception_code by another name, which stands there too; remove one of the two");
        }
        // A value that was wrong by itself has been reported; how the values go together is asked of right ones.
        if (reader.Problems.ErrorCount > before) return spec;
        foreach (FaultProblem problem in FaultRules.Check(spec))
        {
            Key key = PlantSchema.Fault.Section.Keys.First(k => k.Name == problem.Key);
            reader.Error(key, problem.Message);
        }
        return spec;
    }
}
