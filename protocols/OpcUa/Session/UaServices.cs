using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Protocols.OpcUa.Session;

/// <summary>The services of a session on one channel; or, with no session yet, those that need none.</summary>
internal sealed class UaServices : IUaServices
{
    private readonly UaClientChannel _channel;
    private readonly UaNodeId _token;
    private readonly TimeSpan _requestTimeout;
    private readonly Action<UaException>? _sessionGone;
    private uint _lastHandle;

    /// <summary>Services on an open channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="token">The session's secret; null without a session.</param>
    /// <param name="requestTimeout">Longest wait for an answer of <see cref="CallAsync"/>.</param>
    /// <param name="sessionGone">Told, by any thread, when an answer says that the server does not have the session any more.</param>
    public UaServices(UaClientChannel channel, UaNodeId token, TimeSpan requestTimeout, Action<UaException>? sessionGone = null)
    {
        _channel = channel;
        _token = token;
        _requestTimeout = requestTimeout;
        _sessionGone = sessionGone;
    }

    /// <inheritdoc/>
    public string EndpointUrl => _channel.EndpointUrl;

    /// <inheritdoc/>
    public UaOperationLimits Limits { get; private init; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> Namespaces { get; private init; } = [UaNodeText.BaseNamespace];

    /// <inheritdoc/>
    public long ServerStart { get; private init; }

    /// <summary>The same, once the server has said what it has.</summary>
    public UaServices With(UaServerFacts facts) => new(_channel, _token, _requestTimeout, _sessionGone) { Limits = facts.Limits, Namespaces = facts.Namespaces, ServerStart = facts.Status?.StartTime ?? 0, _lastHandle = _lastHandle };

    /// <inheritdoc/>
    public UaRequestHeader Header(TimeSpan timeout) => new(_token, DateTime.UtcNow.Ticks, Interlocked.Increment(ref _lastHandle), (uint)Math.Clamp(timeout.TotalMilliseconds, 0, uint.MaxValue));

    /// <inheritdoc/>
    public void Send(UaBuffer message, IUaPending pending, TimeSpan timeout) => _channel.Send(message, pending, timeout);

    /// <inheritdoc/>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(Func<UaRequestHeader, TRequest> request, CancellationToken cancellationToken = default)
        where TRequest : IUaMessage<TRequest>
        where TResponse : IUaResponse<TResponse>
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task<TResponse> call = _channel.CallAsync<TRequest, TResponse>(request(Header(_requestTimeout)), _requestTimeout);
        try
        {
            return await call.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.IsCompleted)
        {
            // Nobody waits for the answer any more: its failure is no unobserved one. The request itself lives until its timeout.
            _ = call.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
        catch (UaException failed) when (UaSessionFaults.IsSessionGone(failed.Status))
        {
            _sessionGone?.Invoke(failed);
            throw;
        }
    }
}
