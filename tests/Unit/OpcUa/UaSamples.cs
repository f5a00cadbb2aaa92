using System.Reflection;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa;

/// <summary>One message of each type, every field with a value that no other field of it has, and every array with two elements. The same on every run.</summary>
internal sealed class UaSamples
{
    // A whole millisecond: other stacks keep no more of a time.
    private static readonly DateTime FirstTime = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private uint _next;

    /// <summary>Every type that is a message or a structure inside one.</summary>
    public static IEnumerable<Type> Types { get; } =
    [
        .. typeof(IUaMessage<>).Assembly.GetTypes()
            .Where(type => !type.IsInterface && Array.Exists(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IUaMessage<>)))
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    public static IEnumerable<UaSample> All { get; } = [.. Types.Select(Of)];

    public static UaSample Of(Type type) => (UaSample)typeof(UaSample<>).MakeGenericType(type).GetConstructors()[0].Invoke([new UaSamples().Make(type, type.Name)]);

    private object Make(Type type, string name)
    {
        uint n = ++_next;
        if (type == typeof(string)) return $"{name} {n} µ";
        if (type == typeof(uint)) return n;
        if (type == typeof(int)) return -(int)n;
        if (type == typeof(byte)) return (byte)n;
        if (type == typeof(bool)) return n % 2 == 0;
        if (type == typeof(double)) return n + 0.5;
        if (type == typeof(long)) return FirstTime.AddMilliseconds(n).Ticks;
        if (type == typeof(byte[])) return new byte[] { (byte)n, 0, 255 };
        if (type.IsEnum) return Enum.GetValues(type).GetValue(1)!;
        if (type == typeof(UaNodeId)) return NodeId(n);
        if (type == typeof(UaExpandedNodeId)) return n % 2 == 0 ? new UaExpandedNodeId(NodeId(n)) : new UaExpandedNodeId(new UaNodeId(n), $"urn:space:{n}", n);
        if (type == typeof(UaQualifiedName)) return new UaQualifiedName((ushort)n, $"name {n}");
        if (type == typeof(UaLocalizedText)) return n % 2 == 0 ? new UaLocalizedText("en", $"text {n}") : new UaLocalizedText(null, $"text {n}");
        if (type == typeof(UaVariantCopy)) return UaVariantCopy.Of(Variant(n));
        if (type == typeof(UaDataValueCopy)) return UaDataValueCopy.Of(DataValue(n));
        if (type == typeof(UaExtensionObject)) return Extension(name);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return Two(type.GetGenericArguments()[0], name);
        ConstructorInfo constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(p => Make(p.ParameterType, p.Name!))]);
    }

    private Array Two(Type element, string name)
    {
        Array two = Array.CreateInstance(element, 2);
        two.SetValue(Make(element, name), 0);
        two.SetValue(Make(element, name), 1);
        return two;
    }

    // Each of the four forms, and of numbers each length.
    private static UaNodeId NodeId(uint n) => (n % 6) switch
    {
        0 => new UaNodeId(n),
        1 => new UaNodeId(1000 + n, 3),
        2 => new UaNodeId(100_000 + n, 500),
        3 => new UaNodeId($"Press {n}.Température", 2),
        4 => new UaNodeId(new Guid((int)n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 4),
        _ => new UaNodeId([(byte)n, 1, 2, 3], 5),
    };

    private static UaVariant Variant(uint n) => (n % 5) switch
    {
        0 => UaVariant.Of(n + 0.25),
        1 => UaVariant.Number(UaBuiltInType.Int32, (uint)-(int)n),
        2 => UaVariant.Utf8("Füllstand"u8),
        3 => UaVariant.Number(UaBuiltInType.Boolean, 1),
        _ => new UaVariant { Type = UaBuiltInType.UInt16, IsArray = true, Length = 3, Bytes = new byte[] { 1, 0, 2, 0, (byte)n, 0 } },
    };

    private static UaDataValue DataValue(uint n) => new()
    {
        Value = Variant(n),
        Status = n % 3 == 0 ? 0x8034_0000 : 0,
        SourceTicks = FirstTime.AddMilliseconds(n).Ticks,
        ServerTicks = n % 2 == 0 ? FirstTime.AddMilliseconds(n + 1).Ticks : 0,
    };

    private UaExtensionObject Extension(string name) => name switch
    {
        "Filter" => UaExtensionObject.Of((DataChangeFilter)Make(typeof(DataChangeFilter), name)),
        "UserIdentityToken" => UaExtensionObject.Of((UserNameIdentityToken)Make(typeof(UserNameIdentityToken), name)),
        "NotificationData" => _next % 2 == 0
            ? UaExtensionObject.Of((DataChangeNotification)Make(typeof(DataChangeNotification), name))
            : UaExtensionObject.Of((StatusChangeNotification)Make(typeof(StatusChangeNotification), name)),
        _ => UaExtensionObject.None,
    };
}

/// <summary>A message, its bytes, and how such bytes are read.</summary>
internal abstract record UaSample(string Name, object Message, uint EncodingId, byte[] Bytes)
{
    /// <summary>Reads bytes as this message, and gives what was read.</summary>
    public abstract object Decode(ReadOnlySpan<byte> bytes, out UaFault fault, out int left);

    /// <summary>Writes what <see cref="Decode"/> gave.</summary>
    public abstract byte[] Encode(object message);
}

/// <inheritdoc/>
internal sealed record UaSample<T>(T Typed) : UaSample(typeof(T).Name, Typed, T.EncodingId, BytesOf(Typed))
    where T : IUaMessage<T>
{
    public override object Decode(ReadOnlySpan<byte> bytes, out UaFault fault, out int left)
    {
        UaReader reader = new(bytes);
        T message = T.Decode(ref reader);
        fault = reader.Fault;
        left = reader.Left;
        return message;
    }

    public override byte[] Encode(object message) => BytesOf((T)message);

    private static byte[] BytesOf(T message)
    {
        using UaBuffer buffer = new();
        message.Encode(new UaWriter(buffer));
        return buffer.Written.ToArray();
    }
}
