using System.Runtime.CompilerServices;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Server;
using HyperIngest.Protocols.OpcUa.Server.Sessions;
using HyperIngest.Protocols.OpcUa.Server.Subscriptions;
using HyperIngest.Protocols.OpcUa.Services;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.OpcUa.Server;

/// <summary>What items and values cost.</summary>
public sealed class UaServerMemoryTests
{
    private const int Items = 6_000;

    [Fact]
    public void An_item_is_a_cache_line_and_a_queued_value_half_of_one()
    {
        Assert.Equal(64, Unsafe.SizeOf<UaItem>());
        Assert.Equal(32, Unsafe.SizeOf<UaQueuedValue>());
    }

    [Fact]
    public void Sampling_and_notifying_allocate_nothing()
    {
        TestVariables variables = new(Items);
        UaServerCore core = new(new UaServerOptions { ApplicationUri = "urn:test", Folder = "Press" }, variables, NullLogger.Instance, new UaServerTimer(TimeProvider.System));
        UaServerSession session = new()
        {
            Id = default,
            Token = default,
            Name = "",
            ClientUri = "",
            ClientCertificate = null,
            Policy = UaSecurityPolicy.None,
            Mode = UaSecurityMode.None,
            Timeout = long.MaxValue,
            MaxResponseBytes = int.MaxValue,
            Nonce = [],
            User = "anonymous",
        };
        UaServerSubscription subscription = new(core, 1, session) { Timer = core.Timer, IsEnabled = true };
        subscription.Set(TimeSpan.FromSeconds(1), 10, 100, Items, 0);
        for (int i = 0; i < Items; i++)
        {
            // Texts are made by whoever has the variables.
            int place = subscription.Sampler.Items.Add();
            subscription.Sampler.Items[place] = subscription.Sampler.Items[place] with { Variable = i - (TestVariables.IsText(i) ? 1 : 0), Mode = (byte)MonitoringMode.Reporting, QueueSize = 10, Trigger = (byte)DataChangeTrigger.StatusValue };
            subscription.Sampler.Join(place, TimeSpan.TicksPerSecond, null, core.Timer.Now);
        }
        using UaBuffer buffer = new();
        uint sequence = 0;
        Round(rounds: 20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Round(rounds: 20);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(40L * Items, core.Counters.Notified);
        Assert.Equal(40L * Items, core.Counters.Acknowledged);

        void Round(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                subscription.Sampler.SampleDue(subscription.Sampler.DueAt);
                buffer.Clear();
                subscription.WriteValues(buffer, 1, [], int.MaxValue, core.UtcNow);
                subscription.Acknowledge(++sequence);
            }
        }
    }
}
