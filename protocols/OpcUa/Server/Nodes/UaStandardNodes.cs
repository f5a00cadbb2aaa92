using System.Collections.Frozen;
using HyperIngest.Protocols.OpcUa.Types;
using static HyperIngest.Protocols.OpcUa.Types.UaNodeIds;

namespace HyperIngest.Protocols.OpcUa.Server.Nodes;

/// <summary>
/// The part of namespace 0 (OPC 10000-5) that a server has here: the folders, the Server object with its status, its limits and its method, and the types that its nodes and the simulated variables refer to. Made once for
/// all servers of the process.
/// </summary>
internal static class UaStandardNodes
{
    // Not used by anything else than this table.
    private const uint HasEventSource = 36;
    private const uint HasDescription = 39;
    private const uint GeneratesEvent = 41;
    private const uint HasNotifier = 48;
    private const uint DataTypeEncodingType = 76;
    private const uint ServerDiagnosticsType = 2020;
    private const uint VendorServerInfoType = 2033;
    private const uint ServerRedundancyType = 2034;
    private const uint BuildInfoType = 3051;
    private const uint Decimal = 50;
    private const uint Image = 30;

    /// <summary>ServerDiagnostics' EnabledFlag: this server gathers none.</summary>
    public const uint DiagnosticsEnabled = 2294;

    private const int OneDimension = 1;

    private static readonly FrozenDictionary<uint, UaStandardNode> All = Make().ToFrozenDictionary();

    public static UaStandardNode? Find(uint id) => All.GetValueOrDefault(id);

    /// <summary>The node with a number that is known to be there.</summary>
    public static UaStandardNode Get(int id) => All[(uint)id];

    /// <summary>Whether a reference type is another one, or below it.</summary>
    public static bool IsSubtype(uint type, uint ancestor)
    {
        for (uint at = type; at != 0; at = SupertypeOf(at))
        {
            if (at == ancestor) return true;
        }
        return false;
    }

    private static uint SupertypeOf(uint type)
    {
        foreach (UaReference reference in All[type].References)
        {
            if (reference is { Type: HasSubtype, IsForward: false }) return (uint)reference.Target.Number;
        }
        return 0;
    }

    private static Dictionary<uint, UaStandardNode> Make()
    {
        Table table = new();
        Folders(table);
        ReferenceTypes(table);
        ObjectAndVariableTypes(table);
        DataTypes(table);
        ServerObject(table);
        Capabilities(table);
        return table.Nodes;
    }

    private static void Folders(Table table)
    {
        table.Object(RootFolder, "Root", 0, 0, FolderType);
        table.Object(ObjectsFolder, "Objects", RootFolder, Organizes, FolderType);
        table.Object(TypesFolder, "Types", RootFolder, Organizes, FolderType);
        table.Object(ViewsFolder, "Views", RootFolder, Organizes, FolderType);
        table.Object(ObjectTypesFolder, "ObjectTypes", TypesFolder, Organizes, FolderType);
        table.Object(VariableTypesFolder, "VariableTypes", TypesFolder, Organizes, FolderType);
        table.Object(DataTypesFolder, "DataTypes", TypesFolder, Organizes, FolderType);
        table.Object(ReferenceTypesFolder, "ReferenceTypes", TypesFolder, Organizes, FolderType);
    }

