using HyperIngest.Core.Journal;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Core.Sharding;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Demo;

/// <summary>Readings of the run's own journal as records: what the ceiling produces, and what a reading costs on the wire in each format.</summary>
internal sealed class RecordSample
{
    // 200,000 JSON records are 60 MB: more than any cache holds, and quickly made.
    private const int MostReadings = 200_000;
}
