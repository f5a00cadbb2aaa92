using System.Runtime.CompilerServices;

namespace HyperIngest.Protocols.Modbus;

/// <summary>One numeric <see cref="ModbusType"/> as a type, so that each decode loop is compiled for it.</summary>
internal interface IRegisterType
{
    /// <summary>Bytes on the wire.</summary>
    static abstract int Bytes { get; }

    /// <summary>The value bits of a reading whose series is of the type's own kind.</summary>
    static abstract long BitsOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder;

    /// <summary>The value as a number, for scale and offset.</summary>
    static abstract double NumberOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder;
}

internal readonly struct Int16Register : IRegisterType
{
    public static int Bytes => 2;

    public static long BitsOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => (short)TOrder.Of(Unsafe.ReadUnaligned<ushort>(ref wire));

    public static double NumberOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => BitsOf<TOrder>(ref wire);
}

internal readonly struct UInt16Register : IRegisterType
{
    public static int Bytes => 2;

    public static long BitsOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => TOrder.Of(Unsafe.ReadUnaligned<ushort>(ref wire));

    public static double NumberOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => BitsOf<TOrder>(ref wire);
}

internal readonly struct Int32Register : IRegisterType
{
    public static int Bytes => 4;

    public static long BitsOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => (int)TOrder.Of(Unsafe.ReadUnaligned<uint>(ref wire));

    public static double NumberOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => BitsOf<TOrder>(ref wire);
}

internal readonly struct UInt32Register : IRegisterType
{
    public static int Bytes => 4;

    public static long BitsOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => TOrder.Of(Unsafe.ReadUnaligned<uint>(ref wire));

    public static double NumberOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => BitsOf<TOrder>(ref wire);
}

internal readonly struct Int64Register : IRegisterType
{
    public static int Bytes => 8;

    public static long BitsOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => (long)TOrder.Of(Unsafe.ReadUnaligned<ulong>(ref wire));

    public static double NumberOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => BitsOf<TOrder>(ref wire);
}

internal readonly struct UInt64Register : IRegisterType
{
    public static int Bytes => 8;

    public static long BitsOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => (long)TOrder.Of(Unsafe.ReadUnaligned<ulong>(ref wire));

    public static double NumberOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => (ulong)BitsOf<TOrder>(ref wire);
}

internal readonly struct Float32Register : IRegisterType
{
    public static int Bytes => 4;

    public static long BitsOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => BitConverter.DoubleToInt64Bits(NumberOf<TOrder>(ref wire));

    public static double NumberOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => BitConverter.UInt32BitsToSingle(TOrder.Of(Unsafe.ReadUnaligned<uint>(ref wire)));
}

internal readonly struct Float64Register : IRegisterType
{
    public static int Bytes => 8;

    public static long BitsOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => (long)TOrder.Of(Unsafe.ReadUnaligned<ulong>(ref wire));

    public static double NumberOf<TOrder>(ref byte wire)
        where TOrder : IWordOrder => BitConverter.Int64BitsToDouble(BitsOf<TOrder>(ref wire));
}
