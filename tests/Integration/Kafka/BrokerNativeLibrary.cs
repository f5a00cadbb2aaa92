using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Confluent.Kafka on the system's librdkafka: the package with its own copy is not referenced.</summary>
internal static class BrokerNativeLibrary
{
    [ModuleInitializer]
    internal static void UseTheSystemsLibrary()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(ProducerConfig).Assembly, Load);
        }
        catch (InvalidOperationException)
        {
            // An assembly has one resolver, and the product has set its own already.
        }
    }

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        "librdkafka" => NativeLibrary.Load("librdkafka.so.1"),
        "libdl" => NativeLibrary.Load("libdl.so.2"),
        _ => 0,
    };
}
