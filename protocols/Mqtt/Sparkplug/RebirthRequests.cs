namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>Which edge nodes are to be asked for their births, and when: never one of them more often than the options say, however many messages give reason to.</summary>
internal sealed class RebirthRequests(ISparkplugCommands commands, TimeSpan delay)
{
    // Late by this much is not late; with thousands of nodes waiting, looking at all of them for every message would be dear.
    private const long LookTicks = 10 * TimeSpan.TicksPerMillisecond;

    private readonly List<SparkplugNode> _waiting = [];
    private long _nextLook;

    /// <summary>An edge node is to be asked, at <paramref name="due"/> or as soon after as it may be.</summary>
    public void Want(SparkplugNode node, long due, long nowTicks)
    {
        if (node.RebirthDue == 0) _waiting.Add(node);
        if (node.RebirthDue == 0 || due < node.RebirthDue) node.RebirthDue = due;
        if (node.RebirthDue <= nowTicks && node.NextRebirth <= nowTicks)
        {
            _waiting.Remove(node);
            Request(node, nowTicks);
        }
    }

    /// <summary>There is no reason any more.</summary>
    public void Forget(SparkplugNode node)
    {
        if (node.RebirthDue == 0) return;
        node.RebirthDue = 0;
        _waiting.Remove(node);
    }

    /// <summary>Asks those whose time has come.</summary>
    public void Look(long nowTicks)
    {
        if (_waiting.Count == 0 || nowTicks < _nextLook) return;
        _nextLook = nowTicks + LookTicks;
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            SparkplugNode node = _waiting[i];
            if (node.RebirthDue > nowTicks || node.NextRebirth > nowTicks) continue;
            _waiting.RemoveAt(i);
            Request(node, nowTicks);
        }
    }

    private void Request(SparkplugNode node, long nowTicks)
    {
        node.RebirthDue = 0;
        node.NextRebirth = nowTicks + delay.Ticks;
        commands.RequestRebirth(node.Group, node.Name);
    }
}
