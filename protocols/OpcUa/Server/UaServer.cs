using HyperIngest.Protocols.OpcUa.Security;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>A server of simulated variables. Hundreds live in one process: they share the standard nodes and the threads that sample and publish.</summary>
public sealed class UaServer : IAsyncDisposable
{
    private readonly UaServerOptions _options;

    /// <summary>A server that does not listen yet.</summary>
    /// <param name="options">Where, how and how much.</param>
    /// <param name="variables">What it serves; called by one thread at a time.</param>
    /// <param name="logger">Is told of refusals and of what ends.</param>
    /// <param name="clock">The clock of sampling, publishing and timeouts; the system's when null.</param>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public UaServer(UaServerOptions options, IUaVariables variables, ILogger logger, TimeProvider? clock = null)
    {
        options.Demand();
        _options = options;
        Variables = variables;
        Logger = logger;
        Clock = clock ?? TimeProvider.System;
    }

    /// <summary>The port once started.</summary>
    public int Port { get; private set; }

    /// <summary>The URL of its endpoints once started.</summary>
    public string EndpointUrl => $"opc.tcp://{_options.Address}:{Port}{_options.Path}";

    /// <summary>What it has counted.</summary>
    public UaServerCounts Counts => throw new NotSupportedException();

    /// <summary>A fault: messages of subscriptions are sent so much later than due. Zero for none.</summary>
    public TimeSpan PublishDelay { get; set; }

    internal IUaVariables Variables { get; }

    internal ILogger Logger { get; }

    internal TimeProvider Clock { get; }

    /// <summary>Listens; when it returns, clients can connect.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The port is taken; the message names it.</exception>
    public void Start() => throw new NotSupportedException();

    /// <summary>Ends connections, sessions and subscriptions and waits for their loops; the server can not be started again.</summary>
    public Task StopAsync() => throw new NotSupportedException();

    /// <summary>A fault: every connection is reset; sessions and subscriptions live on.</summary>
    public void CutChannels() => throw new NotSupportedException();

    /// <summary>A fault: every session is dead, its channel stays; subscriptions live on without one.</summary>
    public void CloseSessions() => throw new NotSupportedException();

    /// <summary>A fault: every subscription is gone without a word; what it had queued counts as dropped.</summary>
    public void DropSubscriptions() => throw new NotSupportedException();

    /// <summary>A fault: variables become unknown, or known again. Items of theirs report BadNodeIdUnknown, and no value of them is taken.</summary>
    /// <param name="first">The first variable.</param>
    /// <param name="count">How many.</param>
    /// <param name="unknown">Which of the two.</param>
    public void SetUnknown(int first, int count, bool unknown) => throw new NotSupportedException();

    /// <summary>A fault: the next message of every subscription leaves a sequence number out.</summary>
    public void SkipSequenceNumber() => throw new NotSupportedException();

    /// <summary>New channels get this certificate, endpoints name it: an expired one as a fault, a new one as a renewal. It stays the caller's.</summary>
    public void UseCertificate(UaCertificate certificate) => throw new NotSupportedException();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);
}
