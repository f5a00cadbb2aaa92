using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Services;

/// <summary>What every request begins with (OPC 10000-4, 7.33).</summary>
/// <param name="AuthenticationToken">The session's secret; null before there is one. Never logged.</param>
/// <param name="Timestamp">When it was sent, UTC ticks.</param>
/// <param name="RequestHandle">The sender's number for it; the response has it again.</param>
/// <param name="TimeoutHint">How long the sender waits, in ms; 0 for no limit.</param>
public readonly record struct UaRequestHeader(UaNodeId AuthenticationToken, long Timestamp, uint RequestHandle, uint TimeoutHint)
{
    /// <summary>Without the session's secret.</summary>
    public override string ToString() => $"request {RequestHandle}";

    /// <summary>Writes it.</summary>
    public void Encode(UaWriter writer)
    {
        writer.NodeId(AuthenticationToken);
        writer.Time(Timestamp);
        writer.UInt32(RequestHandle);
        writer.UInt32(0);
        writer.String(null);
        writer.UInt32(TimeoutHint);
        writer.NullExtensionObject();
    }

    /// <summary>Reads it; audit entry and additional header are passed over.</summary>
    public static UaRequestHeader Decode(ref UaReader reader)
    {
        UaNodeId token = reader.NodeId();
        long time = reader.Time();
        uint handle = reader.UInt32();
        reader.UInt32();
        reader.Bytes();
        uint timeout = reader.UInt32();
        reader.Skip(UaBuiltInType.ExtensionObject);
        return new UaRequestHeader(token, time, handle, timeout);
    }
}

/// <summary>What every response begins with (OPC 10000-4, 7.34).</summary>
/// <param name="Timestamp">When it was sent, UTC ticks.</param>
/// <param name="RequestHandle">The request's.</param>
/// <param name="ServiceResult">How the call went; bad when there is nothing more to read (a ServiceFault, or a response whose fields are empty).</param>
public readonly record struct UaResponseHeader(long Timestamp, uint RequestHandle, uint ServiceResult)
{
    /// <summary>Writes it.</summary>
    public void Encode(UaWriter writer)
    {
        writer.Time(Timestamp);
        writer.UInt32(RequestHandle);
        writer.UInt32(ServiceResult);
        writer.NoDiagnosticInfo();
        writer.NullArray();
        writer.NullExtensionObject();
    }

    /// <summary>Reads it; diagnostics, their texts and the additional header are passed over.</summary>
    public static UaResponseHeader Decode(ref UaReader reader)
    {
        long time = reader.Time();
        uint handle = reader.UInt32();
        uint result = reader.UInt32();
        reader.SkipDiagnosticInfo();
        int texts = reader.ArrayLength(sizeof(int));
        for (int i = 0; i < texts; i++) reader.Bytes();
        reader.Skip(UaBuiltInType.ExtensionObject);
        return new UaResponseHeader(time, handle, result);
    }
}
