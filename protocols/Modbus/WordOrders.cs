using System.Buffers.Binary;
using System.Numerics;

namespace HyperIngest.Protocols.Modbus;

/// <summary>
/// One <see cref="WordOrder"/> as a type, so that each decode loop is compiled for its order. The argument is the wire's bytes as a little-endian
/// machine loads them; the result is the value.
/// </summary>
internal interface IWordOrder
{
    static abstract ushort Of(ushort loaded);

    static abstract uint Of(uint loaded);

    static abstract ulong Of(ulong loaded);
}

/// <summary>Most significant byte first.</summary>
internal readonly struct OrderAbcd : IWordOrder
{
    public static ushort Of(ushort loaded) => BinaryPrimitives.ReverseEndianness(loaded);

    public static uint Of(uint loaded) => BinaryPrimitives.ReverseEndianness(loaded);

    public static ulong Of(ulong loaded) => BinaryPrimitives.ReverseEndianness(loaded);
}

/// <summary>Least significant word first, each word big-endian.</summary>
internal readonly struct OrderCdab : IWordOrder
{
    public static ushort Of(ushort loaded) => BinaryPrimitives.ReverseEndianness(loaded);

    public static uint Of(uint loaded) => BinaryPrimitives.ReverseEndianness(BitOperations.RotateLeft(loaded, 16));

    public static ulong Of(ulong loaded) => ((loaded & 0x00FF_00FF_00FF_00FF) << 8) | ((loaded >> 8) & 0x00FF_00FF_00FF_00FF);
}

/// <summary>Most significant word first, each word little-endian.</summary>
internal readonly struct OrderBadc : IWordOrder
{
    public static ushort Of(ushort loaded) => loaded;

    public static uint Of(uint loaded) => BitOperations.RotateLeft(loaded, 16);

    public static ulong Of(ulong loaded) => BinaryPrimitives.ReverseEndianness(OrderCdab.Of(loaded));
}

/// <summary>Least significant byte first.</summary>
internal readonly struct OrderDcba : IWordOrder
{
    public static ushort Of(ushort loaded) => loaded;

    public static uint Of(uint loaded) => loaded;

    public static ulong Of(ulong loaded) => loaded;
}
