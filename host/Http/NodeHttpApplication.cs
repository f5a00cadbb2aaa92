using System.Text;
using System.Text.Json;
using HyperIngest.Core.Telemetry;
using HyperIngest.Host.Running;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Http;

/// <summary>Answers <c>/health/live</c>, <c>/health/ready</c>, <c>/status</c> and <c>/metrics</c>.</summary>
internal sealed partial class NodeHttpApplication(INodeView node, ILogger logger) : IHttpApplication<HttpContext>
{
    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // The context owns nothing: its features belong to the server.
    }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        HttpAnswer answer;
        try
        {
            answer = AnswerTo(context.Request);
        }
        catch (Exception failure)
        {
            LogFailed(context.Request.Path, failure);
            answer = new HttpAnswer(StatusCodes.Status500InternalServerError, "text/plain; charset=utf-8", "The request failed; the log says why.\n"u8.ToArray());
        }
        await answer.SendAsync(context);
    }

    private HttpAnswer AnswerTo(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return Text(StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD.\n") with { Allow = "GET, HEAD" };
        return request.Path.Value switch
        {
            "/health/live" => AsJson(StatusCodes.Status200OK, new { Live = true }),
            "/health/ready" => Ready(),
            "/status" => Status(request.Query),
            "/metrics" => new HttpAnswer(StatusCodes.Status200OK, PrometheusText.ContentType, Encoding.UTF8.GetBytes(PrometheusText.Write(node.Metrics))),
            _ => Text(StatusCodes.Status404NotFound, "There are /health/live, /health/ready, /status and /metrics.\n"),
        };
    }

    private HttpAnswer Ready()
    {
        NodeReadiness readiness = node.Readiness();
        return AsJson(readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, readiness);
    }

    private HttpAnswer Status(IQueryCollection query)
    {
        if (!DevicePage.TryRead(query, out DevicePage page, out string? wrong)) return Text(StatusCodes.Status400BadRequest, wrong + "\n");
        NodeStatus status = node.Status();
        return AsJson(StatusCodes.Status200OK, new
        {
            status.Node,
            Version = ProgramVersion.Text,
            status.State,
            status.StartedUtc,
            UptimeSeconds = Math.Round((DateTime.UtcNow - status.StartedUtc).TotalSeconds, 1),
            Readiness = node.Readiness(),
            status.Readings,
            status.Shards,
            status.Journal,
            status.Lanes,
            Sources = node.Sources.Select(page.Of),
        });
    }

    private static HttpAnswer AsJson<T>(int status, T value) => new(status, HttpAnswer.Json, JsonSerializer.SerializeToUtf8Bytes(value, StatusJson.Options));

    private static HttpAnswer Text(int status, string text) => new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));

    [LoggerMessage(Level = LogLevel.Error, Message = "HTTP request {Path} failed")]
    private partial void LogFailed(string? path, Exception failure);
}
