using HyperIngest.Core.Framing;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Tests.Unit.Framing;

namespace HyperIngest.Tests.Unit.Modbus;

public sealed class ModbusFramerTests : FramerContract
{
    protected override IReadOnlyList<byte[]> ValidFrames { get; } =
    [
        [0x12, 0x34, 0, 0, 0, 6, 1, 3, 0, 0, 0, 10],
        [0xFF, 0xFF, 0, 0, 0, 2, 0xFF, 0x83],
        [0, 0, 0, 0, 0, 3, 1, 0x83, 2],
        [0, 7, 0, 0, 0, 254, 9, 3, 250, .. new byte[251]],
    ];

    protected override IReadOnlyList<byte[]> HopelessStarts { get; } =
    [
        [0, 0, 1, 0],
        [0, 0, 0, 1],
        [0, 0, 0xFF],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 255],
        [0, 0, 0, 0, 1, 0],
    ];

    protected override FrameStatus Find(ReadOnlySpan<byte> bytes, out int frameBytes) => ModbusFrame.Find(bytes, out frameBytes);
}
