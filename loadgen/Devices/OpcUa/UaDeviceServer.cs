using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.OpcUa.Server;

namespace HyperIngest.LoadGen.Devices.OpcUa;

/// <summary>A device's server, and what faults do to it.</summary>
/// <param name="server">The server.</param>
/// <param name="variables">How many variables it has.</param>
/// <param name="certificates">What it shows.</param>
internal sealed class UaDeviceServer(UaServer server, int variables, UaCertificates certificates)
{
    /// <summary>The server.</summary>
    public UaServer Server => server;

    /// <summary>A fault comes into force.</summary>
    public void Begin(FaultSpec spec)
    {
        switch (spec.Kind)
        {
            case FaultKind.ReconnectStorm:
                server.CutChannels();
                break;
            case FaultKind.SessionClosed:
                server.CloseSessions();
                break;
            case FaultKind.SubscriptionDropped:
                server.DropSubscriptions();
                break;
            case FaultKind.SeqGap:
                server.SkipSequenceNumber();
                break;
            case FaultKind.NodeUnknown:
                // A server that was started again with another configuration: it knows nobody.
                server.SetUnknown(0, variables, unknown: true);
                server.DropSubscriptions();
                server.CloseSessions();
                server.CutChannels();
                break;
            case FaultKind.SlowPublish:
                server.PublishDelay = spec.Pause;
                break;
            case FaultKind.ExpiredCertificate:
                server.UseCertificate(certificates.Expired);
                server.CutChannels();
                break;
        }
    }

    /// <summary>It is over; another of its kind may stay.</summary>
    public void End(FaultSpec spec, FaultSpec? stays)
    {
        if (spec.Kind == FaultKind.SlowPublish) server.PublishDelay = stays?.Pause ?? TimeSpan.Zero;
        if (stays is not null) return;
        if (spec.Kind == FaultKind.NodeUnknown) server.SetUnknown(0, variables, unknown: false);
        if (spec.Kind != FaultKind.ExpiredCertificate) return;
        server.UseCertificate(certificates.Own);
        server.CutChannels();
    }
}
