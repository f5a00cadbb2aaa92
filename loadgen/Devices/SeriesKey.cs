using System.Text;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// The key of a series' verifiable sequence: a 64-bit hash of its device and tag names, the same in every process and version. Simulator and verifier work it
/// out each for itself from the names, so that a reading filed under a wrong name is caught.
/// </summary>
public static class SeriesKey
{
    // FNV-1a, 64 bits: offset basis and prime.
    private const ulong OffsetBasis = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    /// <summary>Hash of one name, for <see cref="Of(ulong, ulong)"/>; for work that meets the same device or tag name many times.</summary>
    public static ulong OfName(string name)
    {
        ulong hash = OffsetBasis;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * Prime;
        return hash;
    }

    /// <summary>The key of the series of two hashed names.</summary>
    public static ulong Of(ulong device, ulong tag)
    {
        // SplitMix64's finaliser over both: FNV's own top bits differ too little between press-001 and press-002.
        ulong z = device + ulong.RotateLeft(tag * 0x9E37_79B9_7F4A_7C15, 32);
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>The key of a series.</summary>
    public static ulong Of(string device, string tag) => Of(OfName(device), OfName(tag));
}