    private static void ReferenceTypes(Table table)
    {
        table.Reference(References, "References", ReferenceTypesFolder, null, isAbstract: true);
        table.Reference(HierarchicalReferences, "HierarchicalReferences", References, "InverseHierarchicalReferences", isAbstract: true);
        table.Reference(NonHierarchicalReferences, "NonHierarchicalReferences", References, null, isAbstract: true);
        table.Reference(HasChild, "HasChild", HierarchicalReferences, "ChildOf", isAbstract: true);
        table.Reference(Organizes, "Organizes", HierarchicalReferences, "OrganizedBy");
        table.Reference(HasEventSource, "HasEventSource", HierarchicalReferences, "EventSourceOf");
        table.Reference(HasNotifier, "HasNotifier", HasEventSource, "NotifierOf");
        table.Reference(Aggregates, "Aggregates", HasChild, "AggregatedBy", isAbstract: true);
        table.Reference(HasSubtype, "HasSubtype", HasChild, "SubtypeOf");
        table.Reference(HasProperty, "HasProperty", Aggregates, "PropertyOf");
        table.Reference(HasComponent, "HasComponent", Aggregates, "ComponentOf");
        table.Reference(HasOrderedComponent, "HasOrderedComponent", HasComponent, "OrderedComponentOf");
        table.Reference(HasModellingRule, "HasModellingRule", NonHierarchicalReferences, "ModellingRuleOf");
        table.Reference(HasEncoding, "HasEncoding", NonHierarchicalReferences, "EncodingOf");
        table.Reference(HasDescription, "HasDescription", NonHierarchicalReferences, "DescriptionOf");
        table.Reference(HasTypeDefinition, "HasTypeDefinition", NonHierarchicalReferences, "TypeDefinitionOf");
        table.Reference(GeneratesEvent, "GeneratesEvent", NonHierarchicalReferences, "GeneratedBy");
    }

    private static void ObjectAndVariableTypes(Table table)
    {
        table.ObjectType(BaseObjectType, "BaseObjectType", ObjectTypesFolder);
        table.ObjectType(FolderType, "FolderType", BaseObjectType);
        table.ObjectType(DataTypeEncodingType, "DataTypeEncodingType", BaseObjectType);
        table.ObjectType(ServerType, "ServerType", BaseObjectType);
        table.ObjectType(ServerCapabilitiesType, "ServerCapabilitiesType", BaseObjectType);
        table.ObjectType(ServerDiagnosticsType, "ServerDiagnosticsType", BaseObjectType);
        table.ObjectType(VendorServerInfoType, "VendorServerInfoType", BaseObjectType);
        table.ObjectType(ServerRedundancyType, "ServerRedundancyType", BaseObjectType);
        table.ObjectType(OperationLimitsType, "OperationLimitsType", FolderType);
        table.VariableType(BaseVariableType, "BaseVariableType", VariableTypesFolder, isAbstract: true);
        table.VariableType(BaseDataVariableType, "BaseDataVariableType", BaseVariableType);
        table.VariableType(PropertyType, "PropertyType", BaseVariableType);
        table.VariableType(ServerStatusType, "ServerStatusType", BaseDataVariableType, ServerStatusDataType);
        table.VariableType(BuildInfoType, "BuildInfoType", BaseDataVariableType, BuildInfo);
        table.VariableType(DataItemType, "DataItemType", BaseDataVariableType);
        table.VariableType(BaseAnalogType, "BaseAnalogType", DataItemType, Number);
        table.VariableType(AnalogItemType, "AnalogItemType", BaseAnalogType, Number);
    }

