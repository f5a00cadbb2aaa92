using System.Runtime.InteropServices;

namespace HyperIngest.Core.Rings;

/// <summary>
/// A sequence alone on its cache lines. 128 bytes on each side, because the adjacent-line prefetcher of current x86 cores pulls
/// lines in pairs, and Apple and some server ARM cores have lines of 128.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 264)]
internal struct PaddedSequence
{
    [FieldOffset(128)] public long Value;
}
