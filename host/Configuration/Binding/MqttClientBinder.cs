using HyperIngest.Host.Configuration.Schema;
using HyperIngest.Mqtt;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>Binds how an MQTT broker is reached.</summary>
internal static class MqttClientBinder
{
    /// <summary>The client's options from the keys of <see cref="MqttClientSchema.Common"/> and the broker's address; client id and session are the caller's.</summary>
    /// <param name="reader">The section that has them.</param>
    /// <param name="address">The key of the address, where it is not <see cref="MqttClientSchema.Broker"/>.</param>
    public static MqttClientOptions Bind(SectionReader reader, ValueKey<BrokerAddress>? address = null)
    {
        address ??= MqttClientSchema.Broker;
        BrokerAddress broker = reader.Get(address);
        bool hasTls = reader.Has(MqttClientSchema.Encryption);
        MqttClientOptions client = new()
        {
            Host = broker.Host,
            Port = broker.Port,
            Version = reader.Get(MqttClientSchema.Version),
            KeepAlive = reader.Get(MqttClientSchema.KeepAlive),
            User = TextOrNull(reader, MqttClientSchema.User),
            Password = TextOrNull(reader, MqttClientSchema.Password),
            Tls = broker.Tls || hasTls ? Tls(reader.Section(MqttClientSchema.Encryption)) : null,
            MaxPacketBytes = (int)reader.Get(MqttClientSchema.MaxPacket),
            ConnectTimeout = reader.Get(MqttClientSchema.ConnectTimeout),
            LongestPause = reader.Get(MqttClientSchema.LongestPause),
        };
        if (hasTls && !broker.Tls && reader.Has(address))
        {
            reader.Error(address, $"tls is there, and {broker} is a plain connection; write mqtts:// (with the broker's TLS port, mostly 8883), or remove tls");
        }
        if (client is { Password: not null, User: null } && client.Version == MqttVersion.V311)
        {
            reader.Error(MqttClientSchema.Password, "MQTT 3.1.1 has no password without a user; add user, or use version 5.0");
        }
        if (client is { Password: not null, Tls: null } && !IsLoopback(client.Host))
        {
            reader.Warning(MqttClientSchema.Password, "the password goes over the wire as it is: use a broker with TLS, mqtts://");
        }
        return client;
    }

    private static MqttTlsOptions Tls(SectionReader reader)
    {
        MqttTlsOptions tls = new()
        {
            CaFile = TextOrNull(reader, MqttClientSchema.Tls.CaFile),
            CertificateFile = TextOrNull(reader, MqttClientSchema.Tls.CertificateFile),
            KeyFile = TextOrNull(reader, MqttClientSchema.Tls.KeyFile),
            KeyPassword = TextOrNull(reader, MqttClientSchema.Tls.KeyPassword),
            ServerName = TextOrNull(reader, MqttClientSchema.Tls.ServerName),
            Verify = reader.Get(MqttClientSchema.Tls.Verify),
        };
        if (tls.KeyFile is not null && tls.CertificateFile is null) reader.Error(MqttClientSchema.Tls.CertificateFile, "missing; key_file is the key of a certificate");
        if (tls.CertificateFile is not null && tls.KeyFile is null) reader.Error(MqttClientSchema.Tls.KeyFile, "missing; the certificate needs its key");
        return tls;
    }

    // What stays on the machine is not on the wire.
    private static bool IsLoopback(string host) => host == "localhost" || (System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));

    private static string? TextOrNull(SectionReader reader, ValueKey<string> key) => reader.Has(key) ? reader.Get(key) : null;
}