    private static void DataTypes(Table table)
    {
        table.DataType(BaseDataType, "BaseDataType", DataTypesFolder, isAbstract: true);
        table.DataType(Number, "Number", BaseDataType, isAbstract: true);
        table.DataType(Integer, "Integer", Number, isAbstract: true);
        table.DataType(UInteger, "UInteger", Number, isAbstract: true);
        table.DataType(Enumeration, "Enumeration", BaseDataType, isAbstract: true);
        table.DataType(Structure, "Structure", BaseDataType, isAbstract: true);
        (UaBuiltInType Type, uint Parent)[] builtIn =
        [
            (UaBuiltInType.Boolean, BaseDataType), (UaBuiltInType.SByte, Integer), (UaBuiltInType.Byte, UInteger), (UaBuiltInType.Int16, Integer), (UaBuiltInType.UInt16, UInteger),
            (UaBuiltInType.Int32, Integer), (UaBuiltInType.UInt32, UInteger), (UaBuiltInType.Int64, Integer), (UaBuiltInType.UInt64, UInteger), (UaBuiltInType.Float, Number),
            (UaBuiltInType.Double, Number), (UaBuiltInType.String, BaseDataType), (UaBuiltInType.DateTime, BaseDataType), (UaBuiltInType.Guid, BaseDataType), (UaBuiltInType.ByteString, BaseDataType),
            (UaBuiltInType.XmlElement, BaseDataType), (UaBuiltInType.NodeId, BaseDataType), (UaBuiltInType.ExpandedNodeId, BaseDataType), (UaBuiltInType.StatusCode, BaseDataType),
            (UaBuiltInType.QualifiedName, BaseDataType), (UaBuiltInType.LocalizedText, BaseDataType), (UaBuiltInType.DataValue, BaseDataType), (UaBuiltInType.DiagnosticInfo, BaseDataType),
        ];
        foreach ((UaBuiltInType type, uint parent) in builtIn) table.DataType((uint)type, type.ToString(), parent);
        table.DataType(Image, "Image", (uint)UaBuiltInType.ByteString, isAbstract: true);
        table.DataType(Decimal, "Decimal", Number);
        table.DataType(Duration, "Duration", (uint)UaBuiltInType.Double);
        table.DataType(UtcTime, "UtcTime", (uint)UaBuiltInType.DateTime);
        table.DataType(LocaleId, "LocaleId", (uint)UaBuiltInType.String);
        table.DataType(RedundancySupport, "RedundancySupport", Enumeration);
        table.DataType(ServerState, "ServerState", Enumeration);
        table.DataType(Argument, "Argument", Structure);
        table.DataType(BuildInfo, "BuildInfo", Structure);
        table.DataType(SignedSoftwareCertificate, "SignedSoftwareCertificate", Structure);
        table.DataType(ServerStatusDataType, "ServerStatusDataType", Structure);
        table.DataType(UaNodeIds.Range, "Range", Structure);
        table.DataType(EUInformation, "EUInformation", Structure);
        table.Encoding(Services.UaEncodingIds.Argument, Argument, DataTypeEncodingType);
        table.Encoding(Services.UaEncodingIds.BuildInfo, BuildInfo, DataTypeEncodingType);
        table.Encoding(Services.UaEncodingIds.SignedSoftwareCertificate, SignedSoftwareCertificate, DataTypeEncodingType);
        table.Encoding(Services.UaEncodingIds.ServerStatusDataType, ServerStatusDataType, DataTypeEncodingType);
        table.Encoding(Services.UaEncodingIds.Range, UaNodeIds.Range, DataTypeEncodingType);
        table.Encoding(Services.UaEncodingIds.EUInformation, EUInformation, DataTypeEncodingType);
    }

    private const uint SignedSoftwareCertificate = 344;

