namespace HyperIngest.LoadGen.Verify;

/// <summary>Reads a sink back into a verifier.</summary>
public interface IReadback
{
    /// <summary>
    /// Reads all that is there and has not been read by an earlier call. Returns the readings read.
    /// </summary>
    /// <param name="verifier">Takes the readings in.</param>
    /// <param name="cancellationToken">Gives up; what was read up to then has been taken in.</param>
    Task<long> ReadAsync(Verifier verifier, CancellationToken cancellationToken);
}
