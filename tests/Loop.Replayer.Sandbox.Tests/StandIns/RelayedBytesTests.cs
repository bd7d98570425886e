using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.StandInRig;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

/// <summary>What sockets on both sides hear of calls that are relayed and driven over HTTP/1.1, byte for byte.</summary>
public sealed class RelayedBytesTests
{
    private static readonly ReplayIds Ids = ReplayIds.From(new byte[ReplayIds.ByteCount]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Call_IsPassedOnByteForByteInBothDirections()
    {
        string expected = "POST /a/../b?q=%7E HTTP/1.1\r\nhost: payments\r\nx-many: 1\r\n"
            + $"traceparent: {Ids.TraceParent}\r\ncontent-type: application/json\r\nx-many: 2\r\nx-bytes: \u00e9\r\ntransfer-encoding: chunked\r\nx-request-id: {Ids.RequestId}\r\n\r\n2\r\n{{}}\r\n0\r\nx-sum: 9\r\n\r\n";
        await using RawCallee callee = Saying(expected.Length, "HTTP/1.1 200 Fine\r\nZ-Last: 1\r\nset-cookie: a=1\r\ntransfer-encoding: chunked\r\nset-cookie: b=2\r\nx-bytes: \u00e9\r\n\r\n2\r\nok\r\n0\r\nx-sum: 7\r\n\r\n");

        string heard = await Call(
            callee,
            Recorded("a", "POST /a/../b?q=%7E", "{}", 200, []),
            $"POST /a/../b?q=%7E HTTP/1.1\r\nHost: payments\r\nX-Many: 1\r\ntraceparent: {TraceParent("web-1")}\r\nContent-Type: application/json\r\nConnection: close\r\nX-Many: 2\r\nX-Bytes: \u00e9\r\nTransfer-Encoding: chunked\r\nX-Request-Id: mine\r\n\r\n1\r\n{{\r\n1\r\n}}\r\n0\r\nx-sum: 9\r\n\r\n");

        Assert.Equal(expected, await callee.Heard);
        Assert.Equal("HTTP/1.1 200 OK\r\nz-last: 1\r\nset-cookie: a=1\r\ntransfer-encoding: chunked\r\nset-cookie: b=2\r\nx-bytes: \u00e9\r\nconnection: close\r\n\r\n2\r\nok\r\n0\r\nx-sum: 7\r\n\r\n", heard);
    }

    [Fact]
    public async Task Callee_IsToldWhatProxiesTold_UnlessItsCallerSaysItself()
    {
        string expected = $"GET /a HTTP/1.1\r\nhost: payments\r\nx-forwarded-proto: http\r\ntraceparent: {Ids.TraceParent}\r\nx-request-id: {Ids.RequestId}\r\nx-envoy-expected-rq-timeout-ms: 15000\r\n\r\n";
        await using RawCallee callee = Saying(expected.Length, "HTTP/1.1 204 No Content\r\n\r\n");

        await Call(
            callee,
            Recorded("a", "GET /a", "", 200, []) with { ProxyHeaders = [new("x-forwarded-proto", "https"), new("x-envoy-expected-rq-timeout-ms", "15000")] },
            "GET /a HTTP/1.1\r\nHost: payments\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n\r\n");

        Assert.Equal(expected, await callee.Heard);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n")]
    public async Task Callee_ThatEndsEarly_EndsForItsCallerAtTheSameByte(string said, string expected)
    {
        await using RawCallee callee = Saying(Get(Ids.TraceParent).Length, said);

        Assert.Equal(expected, await Call(callee, Recorded("a", "GET /a", "", 200, []), Get(TraceParent("web-1"))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok")]
    public async Task Callee_ThatResets_ResetsForItsCaller(string said)
    {
        await using RawCallee callee = Saying(Get(Ids.TraceParent).Length, said, reset: true);

        await Assert.ThrowsAsync<IOException>(() => Call(callee, Recorded("a", "GET /a", "", 200, []), Get(TraceParent("web-1"))));
    }

    [Fact]
    public async Task Drive_GoesByteForByte()
    {
        Exchange recorded = new()
        {
            Id = new ExchangeId("node", 1, 1),
            Input = CaptureInput.AccessLog,
            View = ExchangeView.Server,
            Instance = "payments-1",
            StartedAt = DateTimeOffset.UnixEpoch,
            End = ExchangeEnd.Complete,
            Request = new HttpMessagePart
            {
                Headers = [new(":method", "PUT"), new(":path", "/caf\u00e9//?a="), new(":authority", "shop.example"), new("x-b", "2"), new("content-length", "4"), new("x-request-id", "old"), new("x-a", "1"), new("x-b", "\u00ff")],
                Body = BodyInfo.Empty,
            },
        };
        string expected = $"PUT /caf\u00e9//?a= HTTP/1.1\r\nhost: shop.example\r\nx-b: 2\r\ncontent-length: 4\r\nx-request-id: {Ids.RequestId}\r\nx-a: 1\r\nx-b: \u00ff\r\n"
            + $"traceparent: {Ids.TraceParent}\r\nbaggage: loop-replay={Ids.ReplayId}\r\n\r\nbody";
        await using RawCallee callee = Saying(expected.Length, "HTTP/1.1 204 No Content\r\n\r\n");
        WireRequest request = ReplayRequestBuilder.Build(recorded, "body"u8.ToArray(), Ids, new Dictionary<string, string>());
        await using StandInRig rig = await Start(Plan() with { Drives = [new Drive("hop", "hop", "payments", 80, request, TimeSpan.FromMinutes(5))] }, callee);

        await rig.Drive("hop");

        Assert.Equal(expected, await callee.Heard);
        Answer answer = (await rig.Told<DriveAnswered>(_ => true)).Answer;
        Assert.Equal((AnswerOutcome.Answered, 204), (answer.Outcome, answer.Status));
    }

    private static string Get(string traceParent) => $"GET /a HTTP/1.1\r\nhost: payments\r\ntraceparent: {traceParent}\r\ncontent-type: application/json\r\nx-request-id: {Ids.RequestId}\r\n\r\n";

    private static async Task<string> Call(RawCallee callee, RecordedCall recorded, string request)
    {
        StandInPlan plan = Plan(recorded with { IsLive = true }) with
        {
            Routes = [new LiveRoute("web", "payments", "payments", 80)],
            Names = new Dictionary<string, ReplayIds> { [recorded.HopId] = Ids },
        };
        await using StandInRig rig = await Start(plan, callee);
        await using NetworkStream caller = await rig.Connect();
        await caller.WriteAsync(Encoding.Latin1.GetBytes(request), Cancellation);
        using MemoryStream heard = new();
        await caller.CopyToAsync(heard, Cancellation);
        return Encoding.Latin1.GetString(heard.ToArray());
    }

    /// <summary>Hears as many bytes, says its bytes, and hears the rest.</summary>
    // Hears a request of that size, says its answer, and hears the rest.
    private static RawCallee Saying(int bytes, string said, bool reset = false) => new(async socket =>
    {
        byte[] heard = new byte[64 * 1024];
        int count = 0;
        int more = 1;
        for (; count < bytes && more > 0; count += more)
            more = await socket.ReceiveAsync(heard.AsMemory(count), SocketFlags.None, Cancellation);
        if (said.Length > 0)
            await socket.SendAsync(Encoding.Latin1.GetBytes(said), SocketFlags.None, Cancellation);
        if (reset)
        {
            socket.Close(timeout: 0);
            return Encoding.Latin1.GetString(heard, 0, count);
        }

        socket.Shutdown(SocketShutdown.Send);
        do
        {
            more = await socket.ReceiveAsync(heard.AsMemory(count), SocketFlags.None, Cancellation);
            count += more;
        }
        while (more > 0);
        return Encoding.Latin1.GetString(heard, 0, count);
    });
}