    private static void ServerObject(Table table)
    {
        const uint text = (uint)UaBuiltInType.String;
        table.Object(UaNodeIds.Server, "Server", ObjectsFolder, Organizes, ServerType);
        table.Property(ServerArray, "ServerArray", UaNodeIds.Server, text, OneDimension);
        table.Property(NamespaceArray, "NamespaceArray", UaNodeIds.Server, text, OneDimension);
        table.Property(ServiceLevel, "ServiceLevel", UaNodeIds.Server, (uint)UaBuiltInType.Byte);
        table.Property(Auditing, "Auditing", UaNodeIds.Server, (uint)UaBuiltInType.Boolean);
        table.Property(EstimatedReturnTime, "EstimatedReturnTime", UaNodeIds.Server, (uint)UaBuiltInType.DateTime);
        table.Component(ServerStatus, "ServerStatus", UaNodeIds.Server, ServerStatusDataType, ServerStatusType);
        table.Component(ServerStatusStartTime, "StartTime", ServerStatus, UtcTime);
        table.Component(ServerStatusCurrentTime, "CurrentTime", ServerStatus, UtcTime);
        table.Component(ServerStatusState, "State", ServerStatus, ServerState);
        table.Component(ServerStatusBuildInfo, "BuildInfo", ServerStatus, BuildInfo, BuildInfoType);
        table.Component(BuildInfoProductUri, "ProductUri", ServerStatusBuildInfo, text);
        table.Component(BuildInfoManufacturerName, "ManufacturerName", ServerStatusBuildInfo, text);
        table.Component(BuildInfoProductName, "ProductName", ServerStatusBuildInfo, text);
        table.Component(BuildInfoSoftwareVersion, "SoftwareVersion", ServerStatusBuildInfo, text);
        table.Component(BuildInfoBuildNumber, "BuildNumber", ServerStatusBuildInfo, text);
        table.Component(BuildInfoBuildDate, "BuildDate", ServerStatusBuildInfo, UtcTime);
        table.Component(ServerStatusSecondsTillShutdown, "SecondsTillShutdown", ServerStatus, (uint)UaBuiltInType.UInt32);
        table.Component(ServerStatusShutdownReason, "ShutdownReason", ServerStatus, (uint)UaBuiltInType.LocalizedText);
        table.Object(ServerDiagnostics, "ServerDiagnostics", UaNodeIds.Server, HasComponent, ServerDiagnosticsType);
        table.Property(DiagnosticsEnabled, "EnabledFlag", ServerDiagnostics, (uint)UaBuiltInType.Boolean);
        table.Object(VendorServerInfo, "VendorServerInfo", UaNodeIds.Server, HasComponent, VendorServerInfoType);
        table.Object(ServerRedundancy, "ServerRedundancy", UaNodeIds.Server, HasComponent, ServerRedundancyType);
        table.Property(RedundancySupportProperty, "RedundancySupport", ServerRedundancy, RedundancySupport);
        table.Method(GetMonitoredItems, "GetMonitoredItems", UaNodeIds.Server);
        table.Property(GetMonitoredItemsInputArguments, "InputArguments", GetMonitoredItems, Argument, OneDimension);
        table.Property(GetMonitoredItemsOutputArguments, "OutputArguments", GetMonitoredItems, Argument, OneDimension);
    }

    private static void Capabilities(Table table)
    {
        const uint number16 = (uint)UaBuiltInType.UInt16, number32 = (uint)UaBuiltInType.UInt32;
        table.Object(ServerCapabilities, "ServerCapabilities", UaNodeIds.Server, HasComponent, ServerCapabilitiesType);
        table.Property(ServerProfileArray, "ServerProfileArray", ServerCapabilities, (uint)UaBuiltInType.String, OneDimension);
        table.Property(LocaleIdArray, "LocaleIdArray", ServerCapabilities, LocaleId, OneDimension);
        table.Property(MinSupportedSampleRate, "MinSupportedSampleRate", ServerCapabilities, Duration);
        table.Property(MaxBrowseContinuationPoints, "MaxBrowseContinuationPoints", ServerCapabilities, number16);
        table.Property(MaxQueryContinuationPoints, "MaxQueryContinuationPoints", ServerCapabilities, number16);
        table.Property(MaxHistoryContinuationPoints, "MaxHistoryContinuationPoints", ServerCapabilities, number16);
        table.Property(SoftwareCertificates, "SoftwareCertificates", ServerCapabilities, SignedSoftwareCertificate, OneDimension);
        table.Property(MaxArrayLength, "MaxArrayLength", ServerCapabilities, number32);
        table.Property(MaxStringLength, "MaxStringLength", ServerCapabilities, number32);
        table.Property(MaxByteStringLength, "MaxByteStringLength", ServerCapabilities, number32);
        table.Property(MaxSessions, "MaxSessions", ServerCapabilities, number32);
        table.Property(MaxSubscriptions, "MaxSubscriptions", ServerCapabilities, number32);
        table.Property(MaxMonitoredItems, "MaxMonitoredItems", ServerCapabilities, number32);
        table.Property(MaxSubscriptionsPerSession, "MaxSubscriptionsPerSession", ServerCapabilities, number32);
        table.Property(MaxMonitoredItemsPerSubscription, "MaxMonitoredItemsPerSubscription", ServerCapabilities, number32);
        table.Property(MaxMonitoredItemsQueueSize, "MaxMonitoredItemsQueueSize", ServerCapabilities, number32);
        table.Object(OperationLimits, "OperationLimits", ServerCapabilities, HasComponent, OperationLimitsType);
        table.Property(MaxNodesPerRead, "MaxNodesPerRead", OperationLimits, number32);
        table.Property(MaxNodesPerWrite, "MaxNodesPerWrite", OperationLimits, number32);
        table.Property(MaxNodesPerMethodCall, "MaxNodesPerMethodCall", OperationLimits, number32);
        table.Property(MaxNodesPerBrowse, "MaxNodesPerBrowse", OperationLimits, number32);
        table.Property(MaxNodesPerRegisterNodes, "MaxNodesPerRegisterNodes", OperationLimits, number32);
        table.Property(MaxNodesPerTranslateBrowsePathsToNodeIds, "MaxNodesPerTranslateBrowsePathsToNodeIds", OperationLimits, number32);
        table.Property(MaxNodesPerNodeManagement, "MaxNodesPerNodeManagement", OperationLimits, number32);
        table.Property(MaxMonitoredItemsPerCall, "MaxMonitoredItemsPerCall", OperationLimits, number32);
    }

