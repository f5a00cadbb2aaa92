using System.Runtime.CompilerServices;

namespace HyperIngest.Core.Readings;

/// <summary>
/// The names behind the numbers: gives every (device, tag) a small integer for life and says what stands behind it.
/// Ids count up from 0 without gaps and are never reused, so that a journal can always be read back.
/// </summary>
/// <remarks>
/// Registering takes a lock (it happens at start and when a new tag shows itself); looking up by id takes none: entries live in
/// blocks that never move, and <see cref="Count"/> is published with release semantics after the entry is written.
/// Names are kept once: 1,000 devices of one template share their 600 tag names, so that a series costs about 50 bytes.
/// </remarks>
public sealed class SeriesCatalog
{
    // 4096 entries of 24 bytes = 96 KB a block and 600,000 series need only 147 blocks.
    private const int BlockShift = 12;
    private const int BlockSize = 1 << BlockShift;

    /// <summary>Longest name of a device, tag, unit, topic or tenant, in characters.</summary>
    public const int MaxNameLength = 4096;

    private readonly Lock _registering = new();
    private readonly StringPool _names = new();
    private readonly Dictionary<long, int> _byDeviceAndTag = [];

    // Written under _registering; readers see a block through the acquire read of _count.
    private CatalogEntry[][] _blocks = new CatalogEntry[16][];
    private int _count;

    /// <summary>Texts that <see cref="ValueKind.Text"/> readings point to.</summary>
    public TextTable Texts { get; } = new();

    /// <summary>How many series are registered; ids are 0 to Count-1.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// The id of the series, registering it when it is new. A series that is known keeps its id; its kind must not change.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A name is empty, longer than <see cref="MaxNameLength"/> or no valid UTF-16, or the series is known with another <see cref="ValueKind"/>.
    /// </exception>
    public int Register(in SeriesDefinition definition)
    {
        ArgumentException.ThrowIfNullOrEmpty(definition.Device);
        ArgumentException.ThrowIfNullOrEmpty(definition.Tag);
        ThrowIfUnfit(definition.Device, nameof(definition.Device));
        ThrowIfUnfit(definition.Tag, nameof(definition.Tag));
        ThrowIfUnfit(definition.Unit, nameof(definition.Unit));
        ThrowIfUnfit(definition.Topic, nameof(definition.Topic));
        ThrowIfUnfit(definition.Tenant, nameof(definition.Tenant));
        lock (_registering)
        {
            int device = _names.Intern(definition.Device);
            int tag = _names.Intern(definition.Tag);
            long key = Key(device, tag);
            if (_byDeviceAndTag.TryGetValue(key, out int known))
            {
                ValueKind kind = At(known).Kind;
                return kind == definition.Kind
                    ? known
                    : throw new ArgumentException(
                        $"Series {definition.Device}/{definition.Tag} is in the catalog as {kind} and cannot become {definition.Kind}: "
                        + "its stored readings would be read wrongly. Give the tag another name, or start with a new journal folder.",
                        nameof(definition));
            }

            return Add(key, new CatalogEntry
            {
                Device = device,
                Tag = tag,
                Unit = _names.Intern(definition.Unit),
                Topic = _names.Intern(definition.Topic),
                Tenant = _names.Intern(definition.Tenant),
                Kind = definition.Kind,
                Classification = definition.Classification,
            });
        }
    }

    /// <summary>Makes room for <paramref name="series"/> series at once; only a hint.</summary>
    public void EnsureCapacity(int series)
    {
        lock (_registering) _byDeviceAndTag.EnsureCapacity(series);
    }

    /// <summary>The id of a known series; false when it is not registered.</summary>
    public bool TryFind(string device, string tag, out int seriesId)
    {
        lock (_registering)
        {
            seriesId = -1;
            return _names.TryFind(device, out int d) && _names.TryFind(tag, out int t)
                && _byDeviceAndTag.TryGetValue(Key(d, t), out seriesId);
        }
    }

