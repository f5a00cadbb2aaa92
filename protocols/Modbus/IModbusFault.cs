namespace HyperIngest.Protocols.Modbus;

/// <summary>How a simulated device misbehaves on one request.</summary>
public enum ModbusFaultKind : byte
{
    /// <summary>It does not: the request is answered as it should be.</summary>
    None,

    /// <summary>The connection is closed without an answer.</summary>
    Drop,

    /// <summary>No answer; the connection stays open and later requests are answered.</summary>
    Silence,

    /// <summary>The right answer after <see cref="ModbusFaultAction.Pause"/>; later requests on the connection wait behind it.</summary>
    Delay,

    /// <summary>An exception response with <see cref="ModbusFaultAction.Exception"/>.</summary>
    Exception,

    /// <summary>A well-formed answer with another transaction id and made-up data.</summary>
    WrongTransactionId,

    /// <summary>A well-formed answer from another unit id with made-up data.</summary>
    WrongUnit,

    /// <summary>The first half of a frame and then nothing of it: what follows on the connection is out of step.</summary>
    Truncated,

    /// <summary>A whole frame whose length field agrees with its bytes, but with fewer data than were asked for.</summary>
    ShortPayload,

    /// <summary>A whole frame whose length field agrees with its bytes, but with more data than were asked for.</summary>
    LongPayload,

    /// <summary>The right answer with stray bytes after it.</summary>
    ExtraBytes,

    /// <summary>1 to 260 made-up bytes in place of an answer.</summary>
    Garbage,

    /// <summary>The right answer with 1 to 3 bits turned over, anywhere in the frame. Modbus TCP has no checksum: turned data bits are wrong values.</summary>
    BitFlips,

    /// <summary>The right answer, one byte at a time with <see cref="ModbusFaultAction.Pause"/> between bytes.</summary>
    Trickle,

    /// <summary>The right answer, sent twice.</summary>
    Repeat,

    /// <summary>
    /// The last answer given on the connection once more, under the transaction id it had; made-up data under the id before this request's when there was none. This request
    /// gets no other answer.
    /// </summary>
    OutOfOrder,
}

/// <summary>What a fault does with one request.</summary>
/// <param name="Kind">The misbehaviour.</param>
/// <param name="Pause">For <see cref="ModbusFaultKind.Delay"/> the whole delay, for <see cref="ModbusFaultKind.Trickle"/> the pause between bytes.</param>
/// <param name="Exception">For <see cref="ModbusFaultKind.Exception"/>.</param>
/// <param name="Random">Seed of the made-up bytes and bit positions.</param>
public readonly record struct ModbusFaultAction(ModbusFaultKind Kind, TimeSpan Pause = default, ModbusExceptionCode Exception = default, ulong Random = 0)
{
    /// <summary>
    /// Whether the device's registers are read for the answer (and a verifiable sequence moves on). Kinds that a client must reject carry
    /// made-up data instead, so that a client which wrongly accepts one is caught by its values, and one which rejects it has lost nothing.
    /// </summary>
    public bool AnswersTruly => Kind is ModbusFaultKind.None or ModbusFaultKind.Delay or ModbusFaultKind.ExtraBytes or ModbusFaultKind.BitFlips
        or ModbusFaultKind.Trickle or ModbusFaultKind.Repeat;
}

/// <summary>Decides, connection by connection, whether a port takes it. Called by the port's listener.</summary>
public interface IModbusPortFault
{
    /// <summary>Whether the connection that has just come, or one that was open when the fault came, is closed at once.</summary>
    bool Refuses();
}

/// <summary>Decides, request by request, whether and how a unit misbehaves. Called by the connections of the unit, possibly by several at once.</summary>
public interface IModbusFault
{
    /// <summary>The fate of <paramref name="request"/>, a complete frame (<see cref="ModbusFrame"/>). Must not allocate.</summary>
    ModbusFaultAction Next(ReadOnlySpan<byte> request);
}
