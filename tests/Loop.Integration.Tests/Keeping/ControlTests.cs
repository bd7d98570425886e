using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Loop.Integration.Tests.Keeping;

/// <summary>Behind real Envoys: a failure brings the newest healthy request of its route along.</summary>
public sealed class ControlTests(CapturedMesh mesh) : IClassFixture<CapturedMesh>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failure_AtTheEdge_NamesTheNewestHealthyRequestOfItsRoute()
    {
        mesh.Service.Other = Answer;
        await Send("/carts/1/items?old=yes");
        TestTrace newest = await Send("/carts/2/items");
        await Send("/carts/3/other");
        await Send("/carts/4/items", "missing");
        TestTrace failing = await Send("/carts/5/items", "broken");

        ConversationDetail failed = await Controlled(failing);
        ConversationDetail control = await mesh.Api.Show(failed.ControlId!, Cancellation);
        Assert.Equal(newest.Key, control.TraceKey);
        Assert.Equal(("control", failed.Id, "web/edge GET orders/carts/{id}/items"), (control.Trigger.Rule, control.Trigger.ControlFor, control.Trigger.Route));
        HopView hop = Assert.Single(control.Hops);
        Assert.Equal((200, "all well"), (hop.Response!.Status, await mesh.Api.BodyText(control, hop, "response", Cancellation)));
        Assert.True(control.Coherence.Complete, string.Join(", ", control.Coherence.Missing));

        TestTrace second = await Send("/carts/6/items", "broken");
        Assert.Equal(control.Id, (await Controlled(second)).ControlId);
        (_, string shown, _) = await Loopctl.Run(mesh.Server.Http, "list");
        (_, string all, _) = await Loopctl.Run(mesh.Server.Http, "list", "--controls");
        Assert.DoesNotContain("/carts/2/items", shown, StringComparison.Ordinal);
        Assert.Contains("/carts/2/items", all, StringComparison.Ordinal);
        (_, string page, _) = await Loopctl.Run(mesh.Server.Http, "show", failed.Id);
        Assert.Contains($"beside {control.Id}", page, StringComparison.Ordinal);
        Assert.Empty(mesh.Server.Errors);
    }

    private static async Task Answer(HttpContext context)
    {
        context.Response.StatusCode = context.Request.Headers["x-test"].ToString() switch { "broken" => 500, "missing" => 404, _ => 200 };
        await context.Response.WriteAsync("all well");
    }

    private async Task<TestTrace> Send(string path, string? test = null)
    {
        var trace = TestTrace.New();
        using HttpRequestMessage request = WireClient.Request(mesh.Edge, "orders", HttpMethod.Get, path, trace);
        if (test is not null)
            request.Headers.TryAddWithoutValidation("x-test", test);
        // Envoy reports an exchange after its client had the answer, and the order of reports is what newest means.
        long completed = await Completed();
        await mesh.Client.Send(request, Cancellation);
        await mesh.Api.StatusUntil(status => Completed(status) >= completed + 2, "both views of the request", Cancellation);
        return trace;
    }

    private async Task<ConversationDetail> Controlled(TestTrace trace)
    {
        ConversationDetail detail = await mesh.Api.SealedOf(trace, Cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (detail.ControlId is null)
        {
            await Task.Delay(100, limit.Token);
            detail = await mesh.Api.Show(detail.Id, limit.Token);
        }

        return detail;
    }

    private async Task<long> Completed() => Completed(await mesh.Api.Status(Cancellation));

    private static long Completed(SystemStatus status) => status.Nodes.Sum(node => node.Counts.GetValueOrDefault("completed"));
}
