using System.Net;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Destinations;
using Loop.Replayer.Hosting;
using Loop.Replayer.Sending;
using Loop.Replayer.Wire;
using Loop.Replayer.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Tests;

public sealed class ReplaySenderTests
{
    [Theory]
    [InlineData("/a/../b/%2e%2e/c?q=%7E&x=a+b")]
    [InlineData("//double//slash/")]
    [InlineData("/?")]
    public async Task Send_Path_GoesRaw(string path)
    {
        await using TestDestination server = await TestDestination.Answering(200, "{}");
        await Send(server, new WireRequest { Method = "GET", Path = path, UsesHttp2 = false, Headers = [], Adjustments = [] });
        Assert.Equal(path, Assert.Single(server.Requests).Path);
    }

    [Theory]
    [InlineData("PURGE")]
    [InlineData("DELETE")]
    public async Task Send_Method_GoesAsItIs(string method)
    {
        await using TestDestination server = await TestDestination.Answering(200, "{}");
        await Send(server, new WireRequest { Method = method, Path = "/", UsesHttp2 = false, Headers = [], Body = "x"u8.ToArray(), Adjustments = [] });
        Received received = Assert.Single(server.Requests);
        Assert.Equal((method, "x"), (received.Method, Encoding.UTF8.GetString(received.Body)));
    }

    [Fact]
    public async Task Send_Http2WithTrailers_ReadsThem()
    {
        await using TestDestination server = await TestDestination.Start(
            async context =>
            {
                context.Response.DeclareTrailer("grpc-status");
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(new byte[5]);
                context.Response.AppendTrailer("grpc-status", "13");
            },
            HttpProtocols.Http2);

        Answer answer = await Send(server, new WireRequest
        {
            Method = "POST",
            Path = "/shop.Cart/Pay",
            Authority = "cart.example",
            UsesHttp2 = true,
            Body = new byte[7],
            Adjustments = [],
            Headers = [new("content-type", "application/grpc"), new("te", "trailers"), new("x-latin", "\u00fc")],
        });

        Received received = Assert.Single(server.Requests);
        Assert.Equal(("HTTP/2", "cart.example", "trailers", 7), (received.Protocol, received.Host, received.Headers["te"], received.Body.Length));
        Assert.Equal("\u00fc", received.Headers["x-latin"]);
        Assert.Equal([new HeaderField("grpc-status", "13")], answer.Trailers);
        Assert.Equal(AnswerOutcome.Answered, answer.Outcome);
    }

    [Fact]
    public async Task Send_CompressedAnswerAndCookies_AreLeftAlone()
    {
        await using TestDestination server = await TestDestination.Start(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.Headers.Append("set-cookie", "a=1");
            context.Response.Headers.Append("set-cookie", "b=2");
            await context.Response.Body.WriteAsync("raw"u8.ToArray());
        });

        Answer answer = await Send(server, new WireRequest { Method = "GET", Path = "/", UsesHttp2 = false, Headers = [], Adjustments = [] });

        Assert.Equal("raw", Encoding.UTF8.GetString(answer.Body.Span));
        Assert.Equal(["a=1", "b=2"], answer.Headers.Where(field => field.Name == "set-cookie").Select(field => field.Value));
    }

    [Fact]
    public async Task Send_AnswerBeyondTheCap_IsTruncated()
    {
        await using TestDestination server = await TestDestination.Start(async context => await context.Response.Body.WriteAsync(new byte[300_000]));
        Answer answer = await Send(server, new WireRequest { Method = "GET", Path = "/", UsesHttp2 = false, Headers = [], Adjustments = [] }, new ReplayOptions { ResponseLimitBytes = 100_000 });
        Assert.Equal((AnswerOutcome.Answered, true, 100_000), (answer.Outcome, answer.BodyTruncated, answer.Body.Length));
    }

    [Fact]
    public async Task Send_Http2ToAnHttp1Server_IsGarbage()
    {
        await using RawDestination server = RawDestination.Answering("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        Answer answer = await Send(DestinationOf(server.Name), new WireRequest { Method = "GET", Path = "/", UsesHttp2 = true, Headers = [], Adjustments = [] }, TimeSpan.FromSeconds(20));
        Assert.True(answer.Outcome is AnswerOutcome.HeadersGarbage, $"{answer.Outcome}: {answer.Detail}");
    }

    [Fact]
    public async Task Send_TlsToAPlainServer_IsTlsFailed()
    {
        await using RawDestination server = RawDestination.Answering("HTTP/1.1 400 Bad Request\r\n\r\n");
        Answer answer = await Send(DestinationOf(server.Name) with { IsSecure = true }, new WireRequest { Method = "GET", Path = "/", UsesHttp2 = false, Headers = [], Adjustments = [] }, TimeSpan.FromSeconds(20));
        Assert.Equal(AnswerOutcome.TlsFailed, answer.Outcome);
    }

    [Fact]
    public async Task Send_BodyThatNeverEnds_TimesOutWithinTheBody()
    {
        TaskCompletionSource never = new();
        await using TestDestination server = await TestDestination.Start(async context =>
        {
            await context.Response.WriteAsync("begin");
            await context.Response.Body.FlushAsync();
            await never.Task.WaitAsync(context.RequestAborted);
        });
        // Long enough for the beginning of the body on a busy machine.
        Answer answer = await Send(DestinationOf(server.Name), new WireRequest { Method = "GET", Path = "/", UsesHttp2 = false, Headers = [], Adjustments = [] }, TimeSpan.FromSeconds(5));
        Assert.Equal((AnswerOutcome.BodyTimedOut, 200, "begin"), (answer.Outcome, answer.Status, Encoding.UTF8.GetString(answer.Body.Span)));
    }

    private static Task<Answer> Send(TestDestination server, WireRequest request, ReplayOptions? options = null) =>
        Send(DestinationOf(server.Name), request, TimeSpan.FromSeconds(20), options);

    private static Task<Answer> Send(Destination destination, WireRequest request, TimeSpan limit, ReplayOptions? options = null) =>
        new RequestSender(TimeProvider.System).Send(new CheckedConnector(destination, request.UsesHttp2), request, limit, (options ?? new()).ResponseLimitBytes, CancellationToken.None);

    private static Destination DestinationOf(string name) => new("127.0.0.1", IPEndPoint.Parse(name).Port, false, [IPAddress.Loopback], new Dictionary<string, string>());
}
