using System.Collections.Concurrent;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Session;

namespace HyperIngest.Tests.Unit.OpcUa.Session;

/// <summary>Writes down what a session tells its user, and sets it up as the test says.</summary>
internal sealed class RecordingUser : IUaSessionUser
{
    public ConcurrentQueue<string> Events { get; } = new();

    public IUaServices? Services { get; private set; }

    public Func<IUaServices, UaActivation, CancellationToken, Task> SetUp { get; set; } = (_, _, _) => Task.CompletedTask;

    public int Count(string happened) => Events.Count(e => e == happened);

    public async Task OnlineAsync(IUaServices services, UaActivation activation, CancellationToken ended)
    {
        Events.Enqueue(activation.ToString());
        Services = services;
        await SetUp(services, activation, ended);
    }

    public void Offline(UaException reason) => Events.Enqueue("Offline");
}
