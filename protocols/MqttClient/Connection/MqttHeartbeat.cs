namespace HyperIngest.Mqtt;

/// <summary>One timer for the keep-alive of all connections: thousands of idle ones cost a look each, four times a second.</summary>
/// <param name="time">The clock.</param>
internal sealed class MqttHeartbeat(TimeProvider time)
{
    /// <summary>Between two looks: a quarter of the shortest keep-alive there is, a second.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly List<MqttConnection> _connections = [];
    private ITimer? _timer;

    /// <summary>The process's.</summary>
    public static MqttHeartbeat Shared { get; } = new(TimeProvider.System);

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Looks after a connection from now on.</summary>
    public void Add(MqttConnection connection)
    {
        lock (_gate)
        {
            connection.HeartbeatIndex = _connections.Count;
            _connections.Add(connection);
            _timer ??= time.CreateTimer(static heartbeat => ((MqttHeartbeat)heartbeat!).Beat(), this, Period, Period);
        }
    }

    /// <summary>And no more.</summary>
    public void Remove(MqttConnection connection)
    {
        lock (_gate)
        {
            int index = connection.HeartbeatIndex;
            if (index < 0) return;
            _connections[index] = _connections[^1];
            _connections[index].HeartbeatIndex = index;
            _connections.RemoveAt(_connections.Count - 1);
            connection.HeartbeatIndex = -1;
            if (_connections.Count > 0) return;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Beat()
    {
        lock (_gate)
        {
            // From the end: one that is removed meanwhile is replaced by one that was looked at.
            for (int i = _connections.Count - 1; i >= 0; i--) _connections[i].Beat();
        }
    }
}
