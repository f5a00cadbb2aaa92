using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Tests.Unit.Rings;

public sealed class StructLayoutTests
{
    [Fact]
    public void Reading_is_32_bytes_without_references()
    {
        Assert.Equal(32, Unsafe.SizeOf<Reading>());
        Assert.False(RuntimeHelpers.IsReferenceOrContainsReferences<Reading>());
    }

    [Fact]
    public void Reading_fields_stand_where_the_journal_format_says()
    {
        Reading reading = new(0x01020304, 0x05060708, 0x1112131415161718, 0x2122232425262728, 0x3132333435363738);
        byte[] bytes = MemoryMarshal.AsBytes([reading]).ToArray();
        Assert.Equal("0403020108070605" + "1817161514131211" + "2827262524232221" + "3837363534333231", Convert.ToHexString(bytes));
    }

    [Fact]
    public void Padded_sequence_has_128_bytes_free_on_both_sides()
    {
        Assert.Equal(264, Unsafe.SizeOf<PaddedSequence>());
        Assert.Equal(128, (int)Marshal.OffsetOf<PaddedSequence>(nameof(PaddedSequence.Value)));
    }
}
