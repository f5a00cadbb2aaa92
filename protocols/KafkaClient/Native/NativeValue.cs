using System.Runtime.InteropServices;

namespace HyperIngest.Kafka.Native;

/// <summary>rd_kafka_vu_t: one argument of rd_kafka_produceva; a tag and a union of 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct NativeValue
{
    public const int Topic = 2;
    public const int Partition = 3;
    public const int Value = 4;
    public const int Key = 5;
    public const int Opaque = 6;
    public const int Flags = 7;
    public const int Headers = 10;

    [FieldOffset(0)]
    public int Kind;

    [FieldOffset(8)]
    public nint Pointer;

    [FieldOffset(8)]
    public int Number;

    [FieldOffset(16)]
    public nint Size;
}
