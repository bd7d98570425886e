using Loop.Cli.Tests.Api;
using Xunit;

namespace Loop.Cli.Tests;

/// <summary>What a wrong command line is told.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("loopctl: 'lst' is not known here; known are list, show, body, tail, keep, replay, replays, sandbox, promote, test, status, proxy, envoy.\nDid you mean 'list'?\nTry: loopctl --help\n", "lst")]
    [InlineData("loopctl: A verb is missing: list, show, log.\nTry: loopctl replays --help\n", "replays")]
    [InlineData("loopctl: 'abc' (--limit) is no whole number.\nTry: loopctl list --help\n", "list", "--limit", "abc")]
    [InlineData("loopctl: 'x' (--timeout) is no number.\nTry: loopctl replay --help\n", "replay", "7f3k", "-d", "h:1", "--timeout", "x")]
    [InlineData("loopctl: Argument 'foo' not recognized. Must be one of: 'request' 'response'\nTry: loopctl body --help\n", "body", "7f3k", "1", "foo")]
    public async Task Usage_Wrong_IsSaidInOneLine(string expected, params string[] arguments)
    {
        LoopctlRun run = await LoopctlRun.Of(null, arguments);
        Assert.Equal((ExitCodes.Usage, expected, ""), (run.ExitCode, run.Error, run.Output));
    }
}
