using System.Net;
using System.Net.Sockets;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Tests.Unit.OpcUa.Channel;

namespace HyperIngest.Tests.Fuzz;

/// <summary>Random damage to conversations: nothing but a refusal may come of it, and memory stays within what one chunk and one message may take.</summary>
public sealed class UaChannelFuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Damaged_chunks_are_refused_and_take_no_memory(int seed)
    {
        Random random = new(seed);
        UaTransportLimits limits = new() { MaxMessageBytes = 50_000, MaxChunkCount = 10 };
        UaPolicyProfile none = UaPolicyProfile.Of(UaSecurityPolicy.None);
        UaException? unexpected = null;
        int refused = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 3000; round++)
        {
            using UaReceiveBuffer buffer = new();
            using UaInbound inbound = new(limits);
            inbound.Install(new UaChannelToken(1, 1, TimeSpan.FromHours(1), Environment.TickCount64, none, UaSecurityMode.None, [], []));
            try
            {
                for (uint sequence = 1; sequence < 20; sequence++)
                {
                    byte[] chunk = Chunk(random, sequence);
                    if (random.Next(8) == 0) chunk[random.Next(chunk.Length)] ^= (byte)(1 << random.Next(8));
                    if (random.Next(40) == 0) BitConverter.TryWriteBytes(chunk.AsSpan(4), random.Next());
                    for (int at = 0; at < chunk.Length;)
                    {
                        int taken = Math.Min(Math.Min(random.Next(1, 9000), chunk.Length - at), buffer.Room.Length);
                        chunk.AsMemory(at, taken).CopyTo(buffer.Room);
                        buffer.Received(taken);
                        at += taken;
                        while (buffer.TryTake(out int begin, out UaChunkHeader header))
                        {
                            if (header.Kind == UaChunkKind.Open) UaOpenChunk.ReadHeader(buffer.Bytes.AsSpan(begin, header.Bytes));
                            else if (header.Kind == UaChunkKind.Hello) UaHandshake.ReadHello(buffer.Bytes.AsSpan(begin, header.Bytes), limits, out _);
                            else if (header.Kind == UaChunkKind.Error) UaHandshake.ReadError(buffer.Bytes.AsSpan(begin + 8, header.Bytes - 8));
                            else if (header.Kind != UaChunkKind.Acknowledge) inbound.Take(buffer.Bytes, begin, header, Environment.TickCount64, out _, out _, out _);
                        }
                    }
                }
            }
            catch (UaException fault)
            {
                refused++;
                unexpected = fault.Status == UaStatusCodes.BadInternalError ? fault : unexpected;
            }
        }
        Assert.Null(unexpected);
        Assert.InRange(refused, 500, 3000);
        // The chunks made here are most of it: 3,000 rounds of 20 chunks of 4 KB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 600L << 20);
    }

    [Fact]
    public async Task A_server_refuses_what_is_no_conversation_and_goes_on_serving_others()
    {
        await using UaRig rig = new();
        Random random = new(3);
        const int strangers = 150;
        for (int round = 0; round < strangers; round++)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, rig.Port);
            byte[] bytes = random.Next(3) == 0 ? new byte[100] : UaHandshake.Hello(new(), "opc.tcp://x");
            if (random.Next(2) == 0) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            await socket.SendAsync(bytes);
            byte[] open = UaOpenChunk.Protect(UaPolicyProfile.Of(UaSecurityPolicy.None), null, null, 0, 1, 1, UaRig.Bytes(random.Next(200), round));
            open[random.Next(open.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                await socket.SendAsync(open);
                socket.Shutdown(SocketShutdown.Send);
                byte[] answer = new byte[8192];
                while (await socket.ReceiveAsync(answer.AsMemory()) > 0) continue;
            }
            catch (SocketException)
            {
                // Refused before it was sent.
                continue;
            }
        }
        await Eventually.IsTrue(() => rig.Ends.Count == strangers, "every stranger's connection ended");
        Assert.DoesNotContain(rig.Ends, e => e.Status == UaStatusCodes.BadInternalError);
        await using UaClientChannel channel = await rig.ConnectAsync();
        Assert.Equal([1], await UaRig.AskAsync(channel, UaRig.Echo, [1]));
    }

    private static byte[] Chunk(Random random, uint sequence)
    {
        byte[] chunk = new byte[24 + random.Next(8000)];
        UaChunkKind kind = random.Next(12) switch
        {
            0 => UaChunkKind.Open,
            1 => UaChunkKind.Hello,
            2 => UaChunkKind.Error,
            _ => UaChunkKind.Message,
        };
        byte final = kind != UaChunkKind.Message ? UaChunk.Final : random.Next(3) switch { 0 => UaChunk.Final, 1 => UaChunk.Aborted, _ => UaChunk.Continued };
        random.NextBytes(chunk.AsSpan(8, Math.Min(40, chunk.Length - 8)));
        UaChunk.WriteHeader(chunk, kind, final, chunk.Length);
        if (kind != UaChunkKind.Message) return chunk;
        BitConverter.TryWriteBytes(chunk.AsSpan(8), 1u);
        BitConverter.TryWriteBytes(chunk.AsSpan(12), 1u);
        UaChunk.WriteSequence(chunk.AsSpan(16), sequence, (uint)random.Next(1, 5));
        return chunk;
    }
}
