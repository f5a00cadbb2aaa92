using System.Buffers;
using HyperIngest.Core.Readings;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Server.Nodes;

/// <summary>Read and Write (OPC 10000-4, 5.11). Under the server's gate.</summary>
internal sealed class UaReadServices(UaServerCore core)
{
    // MaxAge and which times come along lie between the header and the nodes.
    private const int BeforeNodes = sizeof(double) + sizeof(int);

    // A sample is 24 bytes: so many at once stay in the cache on their way into the response.
    private const int Run = 1024;

    /// <summary>Reads attributes. Values of variables that the session has read before, and that clients poll, are taken and written without anything being made for them.</summary>
    public uint Read(in UaServing serving)
    {
        UaReader reader = serving.Body;
        double age = reader.Double();
        TimestampsToReturn times = (TimestampsToReturn)reader.Int32();
        if (reader.Fault != UaFault.None) return UaStatusCodes.BadDecodingError;
        if (age < 0 || double.IsNaN(age)) return UaStatusCodes.BadMaxAgeInvalid;
        if (times is < TimestampsToReturn.Source or > TimestampsToReturn.Neither) return UaStatusCodes.BadTimestampsToReturnInvalid;
        ReadOnlySpan<byte> nodes = serving.Fields[(serving.AfterHeader + BeforeNodes)..];
        if (core.Unknown is null && serving.Session!.Reads.Find(nodes) is { } known)
        {
            ReadVariables(serving, known, times);
            return UaStatusCodes.Good;
        }
        if (!serving.TryDecode<ReadRequest>(out ReadRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.NodesToRead.Count, core.Limits.NodesPerRead);
        if (refused != UaStatusCodes.Good) return refused;
        if (VariablesOf(request.NodesToRead) is { } variables)
        {
            serving.Session!.Reads.Add(nodes, variables);
            ReadVariables(serving, variables, times);
            return UaStatusCodes.Good;
        }
        ReadAny(serving, request.NodesToRead, times);
        return UaStatusCodes.Good;
    }

    public uint Write(in UaServing serving)
    {
        if (!serving.TryDecode<WriteRequest>(out WriteRequest? request)) return UaStatusCodes.BadDecodingError;
        uint refused = UaServing.CheckCount(request.NodesToWrite.Count, core.Limits.NodesPerRead);
        if (refused != UaStatusCodes.Good) return refused;
        uint[] results = new uint[request.NodesToWrite.Count];
        for (int i = 0; i < results.Length; i++) results[i] = Write(request.NodesToWrite[i]);
        return serving.Answer(new WriteResponse(serving.ResponseHeader, results));
    }

    /// <summary>Writes a sample as a DataValue.</summary>
    public static void WriteSample(IUaVariables variables, UaWriter writer, int variable, in UaSample sample, TimestampsToReturn times, long serverTicks)
    {
        long source = times.HasSource() ? sample.SourceTicks : 0;
        long server = times.HasServer() ? serverTicks : 0;
        if (!StatusCodes.IsBad(sample.Status) && sample.Type != UaBuiltInType.String) writer.DataValue(sample.Type, sample.Bits, sample.Status, source, server);
        else WriteOther(variables, writer, variable, sample, source, server);
    }

    /// <summary>What is wrong with an item as far as it can be said without its node; good for nothing.</summary>
    public static uint CheckItem(in ReadValueId item, UaNodeRef node)
    {
        if (node.Kind == UaNodeKind.None) return UaStatusCodes.BadNodeIdUnknown;
        if (item.AttributeId is < UaAttribute.NodeId or > UaAttribute.AccessLevelEx) return UaStatusCodes.BadAttributeIdInvalid;
        // Scalars have no parts, and of the few arrays none is long.
        if (!string.IsNullOrEmpty(item.IndexRange)) return UaStatusCodes.BadIndexRangeNoData;
        if (string.IsNullOrEmpty(item.DataEncoding.Name)) return UaStatusCodes.Good;
        if (item.AttributeId != UaAttribute.Value) return UaStatusCodes.BadDataEncodingInvalid;
        return item.DataEncoding == new UaQualifiedName(0, "Default Binary") ? UaStatusCodes.Good : UaStatusCodes.BadDataEncodingUnsupported;
    }

    // Text and values that are not sent.
    private static void WriteOther(IUaVariables variables, UaWriter writer, int variable, in UaSample sample, long source, long server)
    {
        const int mostText = 64;
        Span<byte> text = stackalloc byte[mostText];
        bool isBad = StatusCodes.IsBad(sample.Status);
        UaVariant value = isBad ? default : UaVariant.Utf8(text[..variables.WriteText(variable, sample, text)]);
        writer.DataValue(new UaDataValue { Value = value, Status = sample.Status, SourceTicks = source, ServerTicks = server });
    }

    // The variables, when it is their values that are read and all of them are known.
    private int[]? VariablesOf(IReadOnlyList<ReadValueId> items)
    {
        int[] variables = new int[items.Count];
        for (int i = 0; i < variables.Length; i++)
        {
            ReadValueId item = items[i];
            UaNodeRef node = item.AttributeId == UaAttribute.Value ? core.Nodes.Find(item.NodeId) : UaNodeRef.None;
            if (node.Kind != UaNodeKind.Variable || CheckItem(item, node) != UaStatusCodes.Good) return null;
            variables[i] = node.Number;
        }
        return variables;
    }

    private void ReadVariables(in UaServing serving, int[] variables, TimestampsToReturn times)
    {
        UaWriter writer = new(serving.Response);
        ReadResponseWriter response = new(writer, serving.ResponseHeader, variables.Length);
        UaSample[] samples = ArrayPool<UaSample>.Shared.Rent(Math.Min(Run, variables.Length));
        for (int at = 0; at < variables.Length; at += Run)
        {
            ReadOnlySpan<int> run = variables.AsSpan(at, Math.Min(Run, variables.Length - at));
            core.Variables.Take(run, serving.UtcNow, samples.AsSpan(0, run.Length));
            for (int i = 0; i < run.Length; i++) WriteSample(core.Variables, writer, run[i], samples[i], times, serving.UtcNow);
        }
        ArrayPool<UaSample>.Shared.Return(samples);
        core.Counters.Taken += variables.Length;
        core.Counters.Read += variables.Length;
        response.End();
    }

    private void ReadAny(in UaServing serving, IReadOnlyList<ReadValueId> items, TimestampsToReturn times)
    {
        UaWriter writer = new(serving.Response);
        ReadResponseWriter response = new(writer, serving.ResponseHeader, items.Count);
        foreach (ReadValueId item in items)
        {
            UaNodeRef node = core.Nodes.Find(item.NodeId);
            uint status = CheckItem(item, node);
            if (status != UaStatusCodes.Good)
            {
                writer.DataValue(new UaDataValue { Status = status });
            }
            else if (node.Kind == UaNodeKind.Variable && item.AttributeId == UaAttribute.Value)
            {
                UaSample sample = core.TakeOne(node.Number);
                core.Counters.Read++;
                WriteSample(core.Variables, writer, node.Number, sample, times, serving.UtcNow);
            }
            else
            {
                WriteAttribute(serving, writer, node, item.AttributeId, times);
            }
        }
        response.End();
    }

    // Times come with values alone (OPC 10000-4, 5.11.2.2).
    private void WriteAttribute(in UaServing serving, UaWriter writer, UaNodeRef node, UaAttribute attribute, TimestampsToReturn times)
    {
        int begin = writer.Position;
        writer.Byte(UaWire.DataValueHasValue);
        uint status = UaNodeAttributes.Write(core, node, attribute, writer);
        if (status != UaStatusCodes.Good)
        {
            writer.GiveBack(writer.Position - begin);
            writer.DataValue(new UaDataValue { Status = status });
            return;
        }
        if (attribute != UaAttribute.Value) return;
        byte mask = UaWire.DataValueHasValue;
        if (times.HasSource())
        {
            mask |= UaWire.DataValueHasSourceTime;
            writer.Time(serving.UtcNow);
        }
        if (times.HasServer())
        {
            mask |= UaWire.DataValueHasServerTime;
            writer.Time(serving.UtcNow);
        }
        serving.Response.Written[begin] = mask;
    }

    private uint Write(WriteValue write)
    {
        UaNodeRef node = core.Nodes.Find(write.NodeId);
        if (node.Kind == UaNodeKind.None) return UaStatusCodes.BadNodeIdUnknown;
        if (node.Kind != UaNodeKind.Variable || write.AttributeId != UaAttribute.Value) return UaStatusCodes.BadNotWritable;
        if (!string.IsNullOrEmpty(write.IndexRange)) return UaStatusCodes.BadIndexRangeNoData;
        return core.Variables.Write(node.Number, write.Value.Value);
    }
}
