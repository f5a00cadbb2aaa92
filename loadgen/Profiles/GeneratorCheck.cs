using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Report;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Profiles;

/// <summary>
/// What the generator reaches by itself: the plant's simulator asked by a client that is no product. It has the requests of a whole poll on their way at once, counts the bytes of the answers
/// and looks at none of them: a null sink. A run that asks for more than half of this measures the generator as much as the product.
/// </summary>
public static class GeneratorCheck
{
    /// <summary>Share of the ceiling above which a run says so.</summary>
    public const double ComfortableShare = 0.5;

    // Enough that every core has work; a thousand sockets would measure the kernel's wake-ups.
    private const int MostConnections = 64;

    // Answers of a poll are read as they come; larger buffers are no faster.
    private const int ReceiveBytes = 1 << 16;

    /// <summary>Asks a simulator for <paramref name="time"/>. Its served counts go up by it: take one that no run will read.</summary>
    public static async Task<GeneratorCeiling> MeasureAsync(Plant plant, SimulatorReady simulator, TimeSpan time, CancellationToken cancellationToken)
    {
        // A port each.
        PlantDevice[] asked = Spread([.. plant.Devices.DistinctBy(d => d.Port)]);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(time);
        long started = Stopwatch.GetTimestamp();
        long[] readings = await Task.WhenAll(asked.Select(d => AskAsync(d, new IPEndPoint(IPAddress.Parse(simulator.Host), simulator.BasePort + d.Port), end.Token))).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        cancellationToken.ThrowIfCancellationRequested();
        return new GeneratorCeiling(
            FormattableString.Invariant($"the plant's simulator, {asked.Length} pipelined {(asked.Length == 1 ? "connection" : "connections")}, answers not decoded, {seconds:0.0} s"),
            Math.Round(readings.Sum() / seconds));
    }

    /// <summary>Those that are asked, evenly taken from all.</summary>
    internal static PlantDevice[] Spread(PlantDevice[] devices)
    {
        int connections = Math.Min(MostConnections, devices.Length);
        return [.. Enumerable.Range(0, connections).Select(i => devices[(int)((long)i * devices.Length / connections)])];
    }

    // Readings of whole polls answered.
    private static async Task<long> AskAsync(PlantDevice device, IPEndPoint endPoint, CancellationToken end)
    {
        IReadOnlyList<ModbusPlannedRead> plan = ModbusRequestPlanner.Plan(device.Template.ClientTags, new ModbusRequestOptions());
        byte[] requests = RequestsOf(plan, device.UnitId);
        int answerBytes = plan.Sum(AnswerBytes);
        byte[] received = new byte[ReceiveBytes];
        long polls = 0;
        try
        {
            using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(endPoint, end).ConfigureAwait(false);
            while (true)
            {
                await socket.SendAsync(requests, SocketFlags.None, end).ConfigureAwait(false);
                for (int left = answerBytes; left > 0;)
                {
                    int bytes = await socket.ReceiveAsync(received, SocketFlags.None, end).ConfigureAwait(false);
                    if (bytes == 0) return polls * device.Template.Tags.Count;
                    left -= bytes;
                }
                polls++;
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // The time is over, or a device misbehaves from its start on; what it said until then counts.
            return polls * device.Template.Tags.Count;
        }
    }

    private static byte[] RequestsOf(IReadOnlyList<ModbusPlannedRead> plan, byte unitId)
    {
        // Clauses 6.1 to 6.4: function, starting address, quantity.
        const int pduBytes = 5, frameBytes = ModbusFrame.HeaderBytes + pduBytes;
        byte[] requests = new byte[plan.Count * frameBytes];
        for (int i = 0; i < plan.Count; i++)
        {
            Span<byte> frame = requests.AsSpan(i * frameBytes, frameBytes);
            ModbusFrame.WriteHeader(frame, (ushort)(i + 1), unitId, pduBytes);
            Span<byte> pdu = frame[ModbusFrame.PduOffset..];
            pdu[0] = (byte)FunctionOf(plan[i].Table);
            BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], (ushort)plan[i].Address);
            BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], (ushort)plan[i].Count);
        }
        return requests;
    }

    // Header, function, byte count, data.
    private static int AnswerBytes(ModbusPlannedRead read) =>
        ModbusFrame.HeaderBytes + 2 + (read.Table is ModbusTable.Coil or ModbusTable.DiscreteInput ? (read.Count + 7) / 8 : 2 * read.Count);

    private static ModbusFunction FunctionOf(ModbusTable table) => table switch
    {
        ModbusTable.Coil => ModbusFunction.ReadCoils,
        ModbusTable.DiscreteInput => ModbusFunction.ReadDiscreteInputs,
        ModbusTable.HoldingRegister => ModbusFunction.ReadHoldingRegisters,
        _ => ModbusFunction.ReadInputRegisters,
    };
}