    /// <summary>All that is known of a series.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such id.</exception>
    public SeriesDefinition this[int seriesId]
    {
        get
        {
            ref readonly CatalogEntry e = ref At(seriesId);
            return new SeriesDefinition(
                _names[e.Device], _names[e.Tag], e.Kind, _names[e.Unit], _names[e.Topic], _names[e.Tenant], e.Classification);
        }
    }

    /// <summary>How the values of a series are read; allocates nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such id.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ValueKind KindOf(int seriesId) => At(seriesId).Kind;

    /// <summary>The device of a series; allocates nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such id.</exception>
    public string DeviceOf(int seriesId) => _names[At(seriesId).Device];

    /// <summary>The tag of a series; allocates nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such id.</exception>
    public string TagOf(int seriesId) => _names[At(seriesId).Tag];

    /// <summary>Names in the pool; those numbered below it can be read with <see cref="NameAt"/>.</summary>
    internal int NameCount
    {
        get
        {
            lock (_registering) return _names.Count;
        }
    }

    /// <summary>A name by its number.</summary>
    internal string NameAt(int number) => _names[number];

    /// <summary>An entry as the catalog file keeps it.</summary>
    internal CatalogEntry EntryAt(int seriesId) => At(seriesId);

    /// <summary>Puts a name back from the catalog file; names come in the order of their numbers. False when it is there already.</summary>
    internal bool TryRestoreName(string name)
    {
        lock (_registering)
        {
            int number = _names.Count;
            return _names.Intern(name) == number;
        }
    }

    /// <summary>Puts a series back from the catalog file; false when it refers to names that are not there or is there already.</summary>
    internal bool TryRestore(in CatalogEntry entry)
    {
        lock (_registering)
        {
            int names = _names.Count;
            if ((uint)entry.Device >= (uint)names || (uint)entry.Tag >= (uint)names || (uint)entry.Unit >= (uint)names || (uint)entry.Topic >= (uint)names
                || (uint)entry.Tenant >= (uint)names || !Enum.IsDefined(entry.Kind) || !Enum.IsDefined(entry.Classification)
                || _byDeviceAndTag.ContainsKey(Key(entry.Device, entry.Tag)))
            {
                return false;
            }
            Add(Key(entry.Device, entry.Tag), entry);
            return true;
        }
    }

    // Under _registering.
    private int Add(long key, in CatalogEntry entry)
    {
        int id = _count;
        int block = id >> BlockShift;
        if (block == _blocks.Length) Array.Resize(ref _blocks, block * 2);
        (_blocks[block] ??= new CatalogEntry[BlockSize])[id & (BlockSize - 1)] = entry;
        _byDeviceAndTag.Add(key, id);
        Volatile.Write(ref _count, id + 1);
        return id;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly CatalogEntry At(int seriesId)
    {
        if ((uint)seriesId >= (uint)Count) ThrowUnknown(seriesId);
        return ref _blocks[seriesId >> BlockShift][seriesId & (BlockSize - 1)];
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private void ThrowUnknown(int seriesId) =>
        throw new ArgumentOutOfRangeException(nameof(seriesId), seriesId, $"The catalog has series 0 to {Count - 1}.");

    // What is registered must come back from the catalog file as it was: two names that differ in a lone surrogate only would be one.
    private static void ThrowIfUnfit(string name, string what)
    {
        if (name.Length > MaxNameLength) throw new ArgumentException($"The {what} of a series may have {MaxNameLength} characters and has {name.Length}: {name[..64]}...");
        if (!TextTable.IsWellFormed(name)) throw new ArgumentException($"The {what} '{name}' of a series is no valid UTF-16: it has half of a surrogate pair.");
    }

    // A long's hash is its halves xored: 1,000 devices of 600 tags would share 1,024 of them. An odd factor (2^64 by the golden ratio) keeps keys distinct and spreads them.
    private static long Key(int device, int tag) => unchecked((((long)device << 32) | (uint)tag) * -0x61C8_8646_80B5_83EB);
}
