using System.Text;
using System.Text.Json;
using HyperIngest.Core.Delivery;
using HyperIngest.Core.Records;
using HyperIngest.LoadGen.Kafka;
using HyperIngest.Sinks.Kafka;
using HyperIngest.Sinks.Kafka.Registry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HyperIngest.Tests.Integration.Kafka;

/// <summary>Schemas at a stand-in registry.</summary>
public sealed class SinkRegistryTests : IAsyncLifetime, IDisposable
{
    private readonly StandInBroker _broker = StandInBroker.Start();
    private readonly SinkRig _rig;
    private readonly WebApplication _registry;
    private readonly List<(string Path, string? Authorization, JsonElement Body)> _asked = [];

    // What the registry answers; null for an id.
    private Func<HttpContext, Task>? _answer;

    public SinkRegistryTests()
    {
        _rig = new SinkRig(_broker.BootstrapServers);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _registry = builder.Build();
        _registry.Run(AnswerAsync);
    }

    private string Url => _registry.Urls.Single();

    public void Dispose() => _rig.Dispose();

    public Task InitializeAsync() => _registry.StartAsync();

    public async Task DisposeAsync()
    {
        await _registry.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Theory]
    [InlineData(RecordFormat.Json, SubjectStrategy.Topic, "/subjects/telemetry.raw-value/versions", "JSON")]
    [InlineData(RecordFormat.Json, SubjectStrategy.Record, "/subjects/Reading/versions", "JSON")]
    [InlineData(RecordFormat.Protobuf, SubjectStrategy.TopicRecord, "/subjects/telemetry.raw-hyperingest.v1.ReadingBatch/versions", "PROTOBUF")]
    public async Task A_schema_is_registered_once_and_its_id_is_in_front_of_every_record(RecordFormat format, SubjectStrategy subject, string path, string type)
    {
        await using KafkaSink sink = _rig.Sink(_rig.Options with
        {
            Format = format,
            Registry = new SchemaRegistryOptions { Url = Url, Subject = subject, User = "ingest", Password = "s3cret" },
        });
        await sink.PrepareAsync(default);
        for (int shard = 0; shard < 2; shard++)
        {
            await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity with { Shard = shard }, default);
            Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(_rig.Counting(shard * 100, 100), default));
        }
        (string asked, string? authorization, JsonElement body) = Assert.Single(_asked);
        Assert.Equal(path, asked);
        Assert.Equal($"Basic {Convert.ToBase64String("ingest:s3cret"u8)}", authorization);
        Assert.Equal(type, body.GetProperty("schemaType").GetString());
        Assert.Equal(RecordSchemas.TextOf(format), body.GetProperty("schema").GetString());
        List<SinkRig.Found> found = _rig.Read();
        Assert.Equal(200, found.Count);
        Assert.All(found, f => Assert.Equal(70_007, f.Schema));
    }

    [Theory]
    [InlineData(401, """{"error_code":401,"message":"who are you"}""", DeliveryVerdict.Stop, "user and password")]
    [InlineData(409, """{"error_code":409,"message":"incompatible"}""", DeliveryVerdict.Stop, "incompatible")]
    [InlineData(422, """{"error_code":42201,"message":"invalid schema"}""", DeliveryVerdict.Stop, "invalid schema")]
    [InlineData(302, "", DeliveryVerdict.Stop, "302")]
    [InlineData(500, "<html>oops</html>", DeliveryVerdict.Retry, "oops")]
    [InlineData(200, "<html>welcome</html>", DeliveryVerdict.Retry, "expected an object with an id")]
    [InlineData(200, """{"id":"seven"}""", DeliveryVerdict.Retry, "expected an object with an id")]
    [InlineData(200, "[1]", DeliveryVerdict.Retry, "expected an object with an id")]
    public async Task What_a_registry_refuses_is_the_deliverys_outcome_and_nothing_is_sent(int status, string text, DeliveryVerdict verdict, string says)
    {
        _answer = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(text);
        };
        await using KafkaSink sink = _rig.Sink(_rig.Options with { Registry = new SchemaRegistryOptions { Url = Url } });
        await using ISinkLane lane = await sink.OpenLaneAsync(_rig.Identity, default);
        DeliveryChunk chunk = _rig.Counting(0, 10);
        DeliveryOutcome outcome = await lane.DeliverAsync(chunk, default);
        Assert.Equal(verdict, outcome.Verdict);
        Assert.Contains(says, outcome.Reason, StringComparison.Ordinal);
        Assert.Contains("telemetry.raw-value", outcome.Reason, StringComparison.Ordinal);
        _answer = null;
        Assert.Equal(DeliveryOutcome.Accepted, await lane.DeliverAsync(chunk, default));
        Assert.Equal(10, _rig.Read().Count);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_or_answers_without_end_is_given_up()
    {
        _answer = async context =>
        {
            byte[] rubbish = Encoding.UTF8.GetBytes(new string('x', 1 << 16));
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(rubbish, context.RequestAborted);
        };
        using SchemaRegistryClient endless = new(new SchemaRegistryOptions { Url = Url });
        Assert.Equal(DeliveryVerdict.Retry, (await Assert.ThrowsAsync<SinkException>(() => endless.RegisterAsync("s", "JSON", "{}", default))).Outcome.Verdict);
        _answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using SchemaRegistryClient silent = new(new SchemaRegistryOptions { Url = Url, Timeout = TimeSpan.FromMilliseconds(200) });
        SinkException refused = await Assert.ThrowsAsync<SinkException>(() => silent.RegisterAsync("s", "JSON", "{}", default));
        Assert.Equal(DeliveryVerdict.Retry, refused.Outcome.Verdict);
        Assert.Contains("did not answer within 0.2 s", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_registry_is_asked_when_one_is_away()
    {
        using SchemaRegistryClient client = new(new SchemaRegistryOptions { Url = $"http://127.0.0.1:1, {Url}/" });
        Assert.Equal(70_007, await client.RegisterAsync("s", "JSON", "{}", default));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (_answer is { } answer)
        {
            await answer(context);
            return;
        }
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
        lock (_asked) _asked.Add((context.Request.Path, context.Request.Headers.Authorization, body.RootElement.Clone()));
        await context.Response.WriteAsync("""{"id":70007}""");
    }
}
