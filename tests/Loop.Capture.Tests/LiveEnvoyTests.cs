using System.Net;
using Loop.Capture.Core.Intake;
using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Loop.Contracts.Exchanges;
using Xunit;

namespace Loop.Capture.Tests;

/// <summary>What only a real Envoy can judge: that it finds the port healthy, that an RPC that we end early is no failure to it, and what its bytes become.</summary>
public sealed class LiveEnvoyTests
{
    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task RealEnvoy_ManyRequests_AreCapturedAndNoStreamFails(string failureModeAllow)
    {
        const int count = 200;
        await using CaptureHost host = await CaptureHost.Start();
        await using LiveEnvoy envoy = await LiveEnvoy.Start(host.Port, failureModeAllow);
        HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => envoy.Get()));
        Assert.All(responses, response => Assert.Equal((HttpStatusCode)418, response.StatusCode));
        for (int index = 0; index < count; index++)
        {
            await host.Intake.Next();
            await host.Intake.NextLog();
        }

        foreach (FakeExchange exchange in host.Intake.Exchanges)
        {
            Assert.Equal(CloseReason.SourceEnded, await exchange.Closed);
            Assert.True(exchange.IsResponseEnded);
            Assert.Equal((ExchangeView.Server, "teapot"), (exchange.Source.View, exchange.Source.Service));
        }

        Assert.All(host.Intake.AccessLogs, log => Assert.Equal(("teapot", "node-a/127.0.0.1/teapot"), (log.Source.Service, log.Source.Instance)));
        string stats = await envoy.Admin("/stats?filter=ext_proc");
        Assert.Contains("streams_failed: 0", stats, StringComparison.Ordinal);
        Assert.Contains($"streams_started: {count}", stats, StringComparison.Ordinal);
        Assert.Empty(host.Intake.Malformed);

        // The deferred close of 30 s would hold every stream for as long: only the health of our early OK makes them end now.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (host.Instruments.OpenStreams > 4 && !limit.IsCancellationRequested)
            await Task.Yield();
        Assert.True(host.Instruments.OpenStreams <= 4, $"{host.Instruments.OpenStreams} streams are still open");
    }
}
