using System.Runtime.InteropServices;
using HyperIngest.Kafka.Native;

namespace HyperIngest.Kafka;

/// <summary>An outcome of librdkafka: its code, and for transactions what may be done about it.</summary>
/// <param name="Code">librdkafka's rd_kafka_resp_err_t: 0 for none, positive as in the Kafka protocol's error codes, negative for the client's own.</param>
/// <param name="IsFatal">The client (a producer) can do nothing more and must be made anew.</param>
/// <param name="IsRetriable">The same call may be made again.</param>
/// <param name="NeedsAbort">The transaction must be aborted, and may then be begun anew.</param>
/// <param name="Text">What the library said; null for the code's own description.</param>
public readonly record struct KafkaError(int Code, bool IsFatal = false, bool IsRetriable = false, bool NeedsAbort = false, string? Text = null)
{
    /// <summary>No error.</summary>
    public static KafkaError None => default;

    /// <summary>Whether it is one.</summary>
    public bool IsError => Code != 0;

    /// <summary>The code's name without its prefix, such as <c>MSG_SIZE_TOO_LARGE</c> or <c>_QUEUE_FULL</c>.</summary>
    public string Name => Marshal.PtrToStringUTF8(Librdkafka.ErrorName(Code)) ?? $"{Code}";

    /// <summary>The code's description, such as <c>Broker: Message size too large</c>.</summary>
    public string Description => Marshal.PtrToStringUTF8(Librdkafka.ErrorText(Code)) ?? $"error {Code}";

    /// <inheritdoc/>
    public override string ToString() => IsError ? $"{Text ?? Description} ({Name})" : "no error";

    /// <summary>Takes over an rd_kafka_error_t, and destroys it; 0 is none.</summary>
    internal static KafkaError Take(nint error)
    {
        if (error == 0) return None;
        KafkaError taken = new(
            Librdkafka.ErrorCode(error),
            Librdkafka.ErrorIsFatal(error) != 0,
            Librdkafka.ErrorIsRetriable(error) != 0,
            Librdkafka.ErrorTransactionNeedsAbort(error) != 0,
            Marshal.PtrToStringUTF8(Librdkafka.ErrorString(error)));
        Librdkafka.ErrorDestroy(error);
        return taken;
    }
}
