using System.Runtime.CompilerServices;
using System.Text;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Readings;

namespace HyperIngest.Sinks.Kafka;

/// <summary>Where a device's readings of one topic go.</summary>
internal unsafe struct KafkaRoute
{
    /// <summary>The device's name in UTF-8, in memory that stays.</summary>
    public byte* Key;

    public int KeyLength;

    /// <summary>Number of the topic in <see cref="KafkaRoutes.Topics"/>.</summary>
    public int Topic;

    public int Partition;

    public readonly ReadOnlySpan<byte> KeySpan => new(Key, KeyLength);
}

/// <summary>
/// Topic, key and partition of every series a lane has met, found once: from then on a reading costs one look into an array. The lane's thread's.
/// </summary>
internal sealed unsafe class KafkaRoutes(SeriesCatalog catalog, KafkaPartitioner partitioner, Func<string, Classification, LaneTopic> topicOf)
{
    // Below the large object heap's 85,000 bytes, which does not matter on the pinned heap, and some thousand names.
    private const int KeyBlockBytes = 64 << 10;

    private readonly SeriesCatalog _catalog = catalog;
    private readonly KafkaPartitioner _partitioner = partitioner;
    private readonly Func<string, Classification, LaneTopic> _topicOf = topicOf;
    private readonly Dictionary<(string Device, int Topic), int> _ofDevice = [];

    // One more than the route of a series; 0 while it has none.
    private int[] _ofSeries = new int[64];
    private KafkaRoute[] _routes = new KafkaRoute[16];
    private readonly List<byte[]> _keyBlocks = [];
    private byte[] _keys = [];
    private int _keysUsed;

    /// <summary>The topics met so far.</summary>
    public List<LaneTopic> Topics { get; } = [];

    /// <summary>Routes there are.</summary>
    public int Count { get; private set; }

    /// <summary>A route.</summary>
    public ref readonly KafkaRoute this[int route] => ref _routes[route];

    /// <summary>The route of a series that <see cref="Find"/> has met.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Of(int series) => _ofSeries[series] - 1;

    /// <summary>Finds the routes of all series in the chunk, which must be in the catalog.</summary>
    /// <exception cref="SinkException">A topic cannot be found or made.</exception>
    public void Find(DeliveryChunk chunk)
    {
        for (int part = 0; part < chunk.PartCount; part++)
        {
            foreach (ref readonly Reading reading in chunk.PartAt(part))
            {
                if ((uint)reading.SeriesId >= (uint)_ofSeries.Length || _ofSeries[reading.SeriesId] == 0) Make(reading.SeriesId);
            }
        }
    }

    /// <summary>A topic has another number of partitions: its routes are chosen anew.</summary>
    public void Repartition(LaneTopic topic)
    {
        int number = Topics.IndexOf(topic);
        for (int i = 0; i < Count; i++)
        {
            if (_routes[i].Topic == number) _routes[i].Partition = KeyPartition.Of(_partitioner, _routes[i].KeySpan, topic.Partitions);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Make(int series)
    {
        SeriesDefinition definition = _catalog[series];
        LaneTopic topic = _topicOf(definition.Tenant, definition.Classification);
        int number = Topics.IndexOf(topic);
        if (number < 0)
        {
            number = Topics.Count;
            Topics.Add(topic);
        }
        if (!_ofDevice.TryGetValue((definition.Device, number), out int route))
        {
            if (Count == _routes.Length) Array.Resize(ref _routes, 2 * Count);
            route = Count++;
            ref KafkaRoute made = ref _routes[route];
            made.Topic = number;
            made.KeyLength = KeepKey(definition.Device, out made.Key);
            made.Partition = KeyPartition.Of(_partitioner, made.KeySpan, topic.Partitions);
            _ofDevice.Add((definition.Device, number), route);
        }
        if (series >= _ofSeries.Length) Array.Resize(ref _ofSeries, Math.Max(series + 1, 2 * _ofSeries.Length));
        _ofSeries[series] = route + 1;
    }

    private int KeepKey(string device, out byte* key)
    {
        int length = Encoding.UTF8.GetByteCount(device);
        if (_keys.Length - _keysUsed < length)
        {
            // The routes point into the old block and do not keep it alive: a list does.
            _keys = GC.AllocateUninitializedArray<byte>(Math.Max(KeyBlockBytes, length), pinned: true);
            _keyBlocks.Add(_keys);
            _keysUsed = 0;
        }
        Encoding.UTF8.GetBytes(device, _keys.AsSpan(_keysUsed));
        key = (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_keys, _keysUsed);
        _keysUsed += length;
        return length;
    }
}
