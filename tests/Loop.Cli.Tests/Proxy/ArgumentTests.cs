using System.Net;
using System.Net.Sockets;
using Loop.Cli.Tests.Api;

namespace Loop.Cli.Tests.Proxy;

public sealed class ArgumentTests
{
    [Theory]
    [InlineData("--listen", "--listen", "nowhere", "--to", "http://localhost:1", "--service", "web")]
    [InlineData("--listen", "--listen", ":70000", "--to", "http://localhost:1", "--service", "web")]
    [InlineData("--to", "--listen", ":0", "--service", "web")]
    [InlineData("--to", "--listen", ":0", "--to", "http://localhost:1/path", "--service", "web")]
    [InlineData("--route", "--listen", ":0", "--route", "payments", "--service", "web")]
    [InlineData("--route", "--listen", ":0", "--route", "a=localhost:1", "--route", "A=localhost:2", "--service", "web")]
    [InlineData("--service", "--listen", ":0", "--to", "localhost:1", "--service", "two words")]
    [InlineData("--service", "--listen", ":0", "--to", "localhost:1")]
    [InlineData("--collector", "--listen", ":0", "--to", "localhost:1", "--service", "web", "--collector", "unix:/x")]
    [InlineData("--timeout", "--listen", ":0", "--to", "localhost:1", "--service", "web", "--timeout", "0")]
    [InlineData("sideways", "--listen", ":0", "--to", "localhost:1", "--service", "web", "--direction", "sideways")]
    public async Task Proxy_WithABadCommandLine_NamesWhatIsWrong(string named, params string[] arguments)
    {
        LoopctlRun run = await LoopctlRun.Of(url: null, ["proxy", .. arguments]);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_OnAPortInUse_SaysSo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        LoopctlRun run = await LoopctlRun.Of(url: null, "proxy", "--listen", $":{((IPEndPoint)taken.LocalEndpoint).Port}", "--to", "localhost:1", "--service", "web");
        Assert.Equal(ExitCodes.InputOutput, run.ExitCode);
        Assert.Contains("address already in use", run.Error, StringComparison.Ordinal);
    }
}
