using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Channel;

/// <summary>A request whose response is awaited; for what is asked rarely, since it allocates.</summary>
/// <param name="asked">What was asked for, of whom; for the exception's message.</param>
internal sealed class UaCall<TResponse>(string asked) : IUaPending
    where TResponse : IUaResponse<TResponse>
{
    private readonly TaskCompletionSource<TResponse> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResponse> Response => _response.Task;

    public void Complete(ReadOnlySpan<byte> message)
    {
        try
        {
            _response.SetResult(UaMessages.Response<TResponse>(message, asked));
        }
        catch (UaException failed)
        {
            _response.SetException(failed);
        }
    }

    public void Fail(UaException reason) => _response.SetException(reason);
}
