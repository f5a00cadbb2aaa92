using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Bench.Ceilings.PingPong;

/// <summary>
/// The bare other end: for every 12 bytes a frame of zeros with the right header and length. Whatever one receive brings is answered in one send, as the simulator does.
/// </summary>
internal static class PongServer
{
    private const int QuantityOffset = ModbusFrame.PduOffset + 3;
    private const int ReceiveBytes = 1024;

    // 85 requests of 12 bytes fit into a receive.
    private const int AnswerBytes = 86 * ModbusFrame.MaxFrameBytes;

    /// <summary>The whole frame that answers a read of so many registers.</summary>
    public static int ResponseBytes(int registers) => ModbusFrame.HeaderBytes + 2 + (registers * 2);

    /// <summary>Listens on a free port, writes it as a line, and serves until the input ends.</summary>
    public static async Task RunAsync(TextReader input, TextWriter output)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await output.WriteLineAsync(((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
        Task accepting = AcceptAsync(listener);
        while (await input.ReadLineAsync().ConfigureAwait(false) is not null)
        {
            // Nothing is to be said to it; only the end counts.
        }
        listener.Dispose();
        await accepting.ConfigureAwait(false);
    }

    // The nine bytes without which no Modbus client could be held against it; the data stays what it was, zeros.
    private static int Write(ReadOnlySpan<byte> request, Span<byte> response)
    {
        int registers = BinaryPrimitives.ReadUInt16BigEndian(request[QuantityOffset..]);
        ModbusFrame.WriteHeader(response, ModbusFrame.TransactionIdOf(request), ModbusFrame.UnitIdOf(request), 2 + (registers * 2));
        response[ModbusFrame.PduOffset] = request[ModbusFrame.PduOffset];
        response[ModbusFrame.PduOffset + 1] = (byte)(registers * 2);
        return ResponseBytes(registers);
    }

    private static async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                // The listener was closed: the end.
                return;
            }
            _ = ServeAsync(socket);
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        byte[] received = GC.AllocateUninitializedArray<byte>(ReceiveBytes, pinned: true);
        byte[] answers = GC.AllocateArray<byte>(AnswerBytes, pinned: true);
        int filled = 0;
        using (socket)
        {
            socket.NoDelay = true;
            try
            {
                while (true)
                {
                    int bytes = await socket.ReceiveAsync(received.AsMemory(filled), SocketFlags.None).ConfigureAwait(false);
                    if (bytes == 0) return;
                    filled += bytes;
                    int taken = 0, answer = 0;
                    for (; filled - taken >= ModbusBlock.RequestBytes; taken += ModbusBlock.RequestBytes)
                    {
                        answer += Write(received.AsSpan(taken), answers.AsSpan(answer));
                    }
                    received.AsSpan(taken, filled - taken).CopyTo(received);
                    filled -= taken;
                    for (int sent = 0; sent < answer;)
                    {
                        sent += await socket.SendAsync(answers.AsMemory(sent, answer - sent), SocketFlags.None).ConfigureAwait(false);
                    }
                }
            }
            catch (SocketException)
            {
                // The client has closed with answers on their way: the end of a slice.
            }
        }
    }
}
