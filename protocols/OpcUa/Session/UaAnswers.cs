namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>What every answer with results has to keep to.</summary>
public static class UaAnswers
{
    /// <summary>Refuses an answer that has not one result for each that was asked.</summary>
    /// <param name="asked">How many operations the request had.</param>
    /// <param name="answered">How many results the answer has.</param>
    /// <param name="what">What they are, in the plural, for the message.</param>
    /// <param name="endpointUrl">Who answered.</param>
    /// <exception cref="UaException">It has not.</exception>
    public static void Demand(int asked, int answered, string what, string endpointUrl)
    {
        if (asked != answered) throw new UaException(UaStatusCodes.BadUnknownResponse, $"{endpointUrl} was asked for {asked} {what} and answered with {answered}");
    }
}
