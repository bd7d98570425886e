using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Loop.Integration.Tests.Keeping;

/// <summary>Behind real Envoys: the requests of one session among those of others.</summary>
public sealed class SessionTests(CapturedMesh mesh) : IClassFixture<CapturedMesh>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeepSession_ByOneOfItsRequests_KeepsLoginCartAndPaymentInOrder()
    {
        mesh.Service.Other = SetCookieAtLogin;
        TestTrace[] mine = [await Send("/login", ("x-user", "me")), await Send("/cart", ("cookie", "theme=dark; sid=session-of-me"))];
        await Send("/login", ("x-user", "you"));
        TestTrace other = await Send("/cart", ("cookie", "theme=dark; sid=session-of-you"));
        mine = [.. mine, await Send("/pay", ("cookie", "sid=session-of-me"))];
        await mesh.Settle();

        (int code, string output, string errors) = await Loopctl.Run(mesh.Server.Http, "keep", "--session", mine[1].TraceId, "--json");
        Assert.True(code == 0, errors);
        KeptSession session = JsonSerializer.Deserialize<KeptSession>(output, LoopJson.Options)!;
        var kept = new List<ConversationDetail>();
        foreach (string id in session.Ids)
            kept.Add(await mesh.Api.Show(id, Cancellation));
        Assert.Equal(mine.Select(trace => trace.Key), kept.Select(one => one.TraceKey));
        Assert.Equal(["sid"], session.ComparedBy);
        Assert.All(kept, one => Assert.Equal(session.Session, one.Session));
        Assert.DoesNotContain("session-of-me", JsonSerializer.Serialize(kept), StringComparison.Ordinal);
        Assert.DoesNotContain(await mesh.Api.List(Cancellation), line => line.TraceKey == other.Key);

        (int again, string ids, _) = await Loopctl.Run(mesh.Server.Http, "keep", "--session", session.Ids[0]);
        Assert.Equal(0, again);
        Assert.Equal(session.Ids, ids.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(mesh.Server.Errors);
    }

    private static Task SetCookieAtLogin(HttpContext context)
    {
        if (context.Request.Headers["x-user"].ToString() is { Length: > 0 } user)
            context.Response.Headers.SetCookie = $"sid=session-of-{user}; Path=/; HttpOnly";
        return context.Response.WriteAsync("fine");
    }

    private async Task<TestTrace> Send(string path, params (string Name, string Value)[] headers)
    {
        var trace = TestTrace.New();
        using HttpRequestMessage request = WireClient.Request(mesh.Edge, "orders", HttpMethod.Get, path, trace);
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        await mesh.Client.Send(request, Cancellation);
        return trace;
    }
}
