using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Server.Nodes;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Subscriptions;

/// <summary>What an item monitors that is no variable's value.</summary>
internal sealed class UaAttributeItem
{
    public required UaNodeRef Node { get; init; }

    public required UaAttribute Attribute { get; init; }

    /// <summary>Its last value, a Variant as encoded; empty for none.</summary>
    public byte[] Last { get; set; } = [];
}

/// <summary>A subscription's items, sampled: each at its interval, together with those of the same, and what has changed goes into the queue.</summary>
internal sealed class UaSampler
{
    /// <summary>Most different intervals of a subscription; one more is given the next longer one there is.</summary>
    public const int MostGroups = 64;

    // 24 KB of samples at once: they stay in the cache on their way into the queue.
    private const int Run = 1024;

    [ThreadStatic]
    private static UaSample[]? _samples;
    [ThreadStatic]
    private static int[]? _known;
    [ThreadStatic]
    private static UaBuffer? _encoded;

    private readonly UaServerCore _core;
    private readonly UaServerCounters _counters;
    private readonly long _origin;
    private readonly List<UaSamplingGroup> _groups = [];
    private readonly Dictionary<int, UaAttributeItem> _others = [];

    /// <summary>A sampler.</summary>
    /// <param name="core">The server.</param>
    /// <param name="origin">When sampling began, the timer's ticks: samples are due whole intervals after it, so that those that are published together are taken just before.</param>
    public UaSampler(UaServerCore core, long origin)
    {
        _core = core;
        _counters = core.Counters;
        _origin = origin;
        Queue = new UaValueQueue(Items, core.Counters);
        Parked = new UaValueQueue(Items, core.Counters);
    }

    public UaItemTable Items { get; } = new();

    /// <summary>Values to publish.</summary>
    public UaValueQueue Queue { get; }

    /// <summary>Values of items that are sampled and do not report.</summary>
    public UaValueQueue Parked { get; }

    /// <summary>When something is to be sampled next.</summary>
    public long DueAt
    {
        get
        {
            long due = UaServerTimed.Never;
            foreach (UaSamplingGroup group in _groups) due = group.IsEmpty ? due : Math.Min(due, group.DueAt);
            return due;
        }
    }

    /// <summary>What an item monitors that is no variable.</summary>
    public UaAttributeItem OtherAt(int place) => _others[place];

    /// <summary>Puts an item into its group, unless it is disabled.</summary>
    /// <param name="place">Its place.</param>
    /// <param name="interval">The interval asked for, ticks.</param>
    /// <param name="other">What it monitors when it is no variable.</param>
    /// <param name="now">Now, the timer's ticks.</param>
    /// <returns>The interval it gets.</returns>
    public long Join(int place, long interval, UaAttributeItem? other, long now)
    {
        ref UaItem item = ref Items[place];
        if (other is not null) _others[place] = other;
        item.Group = GroupOf(interval, now);
        UaSamplingGroup group = _groups[item.Group];
        if (item.Mode != (byte)MonitoringMode.Disabled) group.Add(place, ref item);
        return group.Interval;
    }

    /// <summary>Changes how often an item is sampled.</summary>
    public long Regroup(int place, long interval, long now)
    {
        ref UaItem item = ref Items[place];
        if (item.Mode != (byte)MonitoringMode.Disabled) _groups[item.Group].Remove(place, ref item, Items);
        return Join(place, interval, null, now);
    }

    /// <summary>Changes what is done with an item; true when it has to be sampled now.</summary>
    public bool SetMode(int place, MonitoringMode mode)
    {
        ref UaItem item = ref Items[place];
        MonitoringMode before = (MonitoringMode)item.Mode;
        if (before == mode) return false;
        if (before == MonitoringMode.Disabled)
        {
            item.Mode = (byte)mode;
            _groups[item.Group].Add(place, ref item);
            return true;
        }
        UaValueQueue from = QueueOf(item);
        if (mode == MonitoringMode.Disabled)
        {
            from.Drop(ref item);
            _groups[item.Group].Remove(place, ref item, Items);
            item.HasLast = false;
            item.Mode = (byte)mode;
            return false;
        }
        item.Mode = (byte)mode;
        from.Move(ref item, QueueOf(item));
        return false;
    }

    /// <summary>The queue an item's values are in.</summary>
    public UaValueQueue QueueOf(in UaItem item) => item.IsReporting ? Queue : Parked;

    public void Remove(int place)
    {
        ref UaItem item = ref Items[place];
        QueueOf(item).Drop(ref item);
        if (item.Mode != (byte)MonitoringMode.Disabled) _groups[item.Group].Remove(place, ref item, Items);
        _others.Remove(place);
        Items.Remove(place);
        _counters.Items--;
    }

    /// <summary>The subscription is gone.</summary>
    public void Clear()
    {
        Queue.Clear();
        Parked.Clear();
        _counters.Items -= Items.Count;
    }

    /// <summary>Samples what is due.</summary>
    public void SampleDue(long now)
    {
        foreach (UaSamplingGroup group in _groups)
        {
            if (group.DueAt > now || group.IsEmpty) continue;
            // When the process stood still for whole intervals, those samplings are gone; the schedule goes on in step.
            long missed = (now - group.DueAt) / group.Interval;
            _counters.Missed += missed * group.Count;
            long due = group.DueAt + (missed * group.Interval);
            group.DueAt = due + group.Interval;
            SampleVariables(group.Variables, group.Places, _core.Timer.UtcOf(due));
            foreach (int place in group.Others) SampleOther(place, _core.Timer.UtcOf(due));
        }
    }

