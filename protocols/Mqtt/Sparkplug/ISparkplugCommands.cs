namespace HyperIngest.Protocols.Mqtt.Sparkplug;

/// <summary>What a Sparkplug host asks of the connection it listens on.</summary>
internal interface ISparkplugCommands
{
    /// <summary>Asks an edge node for its birth certificates: NCMD with <c>Node Control/Rebirth</c> true. It need not arrive; the host asks again while it has reason to.</summary>
    void RequestRebirth(string group, string node);

    /// <summary>Says once more that this host is there: somebody, mostly the will of its last connection, has said that it is not.</summary>
    void SayOnline();
}
