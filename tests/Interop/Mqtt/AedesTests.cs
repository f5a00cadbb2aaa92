using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using HyperIngest.Mqtt;
using HyperIngest.Tests.Unit.Mqtt.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Interop.Mqtt;

/// <summary>The client against a second broker and a client nobody here wrote: npm's aedes and mqtt.</summary>
public sealed class AedesTests
{
    [Theory]
    [InlineData(MqttQos.AtMostOnce)]
    [InlineData(MqttQos.AtLeastOnce)]
    [InlineData(MqttQos.ExactlyOnce)]
    public async Task What_goes_to_a_client_of_another_make_comes_back(MqttQos qos)
    {
        string folder = await NpmPackage.FolderOfAsync("aedes@0.51.3", "mqtt@5.16.0");
        using Process node = Process.Start(new ProcessStartInfo("node", [Path.Combine(Folder(), "aedes_echo.mjs")])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            string? line = await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            RecordingReceiver receiver = new();
            MqttClientOptions options = new() { Host = "127.0.0.1", Port = int.Parse(line!, CultureInfo.InvariantCulture), Version = MqttVersion.V311, ConnectTimeout = TimeSpan.FromSeconds(30) };
            await using MqttConnection connection = await MqttConnection.ConnectAsync(options, receiver, null, NullLogger.Instance, default);
            Assert.Equal([(MqttReasonCode)qos], await connection.SubscribeAsync([new MqttSubscription("back/#", qos)], default));
            const int messages = 200;
            for (int i = 0; i < messages; i++)
            {
                byte[] topic = Encoding.UTF8.GetBytes($"from/{i}"), payload = Encoding.UTF8.GetBytes($"{i} grüße");
                await Eventually.IsTrue(() => connection.TryPublish(new MqttOutgoing { Topic = topic, Payload = payload, Qos = qos }, out _), $"room for message {i}");
            }
            connection.Flush();
            await Eventually.IsTrue(() => receiver.Messages.Count == messages && receiver.Settlements.Count == (qos == MqttQos.AtMostOnce ? 0 : messages), "all came back and all were settled");
            Assert.Equal(
                Enumerable.Range(0, messages).Select(i => ($"back/{i}", $"{i} grüße", qos)).Order(),
                receiver.Messages.Select(m => (m.Topic, m.Payload, m.Qos)).Order());
        }
        finally
        {
            node.Kill(entireProcessTree: true);
            await node.WaitForExitAsync();
        }
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
