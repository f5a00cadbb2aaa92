using HyperIngest.Mqtt;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys by which an MQTT broker is reached: a source, a sink and a simulated publisher have the same.</summary>
internal static class MqttClientSchema
{
    public static class Tls
    {
        public static readonly ValueKey<string> CaFile = new("ca_file", Scalars.Text(4096), "", "CA certificates, a PEM file.") { DefaultText = "the system's" };

        public static readonly ValueKey<string> CertificateFile = new("certificate_file", Scalars.Text(4096), "", "The client's certificate, a PEM file.") { DefaultText = "none" };

        public static readonly ValueKey<string> KeyFile = new("key_file", Scalars.Text(4096), "", "The client certificate's key, a PEM file.") { DefaultText = "none" };

        public static readonly ValueKey<string> KeyPassword = new("key_password", Scalars.Text(1024), "", "The key file's password; by reference.") { DefaultText = "none", Secret = true };

        public static readonly ValueKey<string> ServerName = new("server_name", Scalars.Text(253), "", "The name the broker's certificate must have.") { DefaultText = "the broker's host" };

        public static readonly ValueKey<bool> Verify = new("verify", Scalars.Boolean, OptionDefaults.MqttTls.Verify, "Whether the broker's certificate and name are verified; `false` is for a test bench.");

        public static readonly Section Section = new("MQTT TLS", CaFile, CertificateFile, KeyFile, KeyPassword, ServerName, Verify);
    }

    public static readonly ValueKey<BrokerAddress> Broker = new("broker", BrokerAddress.Type, BrokerAddress.Local, "The broker's address.") { Required = true };

    public static readonly ValueKey<MqttVersion> Version = new("version",
        Scalars.Choice(("5.0", MqttVersion.V5), ("5", MqttVersion.V5), ("3.1.1", MqttVersion.V311)), OptionDefaults.MqttClient.Version, "The protocol's version.");

    public static readonly ValueKey<TimeSpan> KeepAlive = new("keep_alive", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(18), "none"), OptionDefaults.MqttClient.KeepAlive,
        "Longest silence before the connection is tried, and after one and a half of which it counts as lost.");

    public static readonly ValueKey<string> User = new("user", Scalars.Text(1024), "", "The user.") { DefaultText = "none" };

    public static readonly ValueKey<string> Password = new("password", Scalars.Text(4096), "", "The password; by reference, `${MQTT_PASSWORD}`.") { DefaultText = "none", Secret = true };

    public static readonly ValueKey<long> MaxPacket = new("max_packet", Scalars.Size(128, 256 << 20), OptionDefaults.MqttClient.MaxPacketBytes,
        "Largest packet taken. A broker of version 5.0 is told and keeps larger ones back; in 3.1.1 a larger one ends the connection.");

    public static readonly ValueKey<TimeSpan> ConnectTimeout = new("connect_timeout", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)), OptionDefaults.MqttClient.ConnectTimeout,
        "Longest from the first packet to the broker's answer.");

    public static readonly ValueKey<TimeSpan> LongestPause = new("longest_pause", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), OptionDefaults.MqttClient.LongestPause,
        "Longest pause between two tries to connect; the first is 500 ms and each further one about twice as long.");

    public static readonly SectionKey Encryption = new("tls", Tls.Section, "Certificates for an `mqtts://` broker.");

    /// <summary>What all of them have beside <see cref="Broker"/>: which client id, and how long its session is kept, is each one's own.</summary>
    public static readonly IReadOnlyList<Key> Common = [Version, KeepAlive, User, Password, Encryption, MaxPacket, ConnectTimeout, LongestPause];
}
