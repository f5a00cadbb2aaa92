using HyperIngest.Bench.Gate;

namespace HyperIngest.Tests.Unit.Bench;

public sealed class ProcessorTests
{
    [Fact]
    public void The_kind_is_vendor_family_and_model_of_the_first_processor() => Assert.Equal(
        "GenuineIntel 6.143",
        Processor.Read(["processor\t: 0", "vendor_id\t: GenuineIntel", "cpu family\t: 6", "model\t\t: 143", "model name\t: Some Xeon", "", "processor\t: 1", "model\t\t: 9"]));
}
