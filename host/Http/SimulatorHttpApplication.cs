using System.Text.Json;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Host.Http;

/// <summary>
/// A simulator over HTTP, for test suites in any language: <c>GET /status</c>, <c>GET /faults</c>, <c>POST /faults</c> with a fault as JSON, <c>DELETE /faults/ID</c> and
/// <c>DELETE /faults</c>. Errors are problem details (RFC 9457) that say what was expected.
/// </summary>
internal sealed partial class SimulatorHttpApplication(Simulator simulator, ILogger logger) : IHttpApplication<HttpContext>
{
    /// <summary>Largest body: a fault with every key takes 400 bytes.</summary>
    public const int MaxBodyBytes = 16 << 10;

    private const string ProblemJson = "application/problem+json; charset=utf-8";
    private const string Faults = "/faults";

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
            answer = await AnswerToAsync(context.Request, context.RequestAborted);
        }
        catch (BadHttpRequestException wrong)
        {
            answer = wrong.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problem(wrong.StatusCode, "The body is too large", $"expected at most {MaxBodyBytes} bytes")
                : Problem(wrong.StatusCode, "The request is wrong", wrong.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(context.Request.Path, failure);
            answer = Problem(StatusCodes.Status500InternalServerError, "The request failed", "the log says why");
        }
        await answer.SendAsync(context);
    }

    private async Task<HttpAnswer> AnswerToAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        string path = request.Path.Value ?? "";
        bool isGet = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        switch (path)
        {
            case "/status":
                return isGet ? Status() : NotAllowed("GET, HEAD");
            case Faults when isGet:
                return new HttpAnswer(StatusCodes.Status200OK, HttpAnswer.Json, System.Text.Encoding.UTF8.GetBytes(SimulatorControl.FaultsJson(simulator)));
            case Faults when HttpMethods.IsPost(request.Method):
                return await InjectAsync(request, cancellationToken);
            case Faults when HttpMethods.IsDelete(request.Method):
                simulator.ClearAll();
                return Nothing;
            case Faults:
                return NotAllowed("GET, HEAD, POST, DELETE");
        }
        if (!path.StartsWith(Faults + "/", StringComparison.Ordinal))
        {
            return Problem(StatusCodes.Status404NotFound, "There is no such path", "expected /status, /faults or /faults/ID");
        }
        if (!HttpMethods.IsDelete(request.Method)) return NotAllowed("DELETE");
        string id = path[(Faults.Length + 1)..];
        return simulator.Clear(id) ? Nothing : Problem(StatusCodes.Status404NotFound, "There is no such fault", $"expected the id of one in GET /faults, found '{id}'");
    }

    private async Task<HttpAnswer> InjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body, cancellationToken);
        try
        {
            if (!FaultSpecJson.TryParse(body.GetBuffer().AsMemory(0, (int)body.Length), out FaultSpec? spec, out IReadOnlyList<FaultProblem> problems))
            {
                return Problem(StatusCodes.Status400BadRequest, "The fault is wrong", string.Join("; ", problems), problems);
            }
            string id = simulator.Inject(spec!);
            return AsJson(StatusCodes.Status201Created, HttpAnswer.Json, new { Id = id }) with { Location = $"{Faults}/{id}" };
        }
        catch (ArgumentException wrong)
        {
            // Right by itself, and not for this plant.
            return Problem(StatusCodes.Status422UnprocessableEntity, "The fault is not for this plant", wrong.Message);
        }
    }

    private HttpAnswer Status()
    {
        Plant plant = simulator.Plant;
        return AsJson(StatusCodes.Status200OK, HttpAnswer.Json, new
        {
            Plant = plant.Options.Name,
            Version = ProgramVersion.Text,
            Host = plant.Address.ToString(),
            simulator.BasePort,
            plant.PortCount,
            simulator.UaBasePort,
            plant.UaPortCount,
            Devices = plant.Devices.Count,
            Tags = plant.TagCount,
            Faults = simulator.Faults.Count,
            Stats = SimulatorControl.Stats(simulator),
        });
    }

    private static HttpAnswer Nothing => new(StatusCodes.Status204NoContent, HttpAnswer.Json, []);

    private static HttpAnswer NotAllowed(string allow) => Problem(StatusCodes.Status405MethodNotAllowed, "The method is not for this path", $"expected {allow}") with { Allow = allow };

    private static HttpAnswer Problem(int status, string title, string detail, IReadOnlyList<FaultProblem>? errors = null) =>
        AsJson(status, ProblemJson, new { Type = "about:blank", Title = title, Status = status, Detail = detail, Errors = errors ?? [] });

    private static HttpAnswer AsJson<T>(int status, string contentType, T value) => new(status, contentType, JsonSerializer.SerializeToUtf8Bytes(value, StatusJson.Options));

    [LoggerMessage(Level = LogLevel.Error, Message = "HTTP request {Path} failed")]
    private partial void LogFailed(string? path, Exception failure);
}
