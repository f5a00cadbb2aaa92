using System.Net;
using System.Text.Json;
using HyperIngest.Core;
using HyperIngest.Host.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Host;

#pragma warning disable CA1001 // xunit disposes it through IAsyncLifetime.
public sealed class HttpEndpointTests : IAsyncLifetime
{
    private readonly FakeNode _node = new();
    private readonly HttpClient _client = new();
    private HttpEndpoint _endpoint = null!;

    public async Task InitializeAsync()
    {
        _endpoint = new HttpEndpoint(new IPEndPoint(IPAddress.Loopback, 0), _node, NullLoggerFactory.Instance);
        await _endpoint.StartAsync(CancellationToken.None);
        _client.BaseAddress = _endpoint.Address;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _endpoint.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task Live_is_ok_whatever_the_readiness()
    {
        _node.Ready = new(false, ["journal full"]);
        using HttpResponseMessage response = await _client.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Ready_is_ok_while_the_node_is()
    {
        using HttpResponseMessage response = await _client.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"ready":true,"reasons":[]}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Not_ready_is_503_with_the_reasons()
    {
        _node.Ready = new(false, ["the journal's disk is full", "no device answers"]);
        using HttpResponseMessage response = await _client.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.False(body.RootElement.GetProperty("ready").GetBoolean());
        Assert.Equal("no device answers", body.RootElement.GetProperty("reasons")[1].GetString());
    }

    [Fact]
    public async Task Status_has_the_node_its_shards_its_journal_and_its_lanes()
    {
        using JsonDocument status = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/status", UriKind.Relative)));
        JsonElement root = status.RootElement;
        Assert.Equal("edge-1", root.GetProperty("node").GetString());
        Assert.Equal("running", root.GetProperty("state").GetString());
        Assert.InRange(root.GetProperty("uptime_seconds").GetDouble(), 60, 600);
        Assert.Equal(64, root.GetProperty("shards")[0].GetProperty("ring_depth").GetInt64());
        Assert.Equal(3 << 20, root.GetProperty("journal").GetProperty("bytes").GetInt64());
        Assert.Equal(2.5, root.GetProperty("lanes")[0].GetProperty("lag_seconds").GetDouble());
        Assert.Equal("connection refused", root.GetProperty("lanes")[0].GetProperty("last_error").GetString());
    }

    [Fact]
    public async Task Status_shows_unhealthy_devices_and_counts_all()
    {
        long now = DateTime.UtcNow.Ticks;
        _node.FakeSources.Add(new FakeSource(
            new DeviceStatus("good", true, now, 100, 0, null),
            new DeviceStatus("silent", true, now - TimeSpan.TicksPerHour, 10, 5, "timeout"),
            new DeviceStatus("away", false, 0, 0, 7, "connection refused")));
        using JsonDocument status = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/status", UriKind.Relative)));
        JsonElement source = status.RootElement.GetProperty("sources")[0];
        Assert.Equal((3, 2, 110, 12), (source.GetProperty("devices").GetInt32(), source.GetProperty("unhealthy").GetInt32(), source.GetProperty("readings").GetInt32(), source.GetProperty("faults").GetInt32()));
        Assert.Equal(["silent", "away"], source.GetProperty("shown").EnumerateArray().Select(d => d.GetProperty("device").GetString()));
    }

    [Fact]
    public async Task Status_pages_through_all_devices()
    {
        _node.FakeSources.Add(new FakeSource([.. Enumerable.Range(0, 250).Select(i => new DeviceStatus($"d{i}", true, DateTime.UtcNow.Ticks, 1, 0, null))]));
        using JsonDocument status = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/status?devices=all&offset=200&limit=20", UriKind.Relative)));
        JsonElement shown = status.RootElement.GetProperty("sources")[0].GetProperty("shown");
        Assert.Equal(20, shown.GetArrayLength());
        Assert.Equal("d200", shown[0].GetProperty("device").GetString());
    }

    [Theory]
    [InlineData("/status?devices=some")]
    [InlineData("/status?offset=-1")]
    [InlineData("/status?limit=1001")]
    [InlineData("/status?limit=x")]
    public async Task A_wrong_parameter_is_400(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Metrics_are_prometheus_text()
    {
        _node.Metrics.Counter("hyperingest_readings_total", "Readings.").Add(42);
        using HttpResponseMessage response = await _client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("hyperingest_readings_total 42\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_path_says_what_there_is()
    {
        using HttpResponseMessage response = await _client.GetAsync("/");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("/status", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_get_and_head_are_taken()
    {
        using HttpResponseMessage post = await _client.PostAsync("/status", null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using HttpRequestMessage head = new(HttpMethod.Head, "/health/live");
        using HttpResponseMessage headed = await _client.SendAsync(head);
        Assert.Equal(HttpStatusCode.OK, headed.StatusCode);
        Assert.Empty(await headed.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_failing_view_is_500_and_the_endpoint_lives_on()
    {
        _node.Metrics.Gauge("hyperingest_broken", "Throws.", () => throw new InvalidOperationException("secret detail"));
        using HttpResponseMessage response = await _client.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("secret detail", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage live = await _client.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task A_taken_port_is_an_error_that_says_so()
    {
        await using HttpEndpoint second = new(new IPEndPoint(IPAddress.Loopback, _endpoint.Address.Port), _node, NullLoggerFactory.Instance);
        IOException failure = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(CancellationToken.None));
        Assert.Contains("address already in use", failure.Message, StringComparison.OrdinalIgnoreCase);
    }
}