    /// <summary>Samples these now: the first values of new items. What is due comes before, so that no later value has an earlier time; a new item of a group that was due has had its first value then.</summary>
    /// <param name="places">Their places.</param>
    /// <param name="now">Now, the timer's ticks.</param>
    public void Sample(ReadOnlySpan<int> places, long now)
    {
        SampleDue(now);
        long utc = _core.Timer.UtcOf(now);
        Span<int> variables = stackalloc int[256], their = stackalloc int[256];
        int count = 0;
        foreach (int place in places)
        {
            if (Items[place].HasLast) continue;
            if (Items[place].Variable == UaItem.NoVariable)
            {
                SampleOther(place, utc);
                continue;
            }
            variables[count] = Items[place].Variable;
            their[count++] = place;
            if (count < variables.Length) continue;
            SampleVariables(variables, their, utc);
            count = 0;
        }
        if (count > 0) SampleVariables(variables[..count], their[..count], utc);
    }

    /// <summary>Everything that is sampled once more, changed or not: a session that takes the subscription over wants to see it.</summary>
    public void SampleAll(long now)
    {
        SampleDue(now);
        for (int i = 0; i < Items.Places; i++) Items[i].HasLast = false;
        foreach (UaSamplingGroup group in _groups)
        {
            SampleVariables(group.Variables, group.Places, _core.Timer.UtcOf(now));
            foreach (int place in group.Others) SampleOther(place, _core.Timer.UtcOf(now));
        }
    }

    private void SampleVariables(ReadOnlySpan<int> variables, ReadOnlySpan<int> places, long utc)
    {
        if (_core.Unknown is not null)
        {
            SampleKnown(variables, places, utc);
            return;
        }
        UaSample[] samples = _samples ??= new UaSample[Run];
        while (variables.Length > 0)
        {
            int run = Math.Min(Run, variables.Length);
            Take(variables[..run], places[..run], utc, samples);
            variables = variables[run..];
            places = places[run..];
        }
    }

    private void Take(ReadOnlySpan<int> variables, ReadOnlySpan<int> places, long utc, UaSample[] samples)
    {
        _core.Variables.Take(variables, utc, samples.AsSpan(0, variables.Length));
        _counters.Taken += variables.Length;
        for (int i = 0; i < places.Length; i++) Offer(places[i], samples[i]);
    }

    // Some variables are unknown for now: their items are told so, once, and nothing is taken of them.
    private void SampleKnown(ReadOnlySpan<int> variables, ReadOnlySpan<int> places, long utc)
    {
        UaSample[] samples = _samples ??= new UaSample[Run];
        int[] known = _known ??= new int[2 * Run];
        int count = 0;
        for (int i = 0; i < variables.Length; i++)
        {
            if (_core.IsKnown(variables[i]))
            {
                known[count] = variables[i];
                known[Run + count++] = places[i];
                if (count < Run) continue;
                Take(known.AsSpan(0, count), known.AsSpan(Run, count), utc, samples);
                count = 0;
                continue;
            }
            ref UaItem item = ref Items[places[i]];
            if (item.HasLast && item.LastStatus == UaStatusCodes.BadNodeIdUnknown) continue;
            _counters.Made++;
            Offer(places[i], new UaSample { Status = UaStatusCodes.BadNodeIdUnknown, SourceTicks = utc });
        }
        if (count > 0) Take(known.AsSpan(0, count), known.AsSpan(Run, count), utc, samples);
    }

    private void Offer(int place, in UaSample sample)
    {
        ref UaItem item = ref Items[place];
        if (!item.Accepts(sample))
        {
            _counters.Unchanged++;
            return;
        }
        item.Remember(sample);
        QueueOf(item).Add(place, ref item, sample);
    }

    private void SampleOther(int place, long utc)
    {
        UaAttributeItem other = _others[place];
        UaBuffer buffer = _encoded ??= new UaBuffer();
        buffer.Clear();
        uint status = UaNodeAttributes.Write(_core, other.Node, other.Attribute, new UaWriter(buffer));
        ref UaItem item = ref Items[place];
        if (item.HasLast && item.LastStatus == status && buffer.Written.SequenceEqual(other.Last)) return;
        other.Last = buffer.Written.ToArray();
        UaSample sample = new() { Type = UaBuiltInType.Variant, Status = status, SourceTicks = utc };
        item.Remember(sample);
        _counters.Made++;
        QueueOf(item).Add(place, ref item, sample);
    }

    private ushort GroupOf(long interval, long now)
    {
        int longer = -1;
        for (int i = 0; i < _groups.Count; i++)
        {
            if (_groups[i].Interval == interval) return (ushort)i;
            if (_groups[i].Interval > interval && (longer < 0 || _groups[i].Interval < _groups[longer].Interval)) longer = i;
        }
        if (_groups.Count == MostGroups) return (ushort)(longer >= 0 ? longer : _groups.IndexOf(_groups.MaxBy(g => g.Interval)!));
        long passed = Math.Max(0, now - _origin);
        _groups.Add(new UaSamplingGroup { Interval = interval, DueAt = _origin + (((passed / interval) + 1) * interval) });
        return (ushort)(_groups.Count - 1);
    }
}
