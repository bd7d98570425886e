using System.Globalization;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>A frozen collector does not slow production down. Alone on the machine, as far as tests can be: times are compared here.</summary>
[Collection("alone")]
public sealed class CollectorDelayTests
{
    private const int Few = 100;
    private static readonly TimeSpan Brisk = TimeSpan.FromMilliseconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collector_Frozen_SmallRequestsAreNotSlower()
    {
        await using FaultyCollector rig = await FaultyCollector.Start();
        await using var load = new SteadyLoad(rig.Proxy, Brisk);

        double before = await load.MedianOfNext(2 * Few, Cancellation);
        rig.Server.Freeze();
        double undetected = await load.MedianOfNext(Few, Cancellation);
        await rig.NotUsed();
        double detected = await load.MedianOfNext(2 * Few, Cancellation);
        rig.Server.Thaw();
        await rig.Used();
        double after = await load.MedianOfNext(Few, Cancellation);
        await load.Stop();

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medians in ms: {before:0.00} before, {undetected:0.00} frozen, {detected:0.00} frozen and detected, {after:0.00} after"));
        Assert.Empty(load.Failures);
        Assert.True(undetected < 4 * before, $"frozen {undetected:0.00} ms, before {before:0.00} ms");
        Assert.True(detected < 4 * before, $"frozen and detected {detected:0.00} ms, before {before:0.00} ms");
    }

    [Fact]
    public async Task Collector_FrozenDuringALargeDownload_HoldsItBackAtMostOnce()
    {
        await using FaultyCollector rig = await FaultyCollector.Start();
        const long size = 100L * 1024 * 1024;
        using HttpRequestMessage request = WireClient.Request(rig.Proxy, "orders", HttpMethod.Get, $"/download?bytes={size}", TestTrace.New());
        using HttpResponseMessage response = await rig.Client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using Stream body = await response.Content.ReadAsStreamAsync(Cancellation);
        await body.ReadExactlyAsync(new byte[1024 * 1024], Cancellation);
        rig.Server.Freeze();

        (long read, int pauses) = await ReadToEnd(body);
        await rig.NotUsed();
        using HttpRequestMessage again = WireClient.Request(rig.Proxy, "orders", HttpMethod.Get, $"/download?bytes={size}", TestTrace.New());
        using HttpResponseMessage second = await rig.Client.Http.SendAsync(again, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using Stream secondBody = await second.Content.ReadAsStreamAsync(Cancellation);
        (long readAgain, int pausesAgain) = await ReadToEnd(secondBody);
        rig.Server.Thaw();

        Assert.Equal((size, size), (read + (1024 * 1024), readAgain));
        Assert.True(pauses <= 1, $"{pauses} pauses");
        Assert.Equal(0, pausesAgain);
        await rig.Used();
        await rig.AssertStillKeeps();
    }

    // A pause is what a frozen collector can cause: Envoy's time until it notices. Shorter ones are the machine's.
    private static async Task<(long Bytes, int Pauses)> ReadToEnd(Stream body)
    {
        (long bytes, int pauses) = (0, 0);
        byte[] buffer = new byte[256 * 1024];
        while (true)
        {
            long start = TimeProvider.System.GetTimestamp();
            int read = await body.ReadAsync(buffer, Cancellation);
            if (TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(1.2))
                pauses++;
            if (read == 0)
                return (bytes, pauses);
            bytes += read;
        }
    }
}

/// <summary>Tests that compare times, or take much of the machine, run when no other does.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
