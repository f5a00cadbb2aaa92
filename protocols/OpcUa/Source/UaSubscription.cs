namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>A subscription at the server and how far its notifications are taken. One that is made again is another object. Under the device's gate, but for what its making says.</summary>
internal sealed class UaSubscription
{
    /// <summary>A subscription that was made.</summary>
    /// <param name="part">Its place among the device's.</param>
    /// <param name="id">The server's number for it.</param>
    /// <param name="publishing">How often it publishes, as the server revised it.</param>
    /// <param name="keepAlive">How long it is silent at most, as the server revised it.</param>
    public UaSubscription(int part, uint id, TimeSpan publishing, TimeSpan keepAlive)
    {
        Part = part;
        Id = id;
        Publishing = publishing;
        KeepAlive = keepAlive;
    }

    /// <summary>Its place among the device's; its tags follow from it.</summary>
    public int Part { get; }

    /// <summary>The server's number for it.</summary>
    public uint Id { get; }

    /// <summary>How often it publishes.</summary>
    public TimeSpan Publishing { get; }

    /// <summary>How long it is silent at most.</summary>
    public TimeSpan KeepAlive { get; }

    /// <summary>When its server was started, UTC ticks; 0 when the server does not say.</summary>
    public long ServerStart { get; init; }

    /// <summary>Whether the journal is told how far it is taken, so that the node's next run can take it over.</summary>
    public bool IsMarked => ServerStart > 0 && UaSubscriptionMarks.Fits(Id);

    /// <summary>The notification of which the run before has <see cref="TakenReadings"/> readings in the journal, the first ones; 0 for none.</summary>
    public uint TakenOf { get; init; }

    /// <summary>How many.</summary>
    public int TakenReadings { get; init; }

    /// <summary>Whether it is no more, or held to be: nothing of it is taken or acknowledged.</summary>
    public bool IsDead { get; set; }

    /// <summary>The number of the next notification.</summary>
    public uint Next { get; set; } = UaNotificationNumbers.First;

    /// <summary>Whether notifications from <see cref="Next"/> to before <see cref="GapEnd"/> did not come and are asked for again.</summary>
    public bool HasGap { get; set; }

    /// <summary>The first that is not missing.</summary>
    public uint GapEnd { get; set; }

    /// <summary>Whether the server is asked for what it sent while there was no channel, from <see cref="Next"/> on until it has no more.</summary>
    public bool IsProbing { get; set; }

    /// <summary>Decoded notifications that came behind a gap, in their order: as many at most as Publish requests were under way.</summary>
    public Queue<UaReadingBlock> Held { get; } = new();

    /// <summary>The number of the last of them.</summary>
    public uint LastHeld { get; set; }

    /// <summary>When it was heard of last, ms of the device's clock.</summary>
    public long HeardAt { get; set; }
}
