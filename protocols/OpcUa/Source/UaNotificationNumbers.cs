namespace HyperIngest.Protocols.OpcUa.Source;

/// <summary>The numbers of a subscription's notifications (OPC 10000-4, 7.26): from 1 to 2^32-1 and then from 1 again; 0 is nobody's.</summary>
internal static class UaNotificationNumbers
{
    private const ulong Count = uint.MaxValue;

    /// <summary>The first of a subscription.</summary>
    public const uint First = 1;

    /// <summary>The one behind a number.</summary>
    public static uint After(uint number) => number == uint.MaxValue ? First : number + 1;

    /// <summary>The one so many behind a number.</summary>
    public static uint After(uint number, long steps) => (uint)((number - 1 + (ulong)steps) % Count) + 1;

    /// <summary>How far <paramref name="number"/> lies behind <paramref name="expected"/>: 0 when it is the one, negative when it came before.</summary>
    public static long Ahead(uint number, uint expected)
    {
        ulong ahead = (number + Count - expected) % Count;
        return ahead <= Count / 2 ? (long)ahead : (long)ahead - (long)Count;
    }
}
