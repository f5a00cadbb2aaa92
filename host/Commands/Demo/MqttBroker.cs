using HyperIngest.LoadGen;
using HyperIngest.Mqtt;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>The broker a demo publishes through: the user's, or a private mosquitto.</summary>
internal sealed class MqttBroker : IAsyncDisposable
{
    private readonly PrivateMosquitto? _own;

    private MqttBroker(PrivateMosquitto? own, MqttClientOptions client)
    {
        _own = own;
        Client = client;
    }

    /// <summary>How to reach it.</summary>
    public MqttClientOptions Client { get; }

    /// <summary>What it is, for every output that shows numbers of it.</summary>
    public string Description => _own is null ? Client.Address : "a private mosquitto";

    /// <summary>The broker at <paramref name="given"/>, or a private one when that is null.</summary>
    /// <exception cref="InvalidOperationException">No mosquitto is installed, or it did not start; the message says what to do.</exception>
    public static async Task<MqttBroker> OpenAsync(MqttClientOptions? given, bool ownSession, CancellationToken cancellationToken)
    {
        if (given is not null) return new MqttBroker(null, given);
        PrivateMosquitto own = await PrivateMosquitto.StartAsync(new PrivateMosquittoOptions { OwnSession = ownSession }, cancellationToken);
        return new MqttBroker(own, new MqttClientOptions { Host = PrivateMosquitto.Host, Port = own.Port });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}
