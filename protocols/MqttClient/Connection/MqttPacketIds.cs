namespace HyperIngest.Mqtt;

/// <summary>What an own packet identifier is used for.</summary>
internal enum MqttIdUse : byte
{
    /// <summary>Nothing.</summary>
    Free,

    /// <summary>A message of QoS 1, waiting for PUBACK.</summary>
    AtLeastOnce,

    /// <summary>A message of QoS 2, waiting for PUBREC.</summary>
    ExactlyOnce,

    /// <summary>A message of QoS 2, released and waiting for PUBCOMP.</summary>
    Released,

    /// <summary>A SUBSCRIBE or UNSUBSCRIBE.</summary>
    Request,
}

/// <summary>
/// The packet identifiers of this side (MQTT 5.0, 2.2.1) and the window of its messages under way (4.9). Those that are free again wait their turn in a ring, so that an identifier comes back as late as
/// possible; the tables grow with what is used, because most connections use few. Guarded by the outbox's gate.
/// </summary>
/// <param name="window">Messages of QoS 1 and 2 that may be under way, 1 to 65,535.</param>
internal sealed class MqttPacketIds(int window)
{
    private const int SmallestTable = 64;

    // So many are free before one is used again: who publishes a batch has taken what was settled before it by the time an identifier of it comes back, and the tables stay at some KB.
    private const int Resting = 1024;

    // By identifier; index 0 is never used.
    private MqttIdUse[] _uses = new MqttIdUse[SmallestTable];

    private ushort[] _free = new ushort[SmallestTable];
    private int _freeHead;
    private int _freeCount;

    // The first that was never used.
    private int _next = 1;

    /// <summary>Messages under way.</summary>
    public int UnderWay { get; private set; }

    /// <summary>Takes an identifier; false when none is free or the window is full.</summary>
    public bool TryTake(MqttIdUse use, out ushort id)
    {
        id = 0;
        if (use != MqttIdUse.Request && UnderWay >= window) return false;
        if (_freeCount > Resting || (_freeCount > 0 && _next > ushort.MaxValue))
        {
            id = _free[_freeHead];
            _freeHead = (_freeHead + 1) & (_free.Length - 1);
            _freeCount--;
        }
        else if (_next <= ushort.MaxValue)
        {
            id = (ushort)_next++;
            if (id >= _uses.Length) Grow();
        }
        else
        {
            return false;
        }
        _uses[id] = use;
        if (use != MqttIdUse.Request) UnderWay++;
        return true;
    }

    /// <summary>What an identifier is used for.</summary>
    public MqttIdUse Of(ushort id) => id < _uses.Length ? _uses[id] : MqttIdUse.Free;

    /// <summary>PUBREC came: PUBREL goes.</summary>
    public void Release(ushort id) => _uses[id] = MqttIdUse.Released;

    /// <summary>It is free again.</summary>
    public void Return(ushort id)
    {
        if (_uses[id] != MqttIdUse.Request) UnderWay--;
        _uses[id] = MqttIdUse.Free;
        _free[(_freeHead + _freeCount++) & (_free.Length - 1)] = id;
    }

    private void Grow()
    {
        Array.Resize(ref _uses, _uses.Length * 2);
        ushort[] free = new ushort[_uses.Length];
        for (int i = 0; i < _freeCount; i++) free[i] = _free[(_freeHead + i) & (_free.Length - 1)];
        _free = free;
        _freeHead = 0;
    }
}
