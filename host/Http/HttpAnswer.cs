using Microsoft.AspNetCore.Http;

namespace HyperIngest.Host.Http;

/// <summary>An answer, whole before any of it is sent. Nothing here may be cached.</summary>
/// <param name="Status">Status code.</param>
/// <param name="ContentType">What the body is.</param>
/// <param name="Body">The body; not sent with 204 and to HEAD.</param>
internal readonly record struct HttpAnswer(int Status, string ContentType, byte[] Body)
{
    /// <summary>JSON, in UTF-8.</summary>
    public const string Json = "application/json; charset=utf-8";

    /// <summary>With 405: the methods that the path has.</summary>
    public string? Allow { get; init; }

    /// <summary>With 201: where what was made is.</summary>
    public string? Location { get; init; }

    /// <summary>Sends it.</summary>
    public async Task SendAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        if (Allow is not null) response.Headers.Allow = Allow;
        if (Location is not null) response.Headers.Location = Location;
        if (Status == StatusCodes.Status204NoContent) return;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(Body, context.RequestAborted);
    }
}
