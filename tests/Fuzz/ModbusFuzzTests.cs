using System.Buffers;
using System.Buffers.Binary;
using HyperIngest.Core.Polling;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Rings;
using HyperIngest.Core.Sharding;
using HyperIngest.Core.Telemetry;
using HyperIngest.Protocols.Modbus;
using HyperIngest.Tests.Unit.Modbus;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Fuzz;

/// <summary>Bytes no device should send, into the session that reads them: no exception, bounded memory, never a wrong value.</summary>
public sealed class ModbusFuzzTests
{
    // Six reads of different sizes, so that no answer fits another's request, of values without a zero byte, so that no data looks like a header.
    private static readonly int[] BlockSizes = [3, 5, 7, 11, 13, 17];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Answers_with_damaged_headers_never_become_a_wrong_value(int seed)
    {
        using Bench bench = new();
        Random random = new(seed);
        for (int round = 0; round < 4000; round++)
        {
            byte[] answers = bench.AnswersToWhatIsSent();
            if (random.Next(3) > 0)
            {
                // Only the first nine bytes of a frame say what it is; damage to data is what TCP's checksum is for.
                int frame = bench.FrameStarts[random.Next(bench.FrameStarts.Count)];
                for (int hits = random.Next(1, 4); hits > 0; hits--)
                {
                    int at = frame + random.Next(9);
                    answers[at] = random.Next(3) switch
                    {
                        0 => (byte)random.Next(256),
                        1 => (byte)(answers[at] ^ (1 << random.Next(8))),
                        _ => (byte)(answers[at] + random.Next(-2, 3)),
                    };
                }
            }
            if (random.Next(6) == 0) answers = answers[..random.Next(answers.Length + 1)];
            bench.Deliver(answers, random);
        }
        Assert.True(bench.Good > 10_000, $"{bench.Good} good readings only");
        Assert.True(bench.Bad > 1000, $"{bench.Bad} bad readings only");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Random_bytes_become_faults_and_nothing_else(int seed)
    {
        using Bench bench = new();
        Random random = new(seed);
        for (int round = 0; round < 20_000; round++)
        {
            bench.AnswersToWhatIsSent();
            byte[] noise = new byte[random.Next(1, 400)];
            random.NextBytes(noise);
            if (random.Next(2) == 0 && noise.Length > 8)
            {
                // Get past the framer now and then.
                noise[2] = noise[3] = noise[4] = 0;
                noise[5] = (byte)random.Next(256);
            }
            bench.Deliver(noise, random);
        }
        Assert.Equal(0, bench.Good);
    }

    [Fact]
    public void Noise_does_not_grow_the_heap()
    {
        using Bench bench = new();
        Random random = new(5);
        byte[] unasked = [0x70, 0, 0, 0, 0, 3, 1, 3, 0];
        for (int i = 0; i < 200; i++) bench.DeliverOnce(unasked);
        bench.Renew();
        for (int i = 0; i < 60; i++) bench.DeliverOnce(unasked);
        bench.Renew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 60; i++) bench.DeliverOnce(unasked);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Polling_and_decoding_allocate_nothing()
    {
        using Bench bench = new();
        byte[] answers = new byte[4096];
        for (int i = 0; i < 2000; i++) Poll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 2000; i++) Poll();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(4000 * BlockSizes.Sum(), bench.Good);

        void Poll()
        {
            int length = bench.WriteAnswers(answers);
            bench.DeliverOnce(answers, length);
        }
    }

    [Fact]
    public async Task A_device_that_sends_noise_over_a_real_socket_costs_only_itself()
    {
        Random random = new(9);
        await using ScriptedDevice noisy = new();
        noisy.Script = async (peer, _) =>
        {
            byte[] noise = new byte[random.Next(1, 2000)];
            random.NextBytes(noise);
            await peer.SendAsync(noise);
        };
        await using ScriptedDevice good = new();
        await using ModbusRig rig = await ModbusRig.StartAsync(ModbusRig.Device(noisy.Port, "noisy", timeoutMs: 150), ModbusRig.Device(good.Port, "good", unit: 2));
        await rig.UntilFaultAsync(ModbusFault.MalformedFrame, 8);
        await rig.UntilGoodAsync(200, "good");
        Assert.Empty(rig.Good("noisy"));
        Assert.Equal(0, rig.Status("good").Faults);
        rig.AssertNoWrongValue(("noisy", 1), ("good", 2));
    }

    /// <summary>A session with one device polled without pause, fed by hand.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly MpscRing<Reading> _ring = new(1024);
        private readonly MetricRegistry _metrics = new();
        private readonly PollScheduler _scheduler;
        private readonly ModbusSession _session;
        private readonly int[] _addresses;
        private long _now = 1;

        public Bench()
        {
            SeriesCatalog catalog = new();
            List<ModbusTag> tags = [];
            int address = 0;
            foreach (int size in BlockSizes)
            {
                for (int i = 0; i < size; i++) tags.Add(new ModbusTag { Name = $"r{address + i}", Address = address + i });
                address += size + 10;
            }
            ModbusDeviceOptions options = new()
            {
                Name = "d",
                Host = "nowhere",
                Tags = tags,
                Poll = new ModbusPollOptions { Interval = TimeSpan.Zero, LongestBackoff = TimeSpan.FromMilliseconds(10) },
                Requests = new ModbusRequestOptions { MaxInFlight = BlockSizes.Length },
            };
            foreach (ModbusTag tag in tags) catalog.Register(new SeriesDefinition("d", tag.Name, tag.Kind()));
            _addresses = [.. tags.Select(t => t.Address)];
            _scheduler = new PollScheduler(_metrics, NullLogger.Instance);
            Device = new ModbusDevice(
                _scheduler, options, ModbusRequestPlanner.Plan(tags, options.Requests), catalog, new ShardInlet(0, _ring));
            _session = new ModbusSession("bench", [Device], options.Requests.MaxInFlight, new ModbusMetrics(_metrics), NullLogger.Instance);
            _session.Outbox.AddReady(Device);
        }

