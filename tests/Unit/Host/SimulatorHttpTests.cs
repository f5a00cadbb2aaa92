using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using HyperIngest.Host;
using HyperIngest.Host.Commands;
using HyperIngest.Host.Configuration;
using HyperIngest.Host.Http;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.Modbus;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyperIngest.Tests.Unit.Host;

#pragma warning disable CA1001 // xunit disposes it through IAsyncLifetime.
public sealed class SimulatorHttpTests : IAsyncLifetime
{
    private readonly Simulator _simulator = ConfigurationFile.LoadPlant(RepositoryRoot.File("samples", "plant-faults.yaml")).Value!.CreateSimulator();
    private readonly HttpClient _client = new();
    private HttpEndpoint _endpoint = null!;

    public async Task InitializeAsync()
    {
        _endpoint = new HttpEndpoint(new IPEndPoint(IPAddress.Loopback, 0), _simulator, NullLoggerFactory.Instance);
        await _endpoint.StartAsync(CancellationToken.None);
        _client.BaseAddress = _endpoint.Address;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _endpoint.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task A_fault_is_made_seen_and_ended()
    {
        using HttpResponseMessage cleared = await _client.DeleteAsync(Of("/faults"));
        Assert.Equal(HttpStatusCode.NoContent, cleared.StatusCode);
        using HttpResponseMessage made = await PostAsync("""{"kind":"exception","devices":"old-plc","exception_code":4}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal("""{"id":"fault-9"}""", await made.Content.ReadAsStringAsync());
        Assert.Equal("/faults/fault-9", made.Headers.Location!.ToString());
        int device = _simulator.Plant.IndexOf("old-plc");
        Assert.Equal(new ModbusFaultAction(ModbusFaultKind.Exception, TimeSpan.FromMilliseconds(1), ModbusExceptionCode.ServerDeviceFailure), _simulator.Unit(device).Fault!.Next([]) with { Random = 0 });
        Assert.Equal(
            """{"faults":[{"id":"fault-9","spec":{"kind":"exception","devices":"old-plc","exception_code":4},"devices":1,"hits":1,"state":"in-force"}]}""",
            await _client.GetStringAsync(Of("/faults")));
        using HttpResponseMessage ended = await _client.DeleteAsync(Of("/faults/fault-9"));
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Null(_simulator.Unit(device).Fault);
        using JsonDocument status = JsonDocument.Parse(await _client.GetStringAsync(Of("/status")));
        Assert.Equal(("troubled", 13, 0), (status.RootElement.GetProperty("plant").GetString(), status.RootElement.GetProperty("devices").GetInt32(), status.RootElement.GetProperty("faults").GetInt32()));
        Assert.Equal(1, status.RootElement.GetProperty("stats").GetProperty("fault_hits").GetProperty("exception").GetInt64());
    }

    [Theory]
    [InlineData("POST", "/faults", "{}", 400, "kind: missing; expected one of drop,")]
    [InlineData("POST", "/faults", "drop", 400, "expected a JSON object such as")]
    [InlineData("POST", "/faults", """{"kind":"drop","chance":2,"every":0}""", 400, "chance: expected a number above 0 to 1, found 2; every: expected")]
    [InlineData("POST", "/faults", """{"kind":"drop","devices":"press-*"}""", 422, "no device of plant troubled matches 'press-*'; expected a name such as line1-1")]
    [InlineData("DELETE", "/faults/fault-99", "", 404, "expected the id of one in GET /faults, found 'fault-99'")]
    [InlineData("GET", "/", "", 404, "expected /status, /faults or /faults/ID")]
    [InlineData("PUT", "/faults", "{}", 405, "expected GET, HEAD, POST, DELETE")]
    [InlineData("POST", "/status", "{}", 405, "expected GET, HEAD")]
    [InlineData("GET", "/faults/fault-1", "", 405, "expected DELETE")]
    public async Task What_is_wrong_is_a_problem_that_says_what_was_expected(string method, string path, string body, int status, string says)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), Of(path)) { Content = body.Length == 0 ? null : new StringContent(body) };
        using HttpResponseMessage response = await _client.SendAsync(request);
        Assert.Equal((status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Contains(says, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        if (status == 405) Assert.Equal(says["expected ".Length..], string.Join(", ", response.Content.Headers.Allow));
    }

    [Fact]
    public async Task Errors_are_also_there_by_key()
    {
        using HttpResponseMessage response = await PostAsync("""{"kind":"drop","chance":2,"every":0}""");
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(["chance", "every"], problem.RootElement.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_413_and_the_endpoint_lives_on()
    {
        using HttpResponseMessage response = await PostAsync($$"""{"kind":"drop","devices":"{{new string('x', 17 << 10)}}"}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("at most 16384 bytes", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage live = await _client.GetAsync(Of("/status"));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public void The_documented_curl_lines_do_what_they_say()
    {
        string documentation = File.ReadAllText(RepositoryRoot.File("docs", "simulator.md"));
        string block = documentation.Split("```sh\n")[1];
        string[] lines = [.. block[..block.IndexOf("```", StringComparison.Ordinal)].Split('\n').Where(l => l.StartsWith("curl ", StringComparison.Ordinal))];
        string[] answers = [.. lines.Select(l => Shell(l.Replace("127.0.0.1:9700", _endpoint.Address.Authority, StringComparison.Ordinal) + " -w '|%{http_code}'"))];
        Assert.Equal(["""{"id":"fault-9"}|201""", """{"id":"fault-10"}|201"""], answers[..2]);
        Assert.Contains("""{"id":"fault-9","spec":{"kind":"delay","devices":"meter-*","for":"30s","pause":"250ms","jitter":"50ms"},"devices":8,""", answers[2], StringComparison.Ordinal);
        Assert.Equal(["|204", "|204"], answers[3..5]);
        Assert.EndsWith("|200", answers[5], StringComparison.Ordinal);
        Assert.Empty(_simulator.Faults);
    }

    [Theory]
    [InlineData("0.0.0.0:0")]
    [InlineData("*:0")]
    public async Task An_address_that_others_reach_is_refused_unless_it_is_asked_for(string address)
    {
        StringWriter error = new();
        int code = await new ProgramCommandLine(SimCommand.Create()).RunAsync(["sim", RepositoryRoot.File("samples", "plant-faults.yaml"), "--http", address], new StringWriter(), error);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("expected a loopback address", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--http-public", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_shows_how_to_make_a_fault()
    {
        StringWriter output = new();
        Assert.Equal(ExitCode.Ok, await new ProgramCommandLine(SimCommand.Create()).RunAsync(["sim", "--help"], output, new StringWriter()));
        string example = output.ToString().Split('\n').First(l => l.Contains("curl ", StringComparison.Ordinal));
        string json = example[(example.IndexOf('\'', StringComparison.Ordinal) + 1)..example.LastIndexOf('\'')];
        Assert.True(FaultSpecJson.TryParse(json, out FaultSpec? spec, out _));
        Assert.Equal((FaultKind.Delay, TimeSpan.FromSeconds(30)), (spec!.Kind, spec.For));
    }

    private Task<HttpResponseMessage> PostAsync(string body) => _client.PostAsync(Of("/faults"), new StringContent(body, Encoding.UTF8, "application/json"));

    private static Uri Of(string path) => new(path, UriKind.Relative);

    private static string Shell(string command)
    {
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true })!;
        string output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"{command} exited with {shell.ExitCode}: {output}");
        return output;
    }
}
