namespace HyperIngest.Protocols.OpcUa.Binary;

/// <summary>Forms and masks of OPC UA Binary (OPC 10000-6, 5.2.2).</summary>
internal static class UaWire
{
    // NodeId, 5.2.2.9.
    public const byte NodeIdTwoByte = 0x00;
    public const byte NodeIdFourByte = 0x01;
    public const byte NodeIdNumeric = 0x02;
    public const byte NodeIdString = 0x03;
    public const byte NodeIdGuid = 0x04;
    public const byte NodeIdOpaque = 0x05;

    // ExpandedNodeId, 5.2.2.10: beside the form.
    public const byte NodeIdHasServer = 0x40;
    public const byte NodeIdHasUri = 0x80;
    public const byte NodeIdFormMask = 0x3F;

    // DiagnosticInfo, 5.2.2.12: 1, 2, 4, 8 are symbolic id, namespace, localized text and locale.
    public const byte DiagnosticLocale = 0x08;
    public const byte DiagnosticInfoText = 0x10;
    public const byte DiagnosticStatus = 0x20;
    public const byte DiagnosticInner = 0x40;
    public const byte DiagnosticUnknown = 0x80;

    // LocalizedText, 5.2.2.14.
    public const byte TextHasLocale = 0x01;
    public const byte TextHasText = 0x02;

    // ExtensionObject, 5.2.2.15.
    public const byte ExtensionWithoutBody = 0x00;
    public const byte ExtensionWithBytes = 0x01;
    public const byte ExtensionWithXml = 0x02;

    // Variant, 5.2.2.16.
    public const byte VariantTypeMask = 0x3F;
    public const byte VariantHasDimensions = 0x40;
    public const byte VariantIsArray = 0x80;

    // DataValue, 5.2.2.17; the fields follow in the order value, status, source time, its picoseconds, server time, its picoseconds.
    public const byte DataValueHasValue = 0x01;
    public const byte DataValueHasStatus = 0x02;
    public const byte DataValueHasSourceTime = 0x04;
    public const byte DataValueHasServerTime = 0x08;
    public const byte DataValueHasSourcePicoseconds = 0x10;
    public const byte DataValueHasServerPicoseconds = 0x20;
}
