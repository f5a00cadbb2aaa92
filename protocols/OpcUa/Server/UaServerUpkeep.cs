using HyperIngest.Protocols.OpcUa.Server.Sessions;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>What a server looks at now and then: sessions that nobody uses, Publish requests that nobody waits for any more.</summary>
internal sealed class UaServerUpkeep(UaServerCore core, UaSessionServices sessions) : UaServerTimed
{
    // How late such an end may be; the timeouts are seconds.
    private static readonly long Period = TimeSpan.FromMilliseconds(250).Ticks;

    protected override ILogger Logger => core.Logger;

    public void Begin()
    {
        DueAt = Timer.Now + Period;
        Timer.Submit(this);
    }

    public void End() => DueAt = Never;

    protected override void OnDue(long now)
    {
        lock (core.Gate)
        {
            if (DueAt == Never) return;
            sessions.Expire(now);
            DueAt = now + Period;
        }
    }
}
