using System.Net;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>A server of simulated variables: where it listens, how it introduces itself, whom it lets in and how much it takes.</summary>
public sealed record UaServerOptions
{
    /// <summary>The address it listens on; default the loopback one.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for one the system chooses, <see cref="UaServer.Port"/>.</summary>
    public int Port { get; init; }

    /// <summary>The path of its URL, with its slash, such as <c>/press-1</c>; default none. A client may leave it out.</summary>
    public string Path { get; init; } = "";

    /// <summary>Its name for people.</summary>
    public string ApplicationName { get; init; } = "HyperIngest simulator";

    /// <summary>Its own URI; with security the one in its certificate. It is the namespace with index 1.</summary>
    public required string ApplicationUri { get; init; }

    /// <summary>The browse name of the folder, under Objects, that has the variables: the device's name.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// The namespace table from index 2 on. The indices in the node ids that <see cref="IUaVariables"/> gives are those of this table: a server that comes back with another table moves them.
    /// </summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Policies and modes, certificate and check, transport limits; by default the policy None alone.</summary>
    public UaServerChannelOptions Channel { get; init; } = new() { Endpoints = [new UaEndpointSecurity(UaSecurityPolicy.None, UaSecurityMode.None)] };

    /// <summary>Whom it lets in; by default everybody, without a name.</summary>
    public UaServerUsers Users { get; init; } = new();

    /// <summary>How much it takes.</summary>
    public UaServerLimits Limits { get; init; } = new();

    /// <summary>Refuses what does not fit together.</summary>
    /// <exception cref="ArgumentException">A name is missing, a limit is out of its range, or users have no way to log in.</exception>
    internal void Demand()
    {
        if (Port is < 0 or > 65535) throw new ArgumentException($"{Folder}: expected a port from 0 to 65535, found {Port}.");
        if (Folder.Length == 0 || ApplicationUri.Length == 0) throw new ArgumentException("A server needs a folder for its variables and an application URI.");
        if (Path.Length > 0 && Path[0] != '/') throw new ArgumentException($"{Folder}: the path '{Path}' must begin with a slash.");
        if (Namespaces.Count > ushort.MaxValue - 2) throw new ArgumentException($"{Folder}: {Namespaces.Count} namespaces are more than there are indices.");
        if (!Users.Anonymous && Users.Passwords.Count == 0 && Users.Certificates.Count == 0) throw new ArgumentException($"{Folder}: nobody may log in; allow anonymous users or name some.");
        Channel.Demand();
        Limits.Demand();
    }
}

/// <summary>Whom a server lets in.</summary>
public sealed record UaServerUsers
{
    /// <summary>Whether users without a name are let in; default true.</summary>
    public bool Anonymous { get; init; } = true;

    /// <summary>Passwords by name.</summary>
    public IReadOnlyDictionary<string, string> Passwords { get; init; } = new Dictionary<string, string>();

    /// <summary>Certificates of users.</summary>
    public IReadOnlyList<UaCertificate> Certificates { get; init; } = [];
}
