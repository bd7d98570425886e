using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

/// <summary>Between two live services both directions are passed on as they come, and what is compared is recorded all the same.</summary>
public sealed class LiveStreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Conversation_IsPassedOnMessageByMessage()
    {
        await using Callee callee = await Callee.Start(HttpProtocols.Http2, Echo);
        await using StandInRig rig = await StandInRig.Start(Plan(StreamCaller.Recorded("true", "a1b2") with { IsLive = true }), callee);
        using StreamCaller caller = new(rig, "true");

        await caller.Say('a');
        Assert.Equal('a', await caller.Hear());
        await caller.Say('x');
        Assert.Equal('x', await caller.Hear());
        caller.EndSaying();
        Assert.Null(await caller.Hear());

        Assert.Equal("0", await caller.Trailer("grpc-status"));
        ServedCall served = Assert.Single(await rig.Served(1));
        Assert.Equal(("true", "payments", AnswerOutcome.Answered), (served.HopId, served.LiveCallee, served.Answer!.Outcome));
        Assert.Equal([.. StreamCaller.Frame("a"u8), .. StreamCaller.Frame("x"u8)], served.Request.Body.ToArray());
        Assert.Equal(served.Request.Body.ToArray(), served.Answer.Body.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_AreHeardBeforeTheAnswerEnds(bool isHttp2)
    {
        TaskCompletionSource heard = new();
        await using Callee callee = await Callee.Start(isHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1, async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await context.Response.Body.FlushAsync();
            await heard.Task;
            await context.Response.WriteAsync("data: 2\n\n");
        });
        RecordedCall recorded = StandInRig.Recorded("true", "GET /events", "", 200, []) with { IsLive = true };
        await using StandInRig rig = await StandInRig.Start(Plan(recorded), callee);
        using HttpClient client = rig.Client();

        using HttpResponseMessage response = await client.SendAsync(StandInRig.Request("GET", "/events", "web-1", isHttp2: isHttp2), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using Stream events = await response.Content.ReadAsStreamAsync(Cancellation);
        byte[] first = new byte[9];
        await events.ReadExactlyAsync(first, Cancellation);
        heard.SetResult();
        using StreamReader rest = new(events);

        Assert.Equal(("data: 1\n\n", "data: 2\n\n"), (Encoding.ASCII.GetString(first), await rest.ReadToEndAsync(Cancellation)));
        Assert.Equal("data: 1\n\ndata: 2\n\n", Encoding.ASCII.GetString(Assert.Single(await rig.Served(1)).Answer!.Body.Span));
    }

    [Fact]
    public async Task Callee_ThatBreaksOffInTheMiddle_BreaksOffForItsCaller()
    {
        await using Callee callee = await Callee.Start(HttpProtocols.Http2, async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(StreamCaller.Frame("1"u8));
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await using StandInRig rig = await StandInRig.Start(Plan(StreamCaller.Recorded("true", "a1b2") with { IsLive = true }), callee);
        using StreamCaller caller = new(rig, "true");

        await caller.Say('a');
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (await caller.Hear() is not null)
            {
            }
        });

        Assert.NotEqual(AnswerOutcome.Answered, Assert.Single(await rig.Served(1)).Answer!.Outcome);
    }

    /// <summary>A driven stream says nothing before it heard what its caller had heard.</summary>
    [Fact]
    public async Task Drive_OfAStream_GoesInTurns()
    {
        List<bool> early = [];
        await using Callee callee = await Callee.Start(HttpProtocols.Http2, async context =>
        {
            context.Response.ContentType = "application/grpc";
            byte[] frame = new byte[6];
            Task<int> reading = context.Request.Body.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false).AsTask();
            while (await reading == frame.Length)
            {
                byte[] answer = [.. frame];
                reading = context.Request.Body.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false).AsTask();
                // Of whoever sends all at once the next message is there by now.
                early.Add(reading.IsCompleted && answer[5] != (byte)'c');
                await context.Response.Body.WriteAsync(answer);
                await context.Response.Body.FlushAsync();
            }

            context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = "0";
        });
        byte[] body = [.. StreamCaller.Frame("a"u8), .. StreamCaller.Frame("b"u8), .. StreamCaller.Frame("c"u8)];
        WireRequest request = new() { Method = "POST", Path = "/shop.Chat/Talk", Authority = "payments", UsesHttp2 = true, Headers = [new("content-type", "application/grpc"), new("te", "trailers")], Body = body, Adjustments = [] };
        StandInPlan plan = StandInRig.Plan() with { Drives = [new Drive("hop", "hop", "payments", 80, request, TimeSpan.FromMinutes(5)) { After = [0, 1, 2] }] };
        await using StandInRig rig = await StandInRig.Start(plan, callee);

        await rig.Drive("hop");
        DriveAnswered answered = await rig.Told<DriveAnswered>(_ => true);

        Assert.Equal((AnswerOutcome.Answered, null), (answered.Answer.Outcome, answered.Answer.Detail));
        Assert.Equal(body, answered.Answer.Body.ToArray());
        Assert.Equal([false, false, false], early);
    }

    private static StandInPlan Plan(RecordedCall call) => StandInRig.Plan(call) with
    {
        Routes = [new LiveRoute("web", "payments", "payments", 80)],
        Names = new Dictionary<string, ReplayIds> { [call.HopId] = ReplayIds.From(new byte[ReplayIds.ByteCount]) },
    };

    private static async Task Echo(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        byte[] frame = new byte[6];
        while (await context.Request.Body.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false) == frame.Length)
        {
            await context.Response.Body.WriteAsync(frame);
            await context.Response.Body.FlushAsync();
        }

        context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = "0";
    }

    private sealed class Callee(WebApplication application) : ISandboxNetwork, IAsyncDisposable
    {
        public static async Task<Callee> Start(HttpProtocols protocols, RequestDelegate answer)
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
            Callee callee = new(builder.Build());
            callee.Application.Run(answer);
            await callee.Application.StartAsync();
            return callee;
        }

        private WebApplication Application => application;

        public async Task<Socket> Connect(string service, int port, CancellationToken cancellationToken)
        {
            Uri url = new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, url.Port), cancellationToken);
            return socket;
        }

        public ValueTask DisposeAsync() => application.DisposeAsync();
    }
}