    /// <summary>The table as it is filled: a parent comes before its children.</summary>
    private sealed class Table
    {
        public Dictionary<uint, UaStandardNode> Nodes { get; } = [];

        public void Object(uint id, string name, uint parent, uint reference, uint type) =>
            Add(new() { Id = id, Class = UaNodeClass.Object, Name = name, TypeDefinition = type }, parent, reference);

        public void Encoding(uint id, uint dataType, uint type) => Object(id, "Default Binary", dataType, HasEncoding, type);

        public void Property(uint id, string name, uint parent, uint dataType, int valueRank = -1) =>
            Add(new() { Id = id, Class = UaNodeClass.Variable, Name = name, TypeDefinition = PropertyType, DataType = dataType, ValueRank = valueRank }, parent, HasProperty);

        public void Component(uint id, string name, uint parent, uint dataType, uint type = BaseDataVariableType) =>
            Add(new() { Id = id, Class = UaNodeClass.Variable, Name = name, TypeDefinition = type, DataType = dataType }, parent, HasComponent);

        public void Method(uint id, string name, uint parent) => Add(new() { Id = id, Class = UaNodeClass.Method, Name = name }, parent, HasComponent);

        public void ObjectType(uint id, string name, uint parent) => Add(new() { Id = id, Class = UaNodeClass.ObjectType, Name = name }, parent, Below(parent));

        public void VariableType(uint id, string name, uint parent, uint dataType = BaseDataType, bool isAbstract = false) =>
            Add(new() { Id = id, Class = UaNodeClass.VariableType, Name = name, DataType = dataType, ValueRank = -2, IsAbstract = isAbstract }, parent, Below(parent));

        public void DataType(uint id, string name, uint parent, bool isAbstract = false) =>
            Add(new() { Id = id, Class = UaNodeClass.DataType, Name = name, IsAbstract = isAbstract }, parent, Below(parent));

        public void Reference(uint id, string name, uint parent, string? inverse, bool isAbstract = false) =>
            Add(new() { Id = id, Class = UaNodeClass.ReferenceType, Name = name, InverseName = inverse, IsAbstract = isAbstract }, parent, Below(parent));

        // A folder organizes the root of a hierarchy of types.
        private uint Below(uint parent) => Nodes[parent].Class == UaNodeClass.Object ? Organizes : HasSubtype;

        private void Add(UaStandardNode node, uint parent, uint reference)
        {
            Nodes.Add(node.Id, node);
            if (node.TypeDefinition != 0) node.References.Add(new UaReference(HasTypeDefinition, true, UaNodeRef.Standard(node.TypeDefinition)));
            if (parent == 0) return;
            node.References.Add(new UaReference(reference, false, UaNodeRef.Standard(parent)));
            Nodes[parent].References.Add(new UaReference(reference, true, UaNodeRef.Standard(node.Id)));
        }
    }
}
