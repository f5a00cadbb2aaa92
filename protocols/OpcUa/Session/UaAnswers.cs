namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What every answer with results has to keep to.</summary>
internal static class UaAnswers
{
    private const uint BadBit = 0x8000_0000;

    /// <summary>Whether a StatusCode is bad, rather than good or uncertain.</summary>
    public static bool IsBad(uint status) => (status & BadBit) != 0;

    /// <summary>Refuses an answer that has not one result for each that was asked.</summary>
    /// <exception cref="UaException">It has not.</exception>
    public static void Demand(int asked, int answered, string what, string endpointUrl)
    {
        if (asked != answered) throw new UaException(UaStatusCodes.BadUnknownResponse, $"{endpointUrl} was asked for {asked} {what} and answered with {answered}");
    }
}
