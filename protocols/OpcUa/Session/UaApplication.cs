using System.Net;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>This product as an OPC UA client.</summary>
public static class UaApplication
{
    /// <summary>The product's name.</summary>
    public const string Name = "HyperIngest";

    /// <summary>The product's URI.</summary>
    public const string ProductUri = "urn:hyperingest";

    /// <summary>The URI of the instance on this host; a certificate made by the product has it.</summary>
    public static string Uri { get; } = $"urn:{Dns.GetHostName()}:hyperingest";

    /// <summary>The own certificate of a store, made when there is none yet.</summary>
    /// <exception cref="UaException">The files are there and cannot be used.</exception>
    public static UaCertificate OpenOwn(UaCertificateStore store) => store.OpenOwn(new UaCertificateRequest { ApplicationUri = Uri, ApplicationName = Name });

    /// <summary>How it introduces itself: with its certificate's URI, which an operator's own certificate may have chosen otherwise.</summary>
    internal static ApplicationDescription Describe(UaCertificate? own) =>
        new(own?.ApplicationUri ?? Uri, ProductUri, new UaLocalizedText(null, Name), ApplicationType.Client, null, null, []);
}
