using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// A simulated device: no stored image, its registers come into being when they are read. Every tag counts the answers that held it whole; a verifiable tag's value
/// is its sequence at that count.
/// </summary>
public sealed class SimulatedDevice : IModbusDevice
{
    /// <summary>Most tags that <see cref="SampleAgain"/> shows at once.</summary>
    internal const int MostAgain = 256;

    // One request at a time: a device may have several connections, and an answer and its counts belong together. Never contended with one client.
    private readonly Lock _answering = new();
    private readonly TimeProvider _clock;
    private readonly ulong _seed;
    private readonly ulong _key;
    private readonly ulong[] _keys;

    // How far the clock is ahead, in ticks. Written by whoever drives a test or a fault schedule, read once a request; volatile, and nothing else hangs on it.
    private long _clockSkewTicks;

    // Written by the fault board, read once a request; a reference is written whole.
    private volatile ClockFaults? _clockFaults;

    // The same, read once a message.
    private volatile MessageFaults? _messageFaults;

    // Written under _answering.
    private readonly uint[] _served;
    private readonly byte[] _memory;

    // What clients wrote to tags by name, by the tag's number; null while nobody has.
    private ulong[]? _written;

    /// <summary>A device of <paramref name="template"/>.</summary>
    /// <param name="name">Its name, unique in the plant.</param>
    /// <param name="template">Its tags.</param>
    /// <param name="seed">The plant's seed.</param>
    /// <param name="clock">The clock of its waveforms; null for the system's.</param>
    public SimulatedDevice(string name, DeviceTemplate template, ulong seed = 1, TimeProvider? clock = null)
    {
        Name = name;
        Template = template;
        _seed = seed;
        _clock = clock ?? TimeProvider.System;
        _keys = new ulong[template.Tags.Count];
        _served = new uint[template.Tags.Count];
        _memory = new byte[template.MemoryBytes];
        ulong device = _key = SeriesKey.OfName(name);
        for (int i = 0; i < _keys.Length; i++) _keys[i] = SeriesKey.Of(device, template.NameHashes[i]);
        foreach (ModbusTable table in (ReadOnlySpan<ModbusTable>)[ModbusTable.Coil, ModbusTable.HoldingRegister]) FillMemory(template.Table(table));
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its tags.</summary>
    public DeviceTemplate Template { get; }

    /// <summary>How far the device's clock is ahead of the right time, or behind it when negative, faults not counted; it may be changed while clients ask.</summary>
    public TimeSpan ClockSkew
    {
        get => new(Volatile.Read(ref _clockSkewTicks));
        set => Volatile.Write(ref _clockSkewTicks, value.Ticks);
    }

    /// <summary>What its clock shows now, in UTC ticks: the simulator's, wrong by <see cref="ClockSkew"/> and the faults in force.</summary>
    public long ClockTicks => _clock.GetUtcNow().UtcTicks + Volatile.Read(ref _clockSkewTicks) + (_clockFaults?.SkewTicks() ?? 0);

    /// <summary>What its clock shows at a right time, both in UTC ticks.</summary>
    internal long ClockAt(long utcTicks) => utcTicks + Volatile.Read(ref _clockSkewTicks) + (_clockFaults?.SkewTicks() ?? 0);

    /// <summary>The faults that hit its messages; null for none.</summary>
    internal MessageFaults? MessageFaults
    {
        get => _messageFaults;
        set => _messageFaults = value;
    }

    /// <summary>The faults that set its clock wrong; null for none.</summary>
    internal ClockFaults? ClockFaults
    {
        get => _clockFaults;
        set => _clockFaults = value;
    }

    /// <summary>Readings answered so far, over all tags.</summary>
    public long ReadingsServed
    {
        get
        {
            long sum = 0;
            lock (_answering)
            {
                foreach (uint served in _served) sum += served;
            }
            return sum;
        }
    }

    /// <summary>How often each tag was answered, in plant order.</summary>
    public uint[] CopyServed()
    {
        lock (_answering) return [.. _served];
    }

    /// <inheritdoc/>
    public ModbusExceptionCode Read(ModbusTable table, int address, int count, Span<byte> destinationBigEndian)
    {
        TagTable tags = Template.Table(table);
        if (!tags.Has(address, count)) return ModbusExceptionCode.IllegalDataAddress;
        destinationBigEndian.Clear();
        long now = Template.UsesTime || Template.HasQuality ? ClockTicks : 0;
        ReadOnlySpan<TagRun> runs = tags.Runs;
        if (Template.HasQuality && IsAnyBad(tags, address, count, now)) return ModbusExceptionCode.ServerDeviceFailure;
        lock (_answering)
        {
            for (int r = tags.FirstRunAfter(address); r < runs.Length && runs[r].Address < address + count; r++)
            {
                if (table is ModbusTable.Coil or ModbusTable.DiscreteInput) ReadBits(runs[r], address, count, now, destinationBigEndian);
                else ReadRegisters(runs[r], address, count, now, destinationBigEndian);
            }
        }
        return ModbusExceptionCode.None;
    }

    /// <summary>What tags show that are about to be sent by name; nothing is counted before <see cref="CountSent"/>, so that what cannot be sent now shows the same again later.</summary>
    /// <param name="first">The first tag's number in the template.</param>
    /// <param name="count">Tags.</param>
    /// <param name="now">The time, by the device's clock, in UTC ticks.</param>
    /// <param name="into">Gets the values.</param>
    internal void Sample(int first, int count, long now, TagSamples into)
    {
        lock (_answering) SampleTags(first, _served.AsSpan(first, count), now, into);
    }

    /// <summary>What tags showed when they were last sent, as if no time had passed since; those never sent have no value, and are bad. At most <see cref="MostAgain"/> at once.</summary>
    /// <param name="first">The first tag's number in the template.</param>
    /// <param name="count">Tags.</param>
    /// <param name="now">The time since when nothing goes on, by the device's clock, in UTC ticks.</param>
    /// <param name="into">Gets the values.</param>
    internal void SampleAgain(int first, int count, long now, TagSamples into)
    {
        Span<uint> counts = stackalloc uint[MostAgain];
        counts = counts[..count];
        lock (_answering)
        {
            ReadOnlySpan<uint> served = _served.AsSpan(first, count);
            for (int i = 0; i < count; i++) counts[i] = served[i] - 1;
            SampleTags(first, counts, now, into);
            if (!served.Contains(0U)) return;
            if (!Template.HasQuality) into.Qualities.Clear();
            into.AllGood = false;
            for (int i = 0; i < count; i++)
            {
                if (served[i] == 0) into.Qualities[i] = SimulatedQuality.Bad;
            }
        }
    }

    /// <summary>Tags as they were sampled are on their way: those that had a value count.</summary>
    internal void CountSent(int first, TagSamples samples)
    {
        lock (_answering)
        {
            Span<uint> served = _served.AsSpan(first, samples.Count);
            if (samples.AllGood)
            {
                foreach (ref uint count in served) count++;
                return;
            }
            ReadOnlySpan<SimulatedQuality> qualities = samples.Qualities;
            for (int i = 0; i < served.Length; i++)
            {
                if (qualities[i] != SimulatedQuality.Bad) served[i]++;
            }
        }
    }

    /// <summary>Has a tag of generator memory hold another value, as <see cref="TagSamples.Bits"/> has it.</summary>
    internal void WriteByName(int tag, ulong bits)
    {
        lock (_answering)
        {
            _written ??= [.. Template.Tags.Select(t => TagValues.Of(t.Type, t.Generator.Value))];
            _written[tag] = bits;
        }
    }

    /// <inheritdoc/>
    public ModbusExceptionCode Write(ModbusTable table, int address, int count, ReadOnlySpan<byte> sourceBigEndian)
    {
        TagTable tags = Template.Table(table);
        if (!tags.Has(address, count)) return ModbusExceptionCode.IllegalDataAddress;
        ReadOnlySpan<TagRun> runs = tags.Runs;
        int first = tags.FirstRunAfter(address), next = address;
        for (int r = first; r < runs.Length && runs[r].Address < address + count; r++)
        {
            if (runs[r].Tag.Generator.Kind != GeneratorKind.Memory || runs[r].Address > next) return ModbusExceptionCode.IllegalDataAddress;
            next = runs[r].End;
        }
        if (next < address + count) return ModbusExceptionCode.IllegalDataAddress;
        lock (_answering)
        {
            for (int r = first; r < runs.Length && runs[r].Address < address + count; r++)
            {
                int from = Math.Max(address, runs[r].Address), to = Math.Min(address + count, runs[r].End);
                for (int a = from; a < to; a++)
                {
                    int source = a - address, place = a - runs[r].Address;
                    if (table == ModbusTable.Coil) _memory[runs[r].MemoryOffset + place] = (byte)((sourceBigEndian[source / 8] >> (source % 8)) & 1);
                    else sourceBigEndian.Slice(2 * source, 2).CopyTo(_memory.AsSpan(runs[r].MemoryOffset + (2 * place)));
                }
            }
        }
        return ModbusExceptionCode.None;
    }

    /// <summary>The quality of a tag's value at a time of the device's clock.</summary>
    /// <param name="tag">Its number in the template.</param>
    /// <param name="ticks">UTC ticks, such as <see cref="ClockTicks"/>.</param>
    public SimulatedQuality QualityAt(int tag, long ticks) => Template.Tags[tag].Quality?.At(_key, ticks, out _) ?? SimulatedQuality.Good;

    // Modbus has no quality: of a value that there is not, a device can but say that it failed, and it fails the whole request.
    private bool IsAnyBad(TagTable tags, int address, int count, long now)
    {
        ReadOnlySpan<TagRun> runs = tags.Runs;
        for (int r = tags.FirstRunAfter(address); r < runs.Length && runs[r].Address < address + count; r++)
        {
            PlantTag tag = runs[r].Tag;
            if (tag.Generator.Kind != GeneratorKind.Quality && tag.Quality?.At(_key, now, out _) == SimulatedQuality.Bad) return true;
        }
        return false;
    }

    // A value that changes with time; neither memory nor a sequence, which stands still for nobody.
    private double ValueAt(PlantTag tag, ulong key, long now)
    {
        long valueTicks = now;
        SimulatedQuality quality = tag.Quality?.At(_key, now, out valueTicks) ?? SimulatedQuality.Good;
        return tag.Generator.Kind == GeneratorKind.Quality ? (double)quality : Waveform.ValueAt(tag.Generator, key ^ _seed, valueTicks);
    }

    // The counts say which value of its sequence a tag shows.
    private void SampleTags(int first, ReadOnlySpan<uint> counts, long now, TagSamples into)
    {
        int count = counts.Length;
        into.Reset(count);
        if (Template.HasQuality) into.Qualities.Clear();
        foreach (AlikeRun run in Template.AlikeRuns)
        {
            if (run.First >= first + count) break;
            int from = Math.Max(first, run.First), to = Math.Min(first + count, run.End);
            if (from >= to) continue;
            Range range = (from - first)..(to - first);
            SampleRun(run.Tag, from, counts[range], now, into.Bits[range]);
            if (run.Tag.Quality?.At(_key, now, out _) is { } quality and not SimulatedQuality.Good && run.Tag.Generator.Kind != GeneratorKind.Quality)
            {
                into.Qualities[range].Fill(quality);
                into.AllGood = false;
            }
        }
    }

    private void SampleRun(PlantTag tag, int first, ReadOnlySpan<uint> counts, long now, Span<ulong> bits)
    {
        ReadOnlySpan<ulong> keys = _keys.AsSpan(first, bits.Length);
        if (tag.Generator.Kind == GeneratorKind.Sequence) TagValues.WriteSequence(tag.Type, keys, counts, bits);
        else if (tag.Generator.Kind != GeneratorKind.Memory)
        {
            for (int i = 0; i < keys.Length; i++) bits[i] = TagValues.Of(tag.Type, ValueAt(tag, keys[i], now));
        }
        else if (_written is null) bits.Fill(TagValues.Of(tag.Type, tag.Generator.Value));
        else _written.AsSpan(first, bits.Length).CopyTo(bits);
    }

    private void ReadBits(in TagRun run, int address, int count, long now, Span<byte> destination)
    {
        int from = Math.Max(address, run.Address), to = Math.Min(address + count, run.End);
        for (int a = from; a < to; a++)
        {
            int tag = run.FirstTag + a - run.Address;
            bool set = run.Tag.Generator.Kind == GeneratorKind.Memory
                ? _memory[run.MemoryOffset + a - run.Address] != 0
                : ValueAt(run.Tag, _keys[tag], now) >= 0.5;
            if (set) destination[(a - address) / 8] |= (byte)(1 << ((a - address) % 8));
            _served[tag]++;
        }
    }

    private void ReadRegisters(in TagRun run, int address, int count, long now, Span<byte> destination)
    {
        int end = address + count;
        int first = address <= run.Address ? 0 : (address - run.Address + run.Span - 1) / run.Span;
        int last = end >= run.End ? run.Count : (end - run.Address) / run.Span;
        if (first < last)
        {
            int bytes = 2 * run.Span * (last - first);
            Generate(run, first, last, now, destination.Slice(2 * (run.Address + (first * run.Span) - address), bytes));
            foreach (ref uint served in _served.AsSpan(run.FirstTag + first, last - first)) served++;
        }

        // Tags cut by the request's edges: their registers stand as they are at this count, and no answer is counted.
        if (first > 0 && run.Address + (first * run.Span) > address) CopyPart(run, first - 1, address, end, now, destination);
        if (last < run.Count && last >= first && run.Address + (last * run.Span) < end) CopyPart(run, last, address, end, now, destination);
    }

    private void CopyPart(in TagRun run, int index, int address, int end, long now, Span<byte> destination)
    {
        Span<byte> whole = stackalloc byte[2 * ModbusFrame.MaxReadRegisters];
        whole = whole[..(2 * run.Span)];
        Generate(run, index, index + 1, now, whole);
        int start = run.Address + (index * run.Span);
        int from = Math.Max(start, address), to = Math.Min(start + run.Span, end);
        whole[(2 * (from - start))..(2 * (to - start))].CopyTo(destination[(2 * (from - address))..]);
    }

    private void Generate(in TagRun run, int first, int last, long now, Span<byte> destination)
    {
        PlantTag tag = run.Tag;
        if (tag.Generator.Kind == GeneratorKind.Memory)
        {
            _memory.AsSpan(run.MemoryOffset + (2 * run.Span * first), destination.Length).CopyTo(destination);
            return;
        }
        ReadOnlySpan<ulong> keys = _keys.AsSpan(run.FirstTag + first, last - first);
        if (tag.Generator.Kind == GeneratorKind.Sequence)
        {
            SequenceRegisters.Write(tag.Type, tag.Order, keys, _served.AsSpan(run.FirstTag + first, last - first), destination);
            return;
        }
        int bytes = 2 * run.Span;
        for (int i = 0; i < keys.Length; i++)
        {
            RegisterCodec.Write(tag, ValueAt(tag, keys[i], now), destination.Slice(i * bytes, bytes));
        }
    }

    private void FillMemory(TagTable table)
    {
        foreach (TagRun run in table.Runs)
        {
            if (run.Tag.Generator.Kind != GeneratorKind.Memory) continue;
            int bytes = run.Tag.IsBit ? 1 : 2 * run.Span;
            for (int i = 0; i < run.Count; i++)
            {
                Span<byte> place = _memory.AsSpan(run.MemoryOffset + (i * bytes), bytes);
                if (run.Tag.IsBit) place[0] = run.Tag.Generator.Value >= 0.5 ? (byte)1 : (byte)0;
                else RegisterCodec.Write(run.Tag, run.Tag.Generator.Value, place);
            }
        }
    }
}
