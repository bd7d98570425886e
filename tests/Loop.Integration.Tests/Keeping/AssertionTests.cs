using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Loop.Integration.Tests.Keeping;

/// <summary>A healthy answer with a wrong value, kept through the command line.</summary>
public sealed class AssertionTests(CapturedMesh mesh) : IClassFixture<CapturedMesh>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keep_WithAWrongValue_IsShownAndCanBeCorrectedById()
    {
        mesh.Service.Other = context => context.Response.WriteAsJsonAsync(new { total = 12.34 });
        var trace = TestTrace.New();
        await mesh.Client.Get(mesh.Outbound, "orders", "/total", trace, Cancellation);

        (int code, string output, string errors) = await Loopctl.Run(mesh.Server.Http, "keep", trace.TraceId, "--wrong", "1 response $.total");
        Assert.True(code == 0, errors);
        string id = output.Trim();
        Assert.Equal(id, (await mesh.Api.SealedOf(trace, Cancellation)).Id);
        (int again, string same, _) = await Loopctl.Run(mesh.Server.Http, "keep", id[..6], "--wrong", "1 response $.total", "--expect", "12.35");
        Assert.Equal((0, id), (again, same.Trim()));

        AssertionView assertion = Assert.Single((await mesh.Api.Show(id, Cancellation)).Assertions);
        Assert.Equal(("1 response $.total", "12.35"), (assertion.Wrong, assertion.Expect));
        (_, string page, _) = await Loopctl.Run(mesh.Server.Http, "show", id);
        Assert.Contains("wrong  1 response $.total, expected 12.35", page, StringComparison.Ordinal);
        (int malformed, _, string refusal) = await Loopctl.Run(mesh.Server.Http, "keep", id, "--wrong", "1 response total");
        Assert.Equal(64, malformed);
        Assert.Contains("$.items[0].total", refusal, StringComparison.Ordinal);
        Assert.Empty(mesh.Server.Errors);
    }
}
