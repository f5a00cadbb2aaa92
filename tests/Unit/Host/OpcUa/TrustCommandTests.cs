using System.Text.Json;
using HyperIngest.Host;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Tests.Unit.OpcUa.Security;

namespace HyperIngest.Tests.Unit.Host.OpcUa;

public sealed class TrustCommandTests : IDisposable
{
    private readonly TestStore _test = new();

    private UaCertificateStore Store => _test.Store;

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Without_an_argument_it_lists_what_was_refused()
    {
        Assert.Equal((ExitCode.Ok, $"no certificate was refused; {Store.Rejected} is empty\n", ""), await RunAsync());
        string file = Store.KeepRejected(TestCertificates.Server);
        var (code, output, error) = await RunAsync();
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Contains($"certificate {TestCertificates.Server.Thumbprint}\n  subject      CN=HyperIngest, signed by itself\n  application  urn:test:server\n  hosts        localhost, 127.0.0.1\n", output, StringComparison.Ordinal);
        Assert.Contains($"kept as {file}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_first_digits_of_a_thumbprint_it_trusts_that_certificate_alone()
    {
        Store.KeepRejected(TestCertificates.Server);
        Store.KeepRejected(TestCertificates.Client);
        var (code, output, error) = await RunAsync(TestCertificates.Server.Thumbprint[..10].ToLowerInvariant());
        string trusted = Path.Combine(Store.Trusted, TestCertificates.Server.Thumbprint + ".der");
        Assert.Equal((ExitCode.Ok, $"trusted {TestCertificates.Server.Thumbprint} (CN=HyperIngest): {trusted}\n", ""), (code, output, error));
        Assert.Equal(TestCertificates.Server.Raw, await File.ReadAllBytesAsync(trusted));
        Assert.Equal(TestCertificates.Client.Thumbprint + ".der", Path.GetFileName(Assert.Single(Directory.GetFiles(Store.Rejected))));
    }

    [Fact]
    public async Task A_thumbprint_that_is_not_there_says_which_are()
    {
        Store.KeepRejected(TestCertificates.Client);
        var (code, output, error) = await RunAsync("0123456789");
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.Contains($"begins with '0123456789' in {Store.Rejected}, found 0; there are: {TestCertificates.Client.Thumbprint}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_not_made()
    {
        string folder = Path.Combine(Store.Folder, "nowhere");
        var (code, _, error) = await CommandLineTests.RunAsync("trust", "--certificates", folder);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains($"there is no folder {folder}", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task For_programs_both_are_one_JSON_object()
    {
        Store.KeepRejected(TestCertificates.Server);
        using (JsonDocument list = JsonDocument.Parse((await RunAsync("--json")).Output))
        {
            JsonElement certificate = list.RootElement.GetProperty("rejected")[0].GetProperty("certificate");
            Assert.Equal((TestCertificates.Server.Thumbprint, TestCertificates.ServerUri), (certificate.GetProperty("thumbprint").GetString(), certificate.GetProperty("application").GetString()));
        }
        using JsonDocument trusted = JsonDocument.Parse((await RunAsync(TestCertificates.Server.Thumbprint, "--json")).Output);
        Assert.Equal(TestCertificates.Server.Thumbprint, trusted.RootElement.GetProperty("trusted").GetProperty("thumbprint").GetString());
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => CommandLineTests.RunAsync(["trust", .. arguments, "--certificates", Store.Folder]);
}
