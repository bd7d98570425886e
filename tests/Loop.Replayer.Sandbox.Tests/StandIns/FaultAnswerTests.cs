using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.WhatIfs;
using static Loop.Replayer.Sandbox.Tests.StandIns.StandInRig;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

/// <summary>Faults on real connections, against recorded answers.</summary>
public sealed class FaultAnswerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Status_TakesThePlaceOfTheAnswer(bool isHttp2)
    {
        await using StandInRig rig = await Start(With(Recorded("a", "GET /a", "", 200, "fine"u8.ToArray(), headers: [new("x-recorded", "1")]), "payments status=503 body={\"busy\":true}"));
        using HttpClient client = rig.Client();

        using HttpResponseMessage response = await client.SendAsync(Request("GET", "/a", "web-1", isHttp2: isHttp2), Cancellation);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/json", "{\"busy\":true}"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(Cancellation)));
        Assert.False(response.Headers.Contains("x-recorded"));
        Assert.Equal("payments GET /a #a", (await rig.Told<WhatIfApplied>(_ => true)).Call);
        ServedCall served = (await rig.Served(1))[0];
        Assert.Equal(("a", null, "payments status=503 body={\"busy\":true}"), (served.HopId, served.Miss, served.Fault));
    }

    [Fact]
    public async Task Reset_ComesBeforeAnyByte()
    {
        await using StandInRig rig = await Start(With(Recorded("a", "GET /a", "", 200, "fine"u8.ToArray()), "payments reset"));
        await using NetworkStream connection = await rig.Connect();
        await connection.WriteAsync(Encoding.ASCII.GetBytes($"GET /a HTTP/1.1\r\nHost: payments\r\ntraceparent: {TraceParent("web-1")}\r\n\r\n"), Cancellation);

        IOException error = await Assert.ThrowsAnyAsync<IOException>(() => connection.ReadExactlyAsync(new byte[1], Cancellation).AsTask());

        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(error.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task Reset_OfHttp2_EndsTheStream()
    {
        await using StandInRig rig = await Start(With(Recorded("a", "GET /a", "", 200, "fine"u8.ToArray()), "payments reset"));
        using HttpClient client = rig.Client();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.SendAsync(Request("GET", "/a", "web-1", isHttp2: true), Cancellation));
    }

    [Theory]
    [InlineData(4, "half")]
    [InlineData(0, "")]
    public async Task Truncation_KeepsThePromisedLengthAndBreaksOff(int bytes, string body)
    {
        await using StandInRig rig = await Start(With(Recorded("a", "GET /a", "", 200, "half of it"u8.ToArray(), headers: [new("content-length", "10")]), $"payments truncate={bytes}"));
        using HttpClient client = rig.Client();

        using HttpResponseMessage response = await client.SendAsync(Request("GET", "/a", "web-1"), HttpCompletionOption.ResponseHeadersRead, Cancellation);

        Assert.Equal((HttpStatusCode.OK, 10L), (response.StatusCode, response.Content.Headers.ContentLength));
        await using Stream answer = await response.Content.ReadAsStreamAsync(Cancellation);
        using MemoryStream read = new();
        await Assert.ThrowsAnyAsync<IOException>(() => answer.CopyToAsync(read, Cancellation));
        Assert.Equal(body, Encoding.UTF8.GetString(read.ToArray()));
    }

    [Fact]
    public async Task Truncation_BehindTheEnd_NeverTakesPlace()
    {
        await using StandInRig rig = await Start(With(Recorded("a", "GET /a", "", 200, "fine"u8.ToArray()), "payments truncate=4"));
        using HttpClient client = rig.Client();

        Assert.Equal("fine", await (await client.SendAsync(Request("GET", "/a", "web-1"), Cancellation)).Content.ReadAsStringAsync(Cancellation));

        Assert.Null((await rig.Served(1))[0].Fault);
    }

    [Fact]
    public async Task Delay_HoldsTheAnswerBackAndNoOther()
    {
        await using StandInRig rig = await Start(With(Recorded("a", "GET /a", "", 200, "late"u8.ToArray()), "payments delay=20s"), Recorded("b", "GET /b", "", 200, "fine"u8.ToArray()));
        using HttpClient client = rig.Client();
        using CancellationTokenSource hungUp = new();
        Task<HttpResponseMessage> late = client.SendAsync(Request("GET", "/a", "web-1"), hungUp.Token);
        await rig.Told<WhatIfApplied>(_ => true);

        Assert.Equal("fine", await (await client.SendAsync(Request("GET", "/b", "web-1"), Cancellation)).Content.ReadAsStringAsync(Cancellation));

        Assert.False(late.IsCompleted);
        await hungUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        Assert.Equal("payments delay=20s", (await rig.Served(2)).Single(call => call.HopId == "a").Fault);
    }

    /// <summary>A retry takes the next recorded answer; when none is left, a fault of all calls to its service answers it, and else it is a miss.</summary>
    [Theory]
    [InlineData(false, 502)]
    [InlineData(true, 503)]
    public async Task Retry_TakesTheNextAnswer_ThenTheFaultOfItsService_ElseIsAMiss(bool everywhere, int last)
    {
        CallFault fault = Fault("payments status=503");
        StandInPlan plan = Plan(Recorded("a", "GET /a", "", 200, "first"u8.ToArray()) with { Fault = fault }, Recorded("b", "GET /a", "", 200, "second"u8.ToArray(), at: 10));
        await using StandInRig rig = await Start(plan with { Everywhere = everywhere ? [new ServiceFault(fault, "payments", ["payments"], null, null)] : [] });
        using HttpClient client = rig.Client();

        List<int> statuses = [];
        for (int attempt = 0; attempt < 3; attempt++)
            statuses.Add((int)(await client.SendAsync(Request("GET", "/a", "web-1"), Cancellation)).StatusCode);

        Assert.Equal([503, 200, last], statuses);
        ServedCall third = (await rig.Served(3))[2];
        Assert.Equal((null, everywhere, everywhere ? "payments status=503" : null), (third.HopId, third.Miss is null, third.Fault));
    }

    [Fact]
    public async Task FaultThatMakesTheAnswer_NeedsNoRecordedOne()
    {
        RecordedCall gap = Recorded("a", "GET /a", "", 200, []) with { Answer = null, Gap = "its answer was not kept in full" };
        await using StandInRig rig = await Start(With(gap, "payments status=404"));
        using HttpClient client = rig.Client();

        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(Request("GET", "/a", "web-1"), Cancellation)).StatusCode);

        Assert.Null((await rig.Served(1))[0].Gap);
    }

    private static RecordedCall With(RecordedCall call, string fault) => call with { Fault = Fault(fault) };

    private static CallFault Fault(string text)
    {
        Assert.True(FaultText.TryParse(text, out FaultText? fault, out string? wrong), wrong);
        return fault.Fault;
    }
}
