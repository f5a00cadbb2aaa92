using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using HyperIngest.Core.Delivery;

namespace HyperIngest.Sinks.Kafka.Registry;

/// <summary>Registers schemas by Confluent's HTTP interface (Schema Registry API Reference, POST /subjects/(subject)/versions), which other registries speak too.</summary>
internal sealed class SchemaRegistryClient : IDisposable
{
    // An answer is an id, an error a sentence.
    private const int MaxAnswerBytes = 64 << 10;

    // What of an error's text stands in a log line.
    private const int MaxReasonLength = 300;

    private const string MediaType = "application/vnd.schemaregistry.v1+json";

    private readonly HttpClient _http;
    private readonly string[] _urls;

    /// <summary>A client that has not connected yet.</summary>
    /// <exception cref="SinkException">The CA file cannot be read (Stop).</exception>
    public SchemaRegistryClient(SchemaRegistryOptions options)
    {
        _urls = Urls(options);
        // Redirects would take the password elsewhere.
        SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.Timeout };
        if (options.CaFile is { } file)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            try
            {
                policy.CustomTrustStore.ImportFromPemFile(file);
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                handler.Dispose();
                throw new SinkException(DeliveryOutcome.Stop($"the schema registry's CA file {file} cannot be read: {e.Message}"), e);
            }
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        _http = new HttpClient(handler) { Timeout = options.Timeout, MaxResponseContentBufferSize = MaxAnswerBytes };
        if (options.User is not null)
        {
            _http.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}")));
        }
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaType));
    }

    /// <summary>What is wrong with the options; null for nothing.</summary>
    public static string? ProblemOf(SchemaRegistryOptions options)
    {
        string[] urls = Urls(options);
        if (urls.Length == 0) return "the schema registry has no url";
        foreach (string url in urls)
        {
            // A password in the address would get into logs.
            if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) || (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps) || parsed.UserInfo.Length > 0)
            {
                return "the schema registry's url is no http or https address without user and password: those have keys of their own";
            }
        }
        if (options.User is null != options.Password is null) return "the schema registry has a user or a password, and needs both or none";
        return options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromMinutes(5) ? $"the schema registry's timeout is {options.Timeout}, expected 100 ms to 5 min" : null;
    }

    /// <summary>Registers a schema under a subject, or finds it there.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="SinkException">No registry answers (Retry), or one refuses (Stop).</exception>
    public async Task<int> RegisterAsync(string subject, string schemaType, string schema, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["schemaType"] = schemaType, ["schema"] = schema });
        SinkException? unreachable = null;
        foreach (string url in _urls)
        {
            string address = $"{url}/subjects/{Uri.EscapeDataString(subject)}/versions";
            try
            {
                using ByteArrayContent content = new(body);
                content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
                using HttpResponseMessage answer = await _http.PostAsync(new Uri(address), content, cancellationToken).ConfigureAwait(false);
                byte[] text = await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                if ((int)answer.StatusCode < 500) return IdOf(address, answer.StatusCode, text);
                unreachable = new SinkException(DeliveryOutcome.Retry($"schema registry {address}: {(int)answer.StatusCode}{ReasonOf(text)}"));
            }
            catch (HttpRequestException e) when (e.InnerException is AuthenticationException inner)
            {
                throw new SinkException(DeliveryOutcome.Stop($"schema registry {address}: the TLS handshake failed: {inner.Message}. Look at ca_file and the registry's certificate"), e);
            }
            catch (HttpRequestException e)
            {
                unreachable = new SinkException(DeliveryOutcome.Retry($"schema registry {address}: {e.Message}"), e);
            }
            catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                unreachable = new SinkException(DeliveryOutcome.Retry($"schema registry {address} did not answer within {_http.Timeout.TotalSeconds:0.#} s"), e);
            }
        }
        throw unreachable!;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string[] Urls(SchemaRegistryOptions options) =>
        [.. options.Url.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(u => u.TrimEnd('/'))];

    private static int IdOf(string address, HttpStatusCode status, byte[] text)
    {
        if (status == HttpStatusCode.OK)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(text);
                if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("id", out JsonElement id) && id.TryGetInt32(out int number) && number > 0)
                {
                    return number;
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // Said below: whatever answered is no schema registry, or not yet.
            }
            throw new SinkException(DeliveryOutcome.Retry($"schema registry {address}: expected an object with an id, and found {Shortened(text)}"));
        }
        string advice = status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ". Look at user and password of the sink's schema_registry, and at what the user may do there",
            HttpStatusCode.Conflict => ". The subject has a schema that this one is not compatible with: choose another topic or subject, or set the subject's compatibility",
            HttpStatusCode.UnprocessableEntity => ". The registry does not take this kind of schema: look at its version",
            HttpStatusCode.NotFound => ". Look at the url",
            _ => "",
        };
        throw new SinkException(DeliveryOutcome.Stop($"schema registry {address}: {(int)status}{ReasonOf(text)}{advice}"));
    }

    // Errors are {"error_code": 409, "message": "…"}; a proxy in between says something of its own.
    private static string ReasonOf(byte[] text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out JsonElement message) && message.ValueKind == JsonValueKind.String)
            {
                return $" {Shortened(Encoding.UTF8.GetBytes(message.GetString()!))}";
            }
        }
        catch (JsonException)
        {
            // Said as it stands.
        }
        return text.Length == 0 ? "" : $" {Shortened(text)}";
    }

    private static string Shortened(byte[] text)
    {
        string found = Encoding.UTF8.GetString(text.AsSpan(0, Math.Min(text.Length, MaxReasonLength)));
        return $"'{new string([.. found.Select(static c => char.IsControl(c) ? ' ' : c)])}'";
    }
}
