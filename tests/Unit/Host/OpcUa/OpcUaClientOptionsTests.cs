using HyperIngest.Host;

namespace HyperIngest.Tests.Unit.Host.OpcUa;

public class OpcUaClientOptionsTests
{
    // Nobody listens there; what is wrong is said before anything is connected.
    private const string Endpoint = "opc.tcp://127.0.0.1:1";

    [Theory]
    [InlineData("ENDPOINT: expected an endpoint such as opc.tcp://press-1:4840", "read", "press-1:4840", "i=2258")]
    [InlineData("NODE: expected a node id such as ns=2;s=Press.Speed", "read", Endpoint, "Press.Speed")]
    [InlineData("NODE: expected a name at character 2", "browse", Endpoint, "--node", "/")]
    [InlineData("--mode: expected None, found Sign", "read", Endpoint, "i=2258", "--mode", "sign")]
    [InlineData("--mode: expected Sign or SignAndEncrypt, found None", "browse", Endpoint, "--policy", "Basic256Sha256", "--mode", "None")]
    [InlineData("--user: missing; a password is a user's", "browse", Endpoint, "--password-env", "HYPERINGEST_TEST_NO_SUCH_VARIABLE")]
    [InlineData("the environment variable HYPERINGEST_TEST_NO_SUCH_VARIABLE is not set", "browse", Endpoint, "--user", "u", "--password-env", "HYPERINGEST_TEST_NO_SUCH_VARIABLE")]
    [InlineData("--password-file: /nowhere/password cannot be read", "browse", Endpoint, "--user", "u", "--password-file", "/nowhere/password")]
    [InlineData("expected one of --yaml and --json, found both", "browse", Endpoint, "--yaml", "--json")]
    public async Task What_is_wrong_with_a_command_line_is_said_and_nothing_is_connected(string expected, params string[] arguments)
    {
        var (code, output, error) = await CommandLineTests.RunAsync(arguments);
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_failure_that_names_it()
    {
        var (code, output, error) = await CommandLineTests.RunAsync("read", Endpoint, "i=2258");
        Assert.Equal((ExitCode.Failed, ""), (code, output));
        Assert.Contains($"No connection to {Endpoint}", error, StringComparison.Ordinal);
    }
}