        public ModbusDevice Device { get; }

        public List<int> FrameStarts { get; } = [];

        public int Good { get; private set; }

        public int Bad { get; private set; }

        public byte[] AnswersToWhatIsSent()
        {
            byte[] answers = new byte[4096];
            return answers[..WriteAnswers(answers)];
        }

        /// <summary>Pumps the session and writes the right answers to what it sends.</summary>
        public int WriteAnswers(Span<byte> answers)
        {
            // Not Assert.Equal: it allocates, and this is measured.
            if (_session.Pump(_now, stopping: false) != ModbusFault.None) Assert.Fail("the session gave up");
            FrameStarts.Clear();
            ReadOnlySpan<byte> requests = _session.Outbox.Unsent;
            int written = 0;
            for (int at = 0; at < requests.Length; at += ModbusBlock.RequestBytes)
            {
                ReadOnlySpan<byte> request = requests.Slice(at, ModbusBlock.RequestBytes);
                int address = BinaryPrimitives.ReadUInt16BigEndian(request[8..]);
                int count = BinaryPrimitives.ReadUInt16BigEndian(request[10..]);
                Span<byte> frame = answers[written..];
                FrameStarts.Add(written);
                ModbusFrame.WriteHeader(frame, BinaryPrimitives.ReadUInt16BigEndian(request), request[6], 2 + (count * 2));
                frame[7] = request[7];
                frame[8] = (byte)(count * 2);
                for (int i = 0; i < count; i++) BinaryPrimitives.WriteUInt16BigEndian(frame[(9 + (2 * i))..], ValueOf(address + i));
                written += 9 + (count * 2);
            }
            _session.Outbox.Sent(requests.Length);
            return written;
        }

        /// <summary>Delivers the bytes as they might arrive: cut anywhere, in several segments, and then lets every deadline pass.</summary>
        public void Deliver(byte[] bytes, Random random)
        {
            byte[] kept = [];
            for (int at = 0; at < bytes.Length;)
            {
                int part = Math.Min(bytes.Length - at, random.Next(1, 200));
                kept = [.. kept, .. bytes.AsSpan(at, part)];
                at += part;
                ReadOnlySequence<byte> sequence = Cut(kept, random);
                ModbusFault fault = _session.Receive(sequence, 7, ++_now, out SequencePosition consumed);
                kept = sequence.Slice(consumed).ToArray();
                Assert.InRange(kept.Length, 0, fault == ModbusFault.None ? ModbusFrame.MaxFrameBytes - 1 : int.MaxValue);
                Take();
                if (fault == ModbusFault.None) continue;
                Renew(fault);
                return;
            }
            _now += TimeSpan.FromSeconds(2).Ticks;
            if (_session.Pump(_now, stopping: false) != ModbusFault.None || kept.Length > 0) Renew();
            Take();
            Revive();
        }

        public void DeliverOnce(byte[] bytes, int length = -1)
        {
            _session.Receive(new ReadOnlySequence<byte>(bytes, 0, length < 0 ? bytes.Length : length), 7, ++_now, out _);
            Take();
        }

        /// <summary>A new connection.</summary>
        public void Renew(ModbusFault fault = ModbusFault.ConnectionClosed)
        {
            _session.Lost(fault);
            while (!_session.Settle(++_now)) Take();
            Take();
            _session.Connected();
            Revive();
        }

        public void Dispose()
        {
            _scheduler.Dispose();
            _metrics.Dispose();
        }

        private static ushort ValueOf(int address) => (ushort)(0x8180 | (address & 0x7F));

        // After a pause the scheduler would say when; here at once.
        private void Revive()
        {
            if (Device.State == ModbusDeviceState.Idle) _session.Outbox.AddReady(Device);
        }

        private void Take()
        {
            for (ReadOnlySpan<Reading> slots = _ring.Peek(); !slots.IsEmpty; slots = _ring.Peek())
            {
                foreach (ref readonly Reading reading in slots)
                {
                    if (StatusCodes.IsGood(reading.Status))
                    {
                        Good++;
                        if (reading.ValueBits != ValueOf(_addresses[reading.SeriesId])) Assert.Fail($"wrong value: {reading}");
                    }
                    else
                    {
                        Bad++;
                        if (reading.ValueBits != 0 || !StatusCodes.IsBad(reading.Status)) Assert.Fail($"a bad reading with a value: {reading}");
                    }
                }
                _ring.Release(slots.Length);
            }
        }

        private static ReadOnlySequence<byte> Cut(byte[] bytes, Random random)
        {
            if (bytes.Length < 2 || random.Next(2) == 0) return new ReadOnlySequence<byte>(bytes);
            Segment first = new(bytes.AsMemory(0, random.Next(1, bytes.Length)), null);
            Segment last = first;
            for (int at = first.Memory.Length; at < bytes.Length;)
            {
                int length = Math.Min(bytes.Length - at, random.Next(1, 120));
                last = new Segment(bytes.AsMemory(at, length), last);
                at += length;
            }
            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }

        private sealed class Segment : ReadOnlySequenceSegment<byte>
        {
            public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
            {
                Memory = memory;
                if (previous is null) return;
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
