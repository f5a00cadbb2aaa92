using HyperIngest.LoadGen.Report;

namespace HyperIngest.Host.Commands.Load;

/// <summary>What came of a run.</summary>
/// <param name="Run">All of it.</param>
/// <param name="Examples">What the verifier found wrong, a line each.</param>
/// <param name="Interrupted">Somebody stopped it in the measured time.</param>
internal sealed record LoadResult(LoadRun Run, IReadOnlyList<string> Examples, bool Interrupted);
