using System.CommandLine;
using Loop.EnvoyConfig.Running;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Cli.Tests.EnvoyConfig;

public sealed class EnvoyConfigCommandTests
{
    [Fact]
    public void EnvoyConfig_WithListeners_PrintsABootstrapThatEnvoyAccepts()
    {
        (int exitCode, string output, _) = Run("--service orders --inbound 15006=8080 --outbound 15001 --route payments=10.0.0.7:8080 --attempts --collector loop.loop.svc:5678");

        Assert.Equal(0, exitCode);
        EnvoyValidation validation = EnvoyValidation.Of(RequireReal.EnvoyBinary(), output);
        Assert.True(validation.Accepted, validation.Message);
    }

    [Fact]
    public void EnvoyConfig_WithoutListeners_PrintsThePartsAndWhereTheyGo()
    {
        (int exitCode, string output, _) = Run("--for envoy --service orders --direction outbound");

        Assert.Equal(0, exitCode);
        Assert.Equal(
            ["# capture filter, outbound: into http_filters of the connection manager, right before envoy.filters.http.router",
             "# access log, outbound: into access_log of the connection manager",
             "# collector: into clusters, once"],
            output.Split('\n').Where(line => line.StartsWith('#')));
    }

    [Theory]
    [InlineData("--service orders --for nginx", "platform 'nginx' is not known, known are: envoy")]
    [InlineData("--service orders --capture tcpdump", "--capture 'tcpdump' is not understood; expected: ext_proc, tap-files, admin-tap, none")]
    [InlineData("--service orders --direction up", "--direction 'up' is not understood; expected: inbound, outbound, edge")]
    [InlineData("--service orders --inbound 80", "--inbound '80' is not understood; expected: two values with '=' between them")]
    [InlineData("--service orders --collector nowhere:x", "--collector 'nowhere:x' is not understood; expected: HOST:PORT, a port, or http://HOST:PORT")]
    [InlineData("--service a:b", "service 'a:b' must be letters, digits, '.', '_' or '-'")]
    public void EnvoyConfig_WithAWrongOption_SaysWhichAndWhatIsExpected(string options, string message)
    {
        (int exitCode, string output, string error) = Run(options);

        Assert.Equal((64, "", $"loopctl envoy config: {message}\n"), (exitCode, output, error));
    }

    private static (int ExitCode, string Output, string Error) Run(string options)
    {
        InvocationConfiguration configuration = new() { Output = new StringWriter(), Error = new StringWriter() };
        int exitCode = new RootCommand { EnvoyConfigCommand.Create() }.Parse($"envoy config {options}").Invoke(configuration);
        return (exitCode, configuration.Output.ToString()!, configuration.Error.ToString()!);
    }
}
