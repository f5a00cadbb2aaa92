using System.Reflection;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;
using static HyperIngest.Protocols.OpcUa.Types.UaNodeIds;

namespace HyperIngest.Protocols.OpcUa.Server.Nodes;

/// <summary>The values of a server's standard variables, written as Variants.</summary>
internal static class UaNodeValues
{
    private static readonly BuildInfo Build = new(
        UaApplication.ProductUri, "HyperIngest contributors", "HyperIngest simulator", typeof(UaNodeValues).Assembly.GetName().Version?.ToString(3),
        typeof(UaNodeValues).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion, BuildDate: 0);

    // As OPC 10000-5, 9.1, declares them.
    private static readonly Argument[] GetMonitoredItemsInput = [new("SubscriptionId", new UaNodeId((uint)UaBuiltInType.UInt32), -1, [], default)];

    private static readonly Argument[] GetMonitoredItemsOutput =
    [
        new("ServerHandles", new UaNodeId((uint)UaBuiltInType.UInt32), 1, [0], default), new("ClientHandles", new UaNodeId((uint)UaBuiltInType.UInt32), 1, [0], default),
    ];

    /// <summary>Writes the value of a standard variable; false, and nothing is written, when it has none.</summary>
    public static bool Write(UaServerCore core, uint id, UaWriter writer)
    {
        UaServerLimits limits = core.Limits;
        switch (id)
        {
            case ServerArray: return Strings(writer, [core.Options.ApplicationUri]);
            case NamespaceArray: return Strings(writer, core.Namespaces);
            case ServerStatus: return Structure(writer, StatusOf(core));
            case ServerStatusStartTime: return Time(writer, core.StartedAt);
            case ServerStatusCurrentTime: return Time(writer, core.UtcNow);
            case ServerStatusState: return Int32(writer, (int)Services.ServerState.Running);
            case ServerStatusBuildInfo: return Structure(writer, Build);
            case BuildInfoProductUri: return String(writer, Build.ProductUri);
            case BuildInfoManufacturerName: return String(writer, Build.ManufacturerName);
            case BuildInfoProductName: return String(writer, Build.ProductName);
            case BuildInfoSoftwareVersion: return String(writer, Build.SoftwareVersion);
            case BuildInfoBuildNumber: return String(writer, Build.BuildNumber);
            case BuildInfoBuildDate or EstimatedReturnTime: return Time(writer, 0);
            case ServerStatusSecondsTillShutdown: return UInt32(writer, 0);
            case ServerStatusShutdownReason:
                writer.Byte((byte)UaBuiltInType.LocalizedText);
                writer.LocalizedText(default);
                return true;
            case ServiceLevel:
                writer.Byte((byte)UaBuiltInType.Byte);
                writer.Byte(byte.MaxValue);
                return true;
            case Auditing or UaStandardNodes.DiagnosticsEnabled:
                writer.Byte((byte)UaBuiltInType.Boolean);
                writer.Boolean(false);
                return true;
            case RedundancySupportProperty: return Int32(writer, 0);
            case ServerProfileArray: return Strings(writer, ["http://opcfoundation.org/UA-Profile/Server/StandardUA2017"]);
            case LocaleIdArray: return Strings(writer, ["en"]);
            case SoftwareCertificates: return EmptyArray(writer, UaBuiltInType.ExtensionObject);
            case MinSupportedSampleRate:
                writer.Variant(UaVariant.Of(limits.ShortestSampling.TotalMilliseconds));
                return true;
            case MaxBrowseContinuationPoints: return UInt16(writer, limits.ContinuationPoints);
            case MaxQueryContinuationPoints or MaxHistoryContinuationPoints: return UInt16(writer, 0);
            case MaxArrayLength or MaxStringLength or MaxByteStringLength: return UInt32(writer, core.Options.Channel.Limits.MaxMessageBytes);
            case MaxSessions: return UInt32(writer, limits.Sessions);
            case MaxSubscriptions or MaxSubscriptionsPerSession: return UInt32(writer, limits.Subscriptions);
            case MaxMonitoredItems: return UInt32(writer, Math.Min((long)limits.Subscriptions * limits.ItemsPerSubscription, uint.MaxValue));
            case MaxMonitoredItemsPerSubscription: return UInt32(writer, limits.ItemsPerSubscription);
            case MaxMonitoredItemsQueueSize: return UInt32(writer, limits.QueueSize);
            case MaxNodesPerRead or MaxNodesPerWrite: return UInt32(writer, limits.NodesPerRead);
            case MaxNodesPerMethodCall: return UInt32(writer, limits.MethodsPerCall);
            case MaxNodesPerNodeManagement: return UInt32(writer, 0);
            case MaxNodesPerBrowse or MaxNodesPerRegisterNodes or MaxNodesPerTranslateBrowsePathsToNodeIds: return UInt32(writer, limits.NodesPerBrowse);
            case MaxMonitoredItemsPerCall: return UInt32(writer, limits.ItemsPerCall);
            case GetMonitoredItemsInputArguments: return Structures(writer, GetMonitoredItemsInput);
            case GetMonitoredItemsOutputArguments: return Structures(writer, GetMonitoredItemsOutput);
            default: return false;
        }
    }

    /// <summary>Writes a structure as a Variant.</summary>
    public static bool Structure<T>(UaWriter writer, T structure)
        where T : IUaMessage<T>
    {
        writer.Byte((byte)UaBuiltInType.ExtensionObject);
        UaExtensionObject.Of(structure).Encode(writer);
        return true;
    }

    private static bool Structures<T>(UaWriter writer, T[] structures)
        where T : IUaMessage<T>
    {
        writer.Byte((byte)UaBuiltInType.ExtensionObject | UaWire.VariantIsArray);
        writer.ArrayLength(structures.Length);
        foreach (T structure in structures) UaExtensionObject.Of(structure).Encode(writer);
        return true;
    }

    private static ServerStatusDataType StatusOf(UaServerCore core) => new(core.StartedAt, core.UtcNow, Services.ServerState.Running, Build, 0, default);

    private static bool Strings(UaWriter writer, IReadOnlyList<string> texts)
    {
        writer.Byte((byte)UaBuiltInType.String | UaWire.VariantIsArray);
        writer.Strings(texts);
        return true;
    }

    private static bool EmptyArray(UaWriter writer, UaBuiltInType type)
    {
        writer.Byte((byte)((byte)type | UaWire.VariantIsArray));
        writer.ArrayLength(0);
        return true;
    }

    private static bool String(UaWriter writer, string? text)
    {
        writer.Byte((byte)UaBuiltInType.String);
        writer.String(text);
        return true;
    }

    private static bool Time(UaWriter writer, long ticks)
    {
        writer.Byte((byte)UaBuiltInType.DateTime);
        writer.Time(ticks);
        return true;
    }

    private static bool Int32(UaWriter writer, int value)
    {
        writer.Byte((byte)UaBuiltInType.Int32);
        writer.Int32(value);
        return true;
    }

    private static bool UInt32(UaWriter writer, long value)
    {
        writer.Byte((byte)UaBuiltInType.UInt32);
        writer.UInt32((uint)value);
        return true;
    }

    private static bool UInt16(UaWriter writer, int value)
    {
        writer.Byte((byte)UaBuiltInType.UInt16);
        writer.UInt16((ushort)Math.Min(value, ushort.MaxValue));
        return true;
    }
}
