namespace HyperIngest.Core.Readings;

/// <summary>
/// The OPC UA StatusCodes this product itself assigns (OPC 10000-6, Annex A.2). Codes a device sends pass through unchanged,
/// named here or not. Severity is the top two bits: 00 good, 01 uncertain, 10 bad.
/// </summary>
public static class StatusCodes
{
    /// <summary>The value is good.</summary>
    public const uint Good = 0x0000_0000;

    /// <summary>Good, and changed from what the device sent because it lay outside the configured range.</summary>
    public const uint GoodClamped = 0x0030_0000;

    /// <summary>Uncertain, no reason given.</summary>
    public const uint Uncertain = 0x4000_0000;

    /// <summary>Communication with the device is lost; the value is the last one it gave.</summary>
    public const uint UncertainNoCommunicationLastUsableValue = 0x408F_0000;

    /// <summary>The value lies outside the range the configuration allows.</summary>
    public const uint UncertainEngineeringUnitsExceeded = 0x4094_0000;

    /// <summary>Bad, no reason given.</summary>
    public const uint Bad = 0x8000_0000;

    /// <summary>A value could not be kept because a memory limit was reached (such as the text table's).</summary>
    public const uint BadOutOfMemory = 0x8003_0000;

    /// <summary>Low-level communication failed.</summary>
    public const uint BadCommunicationError = 0x8005_0000;

    /// <summary>What the device sent could not be decoded.</summary>
    public const uint BadDecodingError = 0x8007_0000;

    /// <summary>The device did not answer in time.</summary>
    public const uint BadTimeout = 0x800A_0000;

    /// <summary>There is no connection to the device.</summary>
    public const uint BadNoCommunication = 0x8031_0000;

    /// <summary>The device refused the address: it has no such register or node.</summary>
    public const uint BadNodeIdUnknown = 0x8034_0000;

    /// <summary>The value lies outside the type's range.</summary>
    public const uint BadOutOfRange = 0x803C_0000;

    /// <summary>The device does not support the operation.</summary>
    public const uint BadNotSupported = 0x803D_0000;

    /// <summary>The configuration of the tag does not fit the device.</summary>
    public const uint BadConfigurationError = 0x8089_0000;

    /// <summary>The device reports a failure of its own.</summary>
    public const uint BadDeviceFailure = 0x808B_0000;

    /// <summary>The device has no value now.</summary>
    public const uint BadNoData = 0x809B_0000;

    /// <summary>The device is busy or too loaded to answer.</summary>
    public const uint BadResourceUnavailable = 0x8004_0000;

    /// <summary>True when the severity bits say good.</summary>
    public static bool IsGood(uint status) => (status & 0xC000_0000) == 0;

    /// <summary>True when the severity bits say uncertain.</summary>
    public static bool IsUncertain(uint status) => (status & 0xC000_0000) == 0x4000_0000;

    /// <summary>True when the severity bits say bad.</summary>
    public static bool IsBad(uint status) => (status & 0x8000_0000) != 0;

    /// <summary>The code's name, such as <c>BadTimeout</c>; hexadecimal for codes without a name here.</summary>
    public static string NameOf(uint status) => status switch
    {
        Good => nameof(Good),
        GoodClamped => nameof(GoodClamped),
        Uncertain => nameof(Uncertain),
        UncertainNoCommunicationLastUsableValue => nameof(UncertainNoCommunicationLastUsableValue),
        UncertainEngineeringUnitsExceeded => nameof(UncertainEngineeringUnitsExceeded),
        Bad => nameof(Bad),
        BadOutOfMemory => nameof(BadOutOfMemory),
        BadCommunicationError => nameof(BadCommunicationError),
        BadDecodingError => nameof(BadDecodingError),
        BadTimeout => nameof(BadTimeout),
        BadNoCommunication => nameof(BadNoCommunication),
        BadNodeIdUnknown => nameof(BadNodeIdUnknown),
        BadOutOfRange => nameof(BadOutOfRange),
        BadNotSupported => nameof(BadNotSupported),
        BadConfigurationError => nameof(BadConfigurationError),
        BadDeviceFailure => nameof(BadDeviceFailure),
        BadNoData => nameof(BadNoData),
        BadResourceUnavailable => nameof(BadResourceUnavailable),
        _ => $"0x{status:X8}",
    };
}
