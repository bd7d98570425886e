using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Loop.Capture.Tests.Link;

public sealed class NodeLinkTokenTests
{
    private static readonly (string, string)[] QuickRetries = [("LinkRetryMinimum", "00:00:00.01"), ("LinkRetryMaximum", "00:00:00.02")];

    [Fact]
    public async Task Link_TheStoresToken_IsWelcomed()
    {
        await using FakeStore store = await FakeStore.Start(token: "s3cret");
        await using CaptureHost host = await CaptureHost.Start([.. QuickRetries, ("StoreUrl", store.Url), ("Loop:Link:Token", "s3cret")]);
        Assert.Equal(FakeCollector.Node, (await store.Accept()).Hello.Node);
        Assert.Empty(host.Logs.Of(LogLevel.Error));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("other")]
    [InlineData("s3cret ")]
    public async Task Link_NoOrAnotherToken_IsRefusedAndSaysSoOnce(string? token)
    {
        await using FakeStore store = await FakeStore.Start(token: "s3cret");
        (string, string)[] access = token is null ? [] : [("Loop:Link:Token", token)];
        await using CaptureHost host = await CaptureHost.Start([.. QuickRetries, ("StoreUrl", store.Url), .. access]);
        while (host.Logs.Of(LogLevel.Debug).Count(line => line.StartsWith("Still no link", StringComparison.Ordinal)) < 3)
            await Task.Yield();
        string error = Assert.Single(host.Logs.Of(LogLevel.Error));
        Assert.Contains("Loop__Link__Token", error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", string.Join(' ', host.Logs.Lines), StringComparison.Ordinal);
        Assert.Empty(host.Collector.Asked);
    }

    [Fact]
    public async Task Link_StoreWithoutToken_TakesANodeThatHasOne()
    {
        await using FakeStore store = await FakeStore.Start();
        await using CaptureHost host = await CaptureHost.Start([.. QuickRetries, ("StoreUrl", store.Url), ("Loop:Link:Token", "s3cret")]);
        Assert.Equal(FakeCollector.Node, (await store.Accept()).Hello.Node);
    }
}
