using System.Diagnostics.CodeAnalysis;

namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>The subscriptions of a device: part by part of its tags, each there or to be made. Under the device's gate.</summary>
internal sealed class UaSubscriptions
{
    private readonly int _itemsEach;
    private readonly int _tags;
    private readonly UaSubscription?[] _parts;
    private readonly Dictionary<uint, UaSubscription> _byId = [];
    private readonly List<UaSubscription> _live = [];

    // How often in a row each part's subscription was silent for too long.
    private readonly int[] _silences;

    public UaSubscriptions(UaDevice device)
    {
        _itemsEach = device.Options.Subscribe.ItemsPerSubscription;
        _tags = device.Tags.Count;
        _parts = new UaSubscription?[(_tags + _itemsEach - 1) / _itemsEach];
        _silences = new int[_parts.Length];
        LongestKeepAlive = device.Options.Subscribe.KeepAlive;
    }

    /// <summary>Those there are.</summary>
    public List<UaSubscription> Live => _live;

    /// <summary>How many there are.</summary>
    public int Count => _live.Count;

    /// <summary>How many are to be made.</summary>
    public int Missing => _parts.Length - _live.Count;

    /// <summary>How long any is silent at most.</summary>
    public TimeSpan LongestKeepAlive { get; private set; }

    /// <summary>Ids of those that were held dead and may live on at the server, to be deleted there.</summary>
    public List<uint> Buried { get; } = [];

    /// <summary>How many the device's tags make.</summary>
    public int Parts => _parts.Length;

    /// <summary>The subscription of a tag's part; null when it is to be made.</summary>
    public UaSubscription? Of(int tag) => _parts[tag / _itemsEach];

    /// <summary>The parts without a subscription.</summary>
    public IEnumerable<int> MissingParts() => Enumerable.Range(0, _parts.Length).Where(p => _parts[p] is null);

    /// <summary>The tags of a part.</summary>
    public (int First, int Count) TagsOf(int part) => (part * _itemsEach, Math.Min(_itemsEach, _tags - (part * _itemsEach)));

    /// <summary>The one with the server's number.</summary>
    public bool TryFind(uint id, [NotNullWhen(true)] out UaSubscription? subscription) => _byId.TryGetValue(id, out subscription);

    /// <summary>It was made.</summary>
    public void Add(UaSubscription subscription)
    {
        _parts[subscription.Part] = subscription;
        _byId[subscription.Id] = subscription;
        _live.Add(subscription);
        if (subscription.KeepAlive > LongestKeepAlive) LongestKeepAlive = subscription.KeepAlive;
    }

    /// <summary>It is no more, or held to be.</summary>
    public void Bury(UaSubscription subscription)
    {
        subscription.IsDead = true;
        if (_parts[subscription.Part] == subscription) _parts[subscription.Part] = null;
        if (_byId.TryGetValue(subscription.Id, out UaSubscription? known) && known == subscription) _byId.Remove(subscription.Id);
        _live.Remove(subscription);
        Buried.Add(subscription.Id);
    }

    /// <summary>Something came of it.</summary>
    public void Heard(UaSubscription subscription, long nowMs)
    {
        subscription.HeardAt = nowMs;
        _silences[subscription.Part] = 0;
    }

    /// <summary>It was silent for too long; how often its part was in a row.</summary>
    public int Silenced(UaSubscription subscription) => ++_silences[subscription.Part];
}
