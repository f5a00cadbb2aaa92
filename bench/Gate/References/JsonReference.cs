using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HyperIngest.Bench.Gate.References;

/// <summary>What the framework's reader needs for messages of the same kind: every token of a small object, and its numbers.</summary>
internal sealed class JsonReference : Workload
{
    private const int Messages = 600;
    private const int Tokens = 8;

    private readonly byte[][] _messages =
    [
        .. Enumerable.Range(0, Messages).Select(i => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"value":{{i}}.5,"timestamp":{{1763740800123 + i}},"quality":192}"""))),
    ];

    public override int OperationsPerIteration => Messages;

    public override void Run(int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            foreach (byte[] message in _messages)
            {
                int tokens = 0;
                double sum = 0;
                for (Utf8JsonReader reader = new(message); reader.Read(); tokens++)
                {
                    if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double number)) sum += number;
                }
                if (tokens != Tokens || sum < 192) throw new InvalidOperationException($"{tokens} tokens were read, their numbers are {sum}.");
            }
        }
    }
}
