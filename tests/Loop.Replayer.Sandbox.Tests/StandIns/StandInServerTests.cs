using System.Net;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.StandInRig;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

public sealed class StandInServerTests
{
    private const string Charge = "POST /charge?card=a%2Fb";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_ThatWasRecorded_IsAnsweredAsItWas(bool isHttp2)
    {
        HeaderField[] headers = [new("content-type", "text/odd"), new("x-many", "1"), new("x-many", "2"), new("date", "Sun, 01 Nov 2026 00:00:00 GMT"), new("x-bytes", "caf\u00e9")];
        await using StandInRig rig = await Start(Recorded("a", Charge, """{"amount":1}""", 418, "short and stout"u8.ToArray(), headers: headers));
        using HttpClient client = rig.Client();

        using HttpResponseMessage response = await client.SendAsync(Request("POST", "/charge?card=a%2Fb", "web-1", """{ "amount": 1 }""", isHttp2), Cancellation);

        Assert.Equal((HttpStatusCode)418, response.StatusCode);
        Assert.Equal("short and stout", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(["1", "2"], response.Headers.GetValues("x-many"));
        Assert.Equal("caf\u00e9", response.Headers.GetValues("x-bytes").Single());
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), response.Headers.Date);
        ServedCall served = (await rig.Served(1))[0];
        Assert.Equal(("web", "web-1", "a", null, null), (served.Caller, served.CallerHopId, served.HopId, served.Miss, served.Ambiguity));
        Assert.Equal("""{ "amount": 1 }""", Encoding.UTF8.GetString(served.Request.Body.Span));
    }

    [Fact]
    public async Task Call_ThatWasNotRecorded_IsRefusedLoudlyAndTold()
    {
        await using StandInRig rig = await Start(Recorded("a", Charge, """{"amount":1}""", 200, []));
        using HttpClient client = rig.Client();

        using HttpResponseMessage response = await client.SendAsync(Request("POST", "/charge?card=a%2Fb", "web-1", """{"amount":2}"""), Cancellation);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("Loop has no recorded answer to this call: no such call was recorded.\n", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.True(response.Headers.Contains("x-loop-miss"));
        ServedCall served = (await rig.Served(1))[0];
        Assert.Equal(("no such call was recorded", "payments POST /charge?card=a%2Fb #a"), (served.Miss, served.ChangedFrom));
        Assert.Equal([new FieldDifference("body $.amount", "1", "2")], Assert.Single(served.Candidates).Differences);
    }

    [Fact]
    public async Task GrpcCall_IsAnsweredWithItsTrailers()
    {
        HeaderField[] headers = [new("content-type", "application/grpc")];
        await using StandInRig rig = await Start(Recorded("a", "POST /shop.Cart/Add", "", 200, [0, 0, 0, 0, 0], headers: headers, trailers: [new("grpc-status", "14"), new("grpc-message", "busy")]));
        using HttpClient client = rig.Client();

        using HttpResponseMessage response = await client.SendAsync(Request("POST", "/shop.Cart/Add", "web-1", isHttp2: true), Cancellation);

        Assert.Equal([0, 0, 0, 0, 0], await response.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(("14", "busy"), (response.TrailingHeaders.GetValues("grpc-status").Single(), response.TrailingHeaders.GetValues("grpc-message").Single()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_ThatBrokeOff_BreaksOffAgain(bool isHttp2)
    {
        HeaderField[] headers = [new("content-length", "100")];
        await using StandInRig rig = await Start(Recorded("a", "GET /half", "", 200, "half of"u8.ToArray(), headers: headers, end: ExchangeEnd.BrokenOff));
        using HttpClient client = rig.Client();

        using HttpResponseMessage response = await client.SendAsync(Request("GET", "/half", "web-1", isHttp2: isHttp2), HttpCompletionOption.ResponseHeadersRead, Cancellation);

        Assert.Equal(100, response.Content.Headers.ContentLength);
        await using Stream answer = await response.Content.ReadAsStreamAsync(Cancellation);
        using MemoryStream body = new();
        await Assert.ThrowsAnyAsync<IOException>(() => answer.CopyToAsync(body, Cancellation));
        // A client of HTTP/2 may throw away what it had when the stream is reset; one of HTTP/1.1 has it all.
        if (!isHttp2)
            Assert.Equal("half of", Encoding.UTF8.GetString(body.ToArray()));
    }

    [Theory]
    [InlineData("HEAD", 200, "1234")]
    [InlineData("GET", 304, null)]
    [InlineData("DELETE", 204, null)]
    public async Task Answer_WithoutABody_KeepsItsHeaders(string method, int status, string? length)
    {
        HeaderField[] headers = [new("etag", "\"v1\""), .. length is null ? Array.Empty<HeaderField>() : [new HeaderField("content-length", length)]];
        await using StandInRig rig = await Start(Recorded("a", $"{method} /thing", "", status, [], headers: headers));
        using HttpClient client = rig.Client();

        using HttpResponseMessage response = await client.SendAsync(Request(method, "/thing", "web-1"), Cancellation);

        Assert.Equal((status, "\"v1\""), ((int)response.StatusCode, response.Headers.ETag!.Tag));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
        if (length is not null)
            Assert.Equal(length, response.Content.Headers.GetValues("content-length").Single());
    }

    [Fact]
    public async Task LargeBodies_PassInBothDirections()
    {
        string sent = $"\"{new string('x', 20_000_000)}\"";
        byte[] answer = [.. Enumerable.Range(0, 20_000_000).Select(index => (byte)index)];
        await using StandInRig rig = await Start(Recorded("a", "POST /large", sent, 200, answer));
        using HttpClient client = rig.Client();

        using HttpResponseMessage response = await client.SendAsync(Request("POST", "/large", "web-1", sent), Cancellation);

        Assert.Equal(answer, await response.Content.ReadAsByteArrayAsync(Cancellation));
        ServedCall served = (await rig.Served(1))[0];
        Assert.Equal((sent.Length, 1024 * 1024, true), ((int)served.RequestBodyBytes, served.Request.Body.Length, served.Request.Part.Body.Truncated));
    }

    /// <summary>Each call says in a header that the matcher cannot see which recording it is; each answer says which recording it is of.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ManyCallsAtOnce_NeverGetTheAnswerOfAnother(bool isHttp2)
    {
        RecordedCall[] calls = [.. from hop in Enumerable.Range(0, 40) from ordinal in Enumerable.Range(0, 5)
            select Recorded($"{hop}/{ordinal}", "POST /stock", """{"item":"lamp"}""", 200, Encoding.UTF8.GetBytes($"{hop}/{ordinal}"), $"web-{hop}", at: ordinal * 10)];
        await using StandInRig rig = await Start(calls);
        using HttpClient client = rig.Client();

        await Parallel.ForAsync(0, 40, Cancellation, async (hop, cancellationToken) =>
        {
            for (int ordinal = 0; ordinal < 5; ordinal++)
            {
                using HttpRequestMessage request = Request("POST", "/stock", $"web-{hop}", """{"item":"lamp"}""", isHttp2);
                request.Headers.Add("x-true-call", $"{hop}/{ordinal}");
                using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
                Assert.Equal($"{hop}/{ordinal}", await response.Content.ReadAsStringAsync(cancellationToken));
            }
        });

        Assert.All(await rig.Served(200), served => Assert.Equal(served.Request.Part.Header("x-true-call"), served.HopId));
    }
}
