using HyperIngest.Core.Readings;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Bench.Ceilings.PingPong;

/// <summary>What one poll of a device puts on the wire.</summary>
/// <param name="RequestBytes">All requests, encoded.</param>
/// <param name="ResponseBytes">Length of each response frame, in order.</param>
/// <param name="Readings">Readings that the responses hold.</param>
/// <param name="AtOnce">Requests under way at once: 1 for question and answer in turn.</param>
internal sealed record PollShape(byte[] RequestBytes, IReadOnlyList<int> ResponseBytes, int Readings, int AtOnce)
{
    /// <summary>Requests of the poll.</summary>
    public int Requests => ResponseBytes.Count;

    /// <summary>What leaves in one send, and how many bytes of responses come back before the next: the poll's requests in order, <see cref="AtOnce"/> at a time.</summary>
    public IReadOnlyList<(ReadOnlyMemory<byte> Send, int Receive)> Turns =>
    [
        .. Enumerable.Range(0, Requests).Chunk(AtOnce).Select(turn => (
            (ReadOnlyMemory<byte>)RequestBytes.AsMemory(turn[0] * ModbusBlock.RequestBytes, turn.Length * ModbusBlock.RequestBytes), turn.Sum(i => ResponseBytes[i]))),
    ];

    /// <summary>The poll of a plant's first device, as this product's client plans it.</summary>
    public static PollShape Of(Plant plant, int atOnce)
    {
        IReadOnlyList<ModbusTag> tags = plant.Devices[0].Template.ClientTags;
        SeriesCatalog catalog = new();
        foreach (ModbusTag tag in tags) catalog.Register(new SeriesDefinition("device", tag.Name, tag.Kind()));
        ModbusBlock[] blocks = [.. ModbusRequestPlanner.Plan(tags, new ModbusRequestOptions()).Select(read => new ModbusBlock(read, 1, catalog, "device"))];
        byte[] requests = new byte[blocks.Length * ModbusBlock.RequestBytes];
        for (int i = 0; i < blocks.Length; i++) blocks[i].WriteRequest(requests.AsSpan(i * ModbusBlock.RequestBytes), (ushort)i);
        return new PollShape(requests, [.. blocks.Select(b => PongServer.ResponseBytes(b.Read.Count))], tags.Count, Math.Min(atOnce, blocks.Length));
    }
}
