using System.Text.Json;

namespace HyperIngest.Tests.Faults;

/// <summary>What <c>hyperingest verify</c> counted of one sink.</summary>
/// <param name="Lost">Answered and not there.</param>
/// <param name="Duplicated">There once more than answered.</param>
/// <param name="Reordered">Out of order, or with a time that steps back.</param>
/// <param name="Altered">With a value its series never had.</param>
internal readonly record struct FourCounts(long Lost = 0, long Duplicated = 0, long Reordered = 0, long Altered = 0)
{
    /// <summary>A report's counts; what stands for no answer at all fails at once.</summary>
    public static FourCounts Of(JsonElement report)
    {
        Assert.True(report.GetProperty("received").GetInt64() > 0, report.ToString());
        Assert.True(report.GetProperty("unknown").GetInt64() == 0, report.ToString());
        return new FourCounts(
            report.GetProperty("lost").GetInt64(), report.GetProperty("duplicated").GetInt64(), report.GetProperty("reordered").GetInt64(), report.GetProperty("altered").GetInt64());
    }
}
