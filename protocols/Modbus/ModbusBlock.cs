using System.Buffers.Binary;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;

namespace HyperIngest.Protocols.Modbus;

/// <summary>A planned read made ready: its request encoded, its response's size known, its decode loops chosen.</summary>
internal sealed class ModbusBlock
{
    /// <summary>Bytes of a read request: header, function, address, count.</summary>
    public const int RequestBytes = ModbusFrame.HeaderBytes + 5;

    private readonly byte[] _request = new byte[RequestBytes];
    private readonly ModbusRun[] _runs;
    private readonly int[] _seriesIds;

    public ModbusBlock(ModbusPlannedRead read, byte unitId, SeriesCatalog catalog, string device)
    {
        Read = read;
        Function = read.Table.ReadFunction();
        bool bits = read.Table is ModbusTable.Coil or ModbusTable.DiscreteInput;
        DataBytes = bits ? (read.Count + 7) / 8 : read.Count * 2;
        ModbusTag[] tags = [.. read.Tags];
        _runs = ModbusRun.Of(tags, read.Address, catalog.Texts);
        _seriesIds = new int[tags.Length];
        for (int i = 0; i < tags.Length; i++)
        {
            if (!catalog.TryFind(device, tags[i].Name, out _seriesIds[i]))
            {
                throw new InvalidOperationException($"{device}/{tags[i].Name} is not in the catalog.");
            }
        }
        // Clauses 6.1 to 6.4: function, starting address, quantity.
        ModbusFrame.WriteHeader(_request, 0, unitId, 5);
        Span<byte> pdu = _request.AsSpan(ModbusFrame.PduOffset);
        pdu[0] = (byte)Function;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], (ushort)read.Address);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], (ushort)read.Count);
    }

    public ModbusPlannedRead Read { get; }

    public ModbusFunction Function { get; }

    /// <summary>Bytes of data a right response carries.</summary>
    public int DataBytes { get; }

    /// <summary>Readings a response makes.</summary>
    public int Readings => _seriesIds.Length;

    /// <summary>The status its tags are still to be published with in this poll; 0 for none. The session's alone.</summary>
    public uint PendingStatus { get; set; }

    /// <summary>Writes the request under a transaction id.</summary>
    public void WriteRequest(Span<byte> destination, ushort transactionId)
    {
        _request.CopyTo(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination, transactionId);
    }

    /// <summary>Decodes a response's data, already checked to be <see cref="DataBytes"/> long, into a claim of <see cref="Readings"/> slots.</summary>
    /// <returns>Texts that found no room in the text table.</returns>
    public int Decode(ReadOnlySpan<byte> data, long gatewayTime, in RingClaim<Reading> claim)
    {
        int full = 0;
        int tag = 0;
        Span<Reading> slots = claim.First;
        // In all but the claim that passes the ring's end every run finds its slots in the first span.
        foreach (ref readonly ModbusRun run in _runs.AsSpan())
        {
            int done = 0;
            while (done < run.Tags)
            {
                if (slots.IsEmpty) slots = claim.Second;
                int now = Math.Min(run.Tags - done, slots.Length);
                full += run.Decoder.Decode(data, run, done, _seriesIds.AsSpan(tag, now), gatewayTime, slots[..now]);
                slots = slots[now..];
                done += now;
                tag += now;
            }
        }
        return full;
    }

    /// <summary>Writes a reading without a value for each tag: value bits 0, the status bad.</summary>
    public void WriteBad(uint status, long gatewayTime, in RingClaim<Reading> claim)
    {
        for (int i = 0; i < _seriesIds.Length; i++) claim[i] = new Reading(_seriesIds[i], status, 0, gatewayTime, 0);
    }
}
