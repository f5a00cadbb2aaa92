using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HyperIngest.Kafka.Native;

namespace HyperIngest.Kafka;

/// <summary>
/// librdkafka, the C library that speaks to Kafka. Looked for where .NET looks for packaged native libraries, then where the operating system keeps its own
/// (<c>librdkafka.so.1</c>, Debian package librdkafka1).
/// </summary>
public static class KafkaLibrary
{
    /// <summary>The name the bindings ask for.</summary>
    internal const string Name = "librdkafka";

    // The system's names, by platform: the major version is the ABI.
    private static readonly string[] SystemNames = ["librdkafka.so.1", "librdkafka.1.dylib", "librdkafka.dylib"];

    /// <summary>Version of the library that was found, such as <c>2.0.2</c>.</summary>
    /// <exception cref="KafkaException">It was not found; the message says what to install.</exception>
    public static string Version
    {
        get
        {
            ThrowIfMissing();
            return Marshal.PtrToStringUTF8(Librdkafka.VersionText()) ?? "unknown";
        }
    }

    /// <summary>Finds the library now rather than at the first connection.</summary>
    /// <exception cref="KafkaException">It was not found; the message says what to install.</exception>
    public static void ThrowIfMissing()
    {
        try
        {
            _ = Librdkafka.VersionNumber();
        }
        catch (DllNotFoundException missing)
        {
            throw new KafkaException(
                "Kafka needs the library librdkafka (1.9 or newer) and it is not here: install it (Debian, Ubuntu: apt-get install librdkafka1; Alpine: apk add librdkafka; "
                + "macOS: brew install librdkafka), or build with -p:KafkaNativePackage=true.",
                missing);
        }
    }

    /// <summary>Lets <paramref name="assembly"/>, a Kafka client of somebody else's that asks for <c>librdkafka</c>, find the same library. Once for each assembly.</summary>
    public static void ShareWith(Assembly assembly) => NativeLibrary.SetDllImportResolver(assembly, Resolve);

    // Before the first binding is used, wherever that is.
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "A resolver must stand before any use of the bindings, and a library has no other place.")]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(KafkaLibrary).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? paths)
    {
        // glibc 2.34 and newer keep libdl.so.2 alone, which somebody else's bindings may not know.
        if (name == "libdl") return NativeLibrary.TryLoad("libdl.so.2", out nint dl) ? dl : 0;
        if (name != Name) return 0;
        if (NativeLibrary.TryLoad(name, assembly, paths, out nint packaged)) return packaged;
        foreach (string systemName in SystemNames)
        {
            if (NativeLibrary.TryLoad(systemName, out nint found)) return found;
        }
        return 0;
    }
}
