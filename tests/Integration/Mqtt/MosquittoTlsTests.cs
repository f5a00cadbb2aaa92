using HyperIngest.Mqtt;
using HyperIngest.Tests.Unit.Mqtt.Client;

namespace HyperIngest.Tests.Integration.Mqtt;

/// <summary>TLS and mutual TLS towards mosquitto.</summary>
public sealed class MosquittoTlsTests : IDisposable
{
    private readonly MqttCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    public async Task Messages_go_over_tls(int version, bool ownReadingThread)
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Tls = _certificates });
        RecordingReceiver receiver = new();
        MqttClientOptions options = broker.Options with { Version = (MqttVersion)version, OwnReadingThread = ownReadingThread, Tls = new MqttTlsOptions { CaFile = _certificates.CaFile } };
        await using MqttConnection connection = await MosquittoTests.ConnectAsync(options, receiver);
        await connection.SubscribeAsync([new MqttSubscription("t", MqttQos.AtLeastOnce)], default);
        for (int i = 0; i < 500; i++) await MosquittoTests.PublishAsync(connection, "t", new string('x', i * 40), MqttQos.AtLeastOnce);
        await Eventually.IsTrue(() => receiver.Messages.Count == 500, "all of them");
        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * 40), receiver.Messages.Select(m => m.Payload.Length));
        await connection.DisconnectAsync();
    }

    [Fact]
    public async Task A_broker_of_another_authority_or_name_is_refused_unless_nothing_is_verified()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Tls = _certificates });
        using MqttCertificates others = new();
        MqttException wrongAuthority = await Assert.ThrowsAsync<MqttException>(() => ConnectAsync(broker, new MqttTlsOptions { CaFile = others.CaFile }));
        Assert.Contains("TLS", wrongAuthority.Message, StringComparison.Ordinal);
        MqttException wrongName = await Assert.ThrowsAsync<MqttException>(() => ConnectAsync(broker, new MqttTlsOptions { CaFile = _certificates.CaFile, ServerName = "elsewhere" }));
        Assert.Contains("RemoteCertificateNameMismatch", wrongName.Message, StringComparison.Ordinal);
        await using (await ConnectAsync(broker, new MqttTlsOptions { CaFile = _certificates.CaFile, ServerName = "localhost" })) { }
        await using (await ConnectAsync(broker, new MqttTlsOptions { Verify = false })) { }
    }

    [Fact]
    public async Task A_broker_that_asks_for_a_certificate_gets_it()
    {
        await using MosquittoBroker broker = await MosquittoBroker.StartAsync(new MosquittoSetup { Tls = _certificates, RequireCertificate = true });
        MqttTlsOptions tls = new() { CaFile = _certificates.CaFile };
        MqttException without = await Assert.ThrowsAsync<MqttException>(() => ConnectAsync(broker, tls));
        Assert.StartsWith("mqtts://127.0.0.1", without.Message, StringComparison.Ordinal);
        tls = tls with { CertificateFile = _certificates.ClientFile, KeyFile = _certificates.ClientKeyFile, KeyPassword = MqttCertificates.KeyPassword };
        await using (await ConnectAsync(broker, tls)) { }
        MqttException wrongPassword = await Assert.ThrowsAsync<MqttException>(() => ConnectAsync(broker, tls with { KeyPassword = "not it at all" }));
        Assert.Contains(_certificates.ClientFile, wrongPassword.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not it at all", wrongPassword.ToString(), StringComparison.Ordinal);
        MqttException noFile = await Assert.ThrowsAsync<MqttException>(() => ConnectAsync(broker, tls with { CaFile = "/nowhere/ca.pem" }));
        Assert.Contains("/nowhere/ca.pem", noFile.Message, StringComparison.Ordinal);
    }

    private static Task<MqttConnection> ConnectAsync(MosquittoBroker broker, MqttTlsOptions tls) => MosquittoTests.ConnectAsync(broker.Options with { Tls = tls }, new RecordingReceiver());
}
