using System.Net;
using HyperIngest.Host.Running;
using HyperIngest.LoadGen.Devices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperIngest.Host.Http;

/// <summary>
/// An HTTP port of the program, a node's or a simulator's: Kestrel with one small application, without the hosting, configuration files and middleware that a web site would want
/// and that would read ASPNETCORE_ variables nobody meant for this program.
/// </summary>
internal sealed class HttpEndpoint : IAsyncDisposable
{
    // Enough for a scraper, a probe and a few people at once; no more sockets than that are anybody's business here.
    private const int MaxConnections = 64;

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly KestrelServer _server;
    private readonly IHttpApplication<HttpContext> _application;

    /// <summary>An endpoint on <paramref name="listen"/> that shows <paramref name="node"/>. It takes no bodies.</summary>
    public HttpEndpoint(IPEndPoint listen, INodeView node, ILoggerFactory loggers)
        : this(listen, new NodeHttpApplication(node, loggers.CreateLogger<NodeHttpApplication>()), maxBodyBytes: 0, loggers)
    {
    }

    /// <summary>An endpoint on <paramref name="listen"/> that shows <paramref name="simulator"/> and sets its faults.</summary>
    public HttpEndpoint(IPEndPoint listen, Simulator simulator, ILoggerFactory loggers)
        : this(listen, new SimulatorHttpApplication(simulator, loggers.CreateLogger<SimulatorHttpApplication>()), SimulatorHttpApplication.MaxBodyBytes, loggers)
    {
    }

    private HttpEndpoint(IPEndPoint listen, IHttpApplication<HttpContext> application, long maxBodyBytes, ILoggerFactory loggers)
    {
        KestrelServerOptions options = new() { AddServerHeader = false, ApplicationServices = _services };
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxRequestBodySize = maxBodyBytes;
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Listen(listen, o => o.Protocols = HttpProtocols.Http1);
        _server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
        _application = application;
    }

    /// <summary>Where it listens, with the port it was given when 0 was asked for; valid after <see cref="StartAsync"/>.</summary>
    public Uri Address => new(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("[::]", "localhost", StringComparison.Ordinal));

    /// <summary>Begins listening.</summary>
    /// <exception cref="IOException">The address is taken or not this machine's.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(_application, cancellationToken);

    /// <summary>Ends the requests under way and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        using (CancellationTokenSource limit = new(TimeSpan.FromSeconds(2))) await _server.StopAsync(limit.Token);
        _server.Dispose();
        await _services.DisposeAsync();
    }
}
