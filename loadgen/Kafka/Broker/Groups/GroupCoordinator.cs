namespace HyperIngest.LoadGen.Kafka;

/// <summary>All groups. The broker's gate guards it.</summary>
internal sealed class GroupCoordinator
{
    private readonly BrokerState _broker;
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    public GroupCoordinator(BrokerState broker) => _broker = broker;

    public Group? Find(string id) => _groups.GetValueOrDefault(id);

    public Group FindOrCreate(string id)
    {
        if (!_groups.TryGetValue(id, out Group? group)) _groups[id] = group = new Group(_broker);
        return group;
    }

    public GroupOffsets OffsetsOf(string id) => FindOrCreate(id).Offsets;

    public void Expire()
    {
        foreach (Group group in _groups.Values) group.Expire();
    }

    /// <summary>The coordinator has come back after an outage.</summary>
    public void Resume()
    {
        foreach (Group group in _groups.Values) group.Resume();
    }
}
