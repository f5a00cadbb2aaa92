using System.Collections;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Server.Nodes;
using HyperIngest.Protocols.OpcUa.Server.Sessions;
using HyperIngest.Protocols.OpcUa.Server.Subscriptions;
using HyperIngest.Protocols.OpcUa.Session;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>
/// What the parts of one server share. Everything in it is touched under <see cref="Gate"/>, by the loops of the server's channels and by the timer's thread: a lock a server, held for one request or one
/// sampling. Hundreds of servers have hundreds of gates, and each has one client as a rule: nobody waits. Answers are handed to channels under it too, which never block.
/// </summary>
internal sealed class UaServerCore
{
    private long _lastId = Random.Shared.Next(1, int.MaxValue / 2);

    public UaServerCore(UaServerOptions options, IUaVariables variables, ILogger logger, UaServerTimer timer)
    {
        Options = options;
        Variables = variables;
        Logger = logger;
        Timer = timer;
        Certificate = options.Channel.Own;
        Namespaces = [UaNodeText.BaseNamespace, options.ApplicationUri, .. options.Namespaces];
        StartedAt = timer.UtcOf(timer.Now);
        Nodes = new UaAddressSpace(this);
    }

    public Lock Gate { get; } = new();

    public UaServerOptions Options { get; }

    public UaServerLimits Limits => Options.Limits;

    public string Name => Options.Folder;

    public IUaVariables Variables { get; }

    public ILogger Logger { get; }

    public UaServerTimer Timer { get; }

    public UaServerCounters Counters { get; } = new();

    public IReadOnlyList<string> Namespaces { get; }

    public UaAddressSpace Nodes { get; }

    /// <summary>Sessions by their secret.</summary>
    public Dictionary<Types.UaNodeId, UaServerSession> Sessions { get; } = [];

    /// <summary>Subscriptions by their number.</summary>
    public Dictionary<uint, UaServerSubscription> Subscriptions { get; } = [];

    /// <summary>UTC ticks.</summary>
    public long StartedAt { get; }

    /// <summary>The certificate of new channels. Replaced whole.</summary>
    public UaCertificate? Certificate { get; set; }

    /// <summary>Host and port of the URL, for clients that say no other.</summary>
    public string Address { get; set; } = "";

    /// <summary>The port once it listens.</summary>
    public int Port { get; set; }

    /// <summary>Variables that are unknown for now; null for none.</summary>
    public BitArray? Unknown { get; set; }

    /// <summary>Ticks that publishing is late on purpose.</summary>
    public long PublishDelay { get; set; }

    /// <summary>Now, UTC ticks.</summary>
    public long UtcNow => Timer.UtcOf(Timer.Now);

    /// <summary>Whether there is such a variable, and it is known.</summary>
    public bool IsKnown(int variable) => (uint)variable < (uint)Variables.Count && (Unknown is null || !Unknown[variable]);

    /// <summary>A number that this server gave to nothing else; another run begins elsewhere.</summary>
    public uint NextId() => (uint)++_lastId;

    /// <summary>Takes one variable's value for a Read.</summary>
    public UaSample TakeOne(int variable)
    {
        UaSample sample = default;
        Variables.Take(new ReadOnlySpan<int>(ref variable), UtcNow, new Span<UaSample>(ref sample));
        Counters.Taken++;
        return sample;
    }

    /// <summary>What was counted.</summary>
    public UaServerCounts Snapshot(int connections)
    {
        lock (Gate)
        {
            return new UaServerCounts
            {
                Connections = connections,
                Sessions = Sessions.Count,
                Subscriptions = Subscriptions.Count,
                Items = Counters.Items,
                Refused = Counters.Refused,
                Requests = Counters.Requests,
                Faults = Counters.Faults,
                Malformed = Counters.Malformed,
                Missed = Counters.Missed,
                Taken = Counters.Taken,
                Made = Counters.Made,
                Read = Counters.Read,
                Notified = Counters.Notified,
                Unchanged = Counters.Unchanged,
                Overflowed = Counters.Overflowed,
                Dropped = Counters.Dropped,
                Queued = Counters.Queued,
                Acknowledged = Counters.Acknowledged,
                Forgotten = Counters.Forgotten,
                Unacknowledged = Counters.Notified - Counters.Acknowledged - Counters.Forgotten,
            };
        }
    }
}
