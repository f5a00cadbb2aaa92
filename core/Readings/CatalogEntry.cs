using System.Runtime.InteropServices;

namespace HyperIngest.Core.Readings;

/// <summary>A series in the catalog: numbers of its names, and what it is. The layout is the catalog file's.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = SizeInBytes)]
internal struct CatalogEntry
{
    public const int SizeInBytes = 24;

    public int Device;
    public int Tag;
    public int Unit;
    public int Topic;
    public int Tenant;
    public ValueKind Kind;
    public Classification Classification;
}
