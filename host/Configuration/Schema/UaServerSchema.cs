using HyperIngest.LoadGen.Devices.OpcUa;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Host.Configuration.Schema;

/// <summary>The keys of simulated OPC UA servers in a plant file.</summary>
internal static class UaServerSchema
{
    private static readonly UaServerDeviceOptions Plain = OptionDefaults.UaServerDevice;

    /// <summary>A way to secure messages.</summary>
    public static class Offer
    {
        public static readonly ValueKey<UaSecurityPolicy> Policy = OpcUaSessionSchema.Policy with { Summary = "The security policy.", Required = true };

        public static readonly ValueKey<UaSecurityMode> Mode = OpcUaSessionSchema.Mode with { Summary = "What is done to messages." };

        public static readonly Section Section = new("Offered security", Policy, Mode);
    }

    /// <summary>A user who is let in.</summary>
    public static class User
    {
        public static readonly ValueKey<string> Name = new("name", Scalars.Text(1024), "", "The user.") { Required = true };

        public static readonly ValueKey<string> Password = new("password", Scalars.Text(4096), "", "The password; by reference, `${PRESS_PASSWORD}`.") { Required = true, Secret = true };

        public static readonly Section Section = new("User of simulated servers", Name, Password);
    }

    public static readonly ListKey Security = new("security", Offer.Section, "The policies and modes that clients may choose among; without it None alone.");

    public static readonly ValueKey<bool> Anonymous = new("anonymous", Scalars.Boolean, Plain.Anonymous, "Whether a client without a user is let in.");

    public static readonly ListKey Users = new("users", User.Section, "The users who are let in.");

    public static readonly ValueKey<string> Namespace = new("namespace", Scalars.Text(UaServerDeviceRules.LongestNamespace), Plain.Namespace, "The URI of the variables' namespace, which has the index 2, with a place for `{plant}`.");

    public static readonly ValueKey<UaNodeForm> Nodes = new("nodes", Scalars.Choice(("text", UaNodeForm.Text), ("numeric", UaNodeForm.Numeric)), Plain.Nodes,
        "Node ids: `text` is `ns=2;s=TAG`, `numeric` is `ns=2;i=1001` and so on in the order of the tags.");

    private static readonly ScalarType<TimeSpan> Interval = Scalars.Duration(UaServerDeviceRules.ShortestInterval, UaServerDeviceRules.LongestInterval);

    public static readonly ValueKey<TimeSpan> MinSampling = new("min_sampling", Interval, Plain.MinSampling, "The shortest interval at which a variable is sampled, whatever a client asks for.");

    public static readonly ValueKey<TimeSpan> MinPublishing = new("min_publishing", Interval, Plain.MinPublishing, "The shortest interval at which a subscription publishes, whatever a client asks for.");

    public static readonly ValueKey<int> MaxSessions = new("max_sessions", Scalars.Integer(1, UaServerDeviceRules.MostSessions), Plain.MaxSessions, "Most sessions of a server at once.");

    public static readonly ValueKey<int> MaxNodesPerCall = new("max_nodes_per_call", Scalars.Integer(1, UaServerDeviceRules.MostNodesPerCall), Plain.MaxNodesPerCall,
        "Nodes or items that a server takes in one call, as its OperationLimits say.");

    public static readonly ValueKey<string> Certificates = new("certificates", Scalars.Text(4096), "",
        "Folder of the servers' certificate and of the clients' that are trusted; made when missing. A relative path begins at the current directory. Without it the certificate is made on start and kept nowhere, and "
        + "every client's is taken: a test bench has nothing to protect.")
    { DefaultText = "none" };

    public static readonly Section Section = new("Simulated OPC UA server", Security, Anonymous, Users, Namespace, Nodes, MinSampling, MinPublishing, MaxSessions, MaxNodesPerCall, Certificates);
}
