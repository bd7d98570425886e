using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Loop.Store.Core.ReadModels;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Controls;

/// <summary>With a failure the newest healthy conversation of its route is kept.</summary>
public sealed class ControlTests : StoreTest
{
    private const string Route = "payments/server POST /charge/{id}";

    protected override void Configure(ConversationOptions options) => options.AnswerTimeout = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Failure_WithAHealthyRequestOfItsRoute_NamesItAsItsControl()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string failing = await Fail(node, 1);
        Find find = await node.NextFind();
        Assert.Equal(("server", "payments", "", "POST", "/charge/{id}"), (find.Healthy.View, find.Healthy.Service, find.Healthy.Authority, find.Healthy.Method, find.Healthy.Path));
        await node.Found(find, Make(1, [Trace(1)]).Head, Make(2, [Trace(2)]).Head, Make(3, [Trace(3)]).Head);
        string control = await Collected(node, Make(2, [Trace(2)]));
        await Sealed(control);

        ConversationDetail detail = await Until(failing, detail => detail.ControlId is not null);
        Assert.Equal((control, ConversationId.From(Trace(2), 1).Value), (detail.ControlId, control));
        ConversationSummary line = (await Store.Index.Get(control, CancellationToken.None))!;
        Assert.Equal(("control", failing, Route), (line.Trigger.Rule, line.Trigger.ControlFor, line.Trigger.Route));
        Assert.Equal(failing, Assert.Single((await Store.Index.List(10, null, CancellationToken.None)).Items).Id);
        Assert.Null((await Store.Conversation(control).Describe())!.ControlId);
    }

    [Fact]
    public async Task Failures_OfOneRoute_AskOnceAndShareTheControl()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string first = await Fail(node, 1);
        Find find = await node.NextFind();
        string second = await Fail(node, 2);
        await node.Found(find, Make(3, [Trace(3)]).Head);
        string control = await Collected(node, Make(3, [Trace(3)]));
        Assert.Equal(control, (await Until(first, detail => detail.ControlId is not null)).ControlId);
        Assert.Equal(control, (await Until(second, detail => detail.ControlId is not null)).ControlId);

        string third = await Fail(node, 4);
        Assert.Equal(control, (await Until(third, detail => detail.ControlId is not null)).ControlId);
        Assert.Equal(0, node.Skipped(message => message.Find is not null));
    }

    [Fact]
    public async Task Control_AfterARestart_StillServes()
    {
        FakeNode node = await FakeNode.Connect(Store);
        string first = await Fail(node, 1);
        await node.Found(await node.NextFind(), Make(3, [Trace(3)]).Head);
        string control = await Collected(node, Make(3, [Trace(3)]));
        await Until(first, detail => detail.ControlId is not null);
        await node.DisposeAsync();
        await Restart();

        await using FakeNode again = await FakeNode.Connect(Store, epoch: 2_000);
        string second = await Fail(again, 4);
        Assert.Equal(control, (await Until(second, detail => detail.ControlId is not null)).ControlId);
        Assert.Equal(control, (await Store.Conversation(first).Describe())!.ControlId);
    }

    [Fact]
    public async Task Candidates_OverNodes_AreTriedNewestFirstAndTheFailedOnesPassedOver()
    {
        await using FakeNode one = await FakeNode.Connect(Store, "node-a");
        await using FakeNode two = await FakeNode.Connect(Store, "node-b");
        Captured failed = Make(9, [Trace(9)], 500);
        string alsoFailing = (await one.Trigger(failed.Head)).ConversationId;
        await one.Answer(await one.NextCollect(alsoFailing), open: 1, failed);
        await two.Answer(await two.NextCollect(alsoFailing), open: 0);
        Captured first = Make(1, [Trace(1)], 500);
        string failing = (await one.Trigger(first.Head)).ConversationId;
        await one.Answer(await one.NextCollect(failing), open: 0, first);
        await two.Answer(await two.NextCollect(failing), open: 0);

        // What node-b holds of that trace is healthy; that the trace failed elsewhere is known here alone.
        await one.Found(await one.NextFind(), Make(2, [Trace(2)]).Head);
        await two.Found(await two.NextFind(), Make(9, [Trace(9)], node: "node-b").Head, Make(3, [Trace(3)], node: "node-b").Head);
        string control = ConversationId.From(Trace(3), 1).Value;
        await one.Answer(await one.NextCollect(control), open: 0);
        await two.Answer(await two.NextCollect(control), open: 0, Make(3, [Trace(3)], node: "node-b"));

        // What was asked to find it is asked again to collect it.
        await one.Answer(await one.NextCollect(control), open: 0);

        Assert.Equal(control, (await Until(failing, detail => detail.ControlId is not null)).ControlId);
    }

    [Fact]
    public async Task Control_ThatTurnsOutToFail_IsNamedByNobodyAndListed()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string failing = await Fail(node, 1);
        await node.Found(await node.NextFind(), Make(2, [Trace(2)]).Head);
        Captured inner = Make(3, [Trace(2)], 500);
        string control = ConversationId.From(Trace(2), 1).Value;
        await node.Answer(await node.NextCollect(control), open: 1, Make(2, [Trace(2)]));
        Assert.Equal(control, (await node.Trigger(inner.Head)).ConversationId);
        await node.SendExchange(control, inner);
        await node.OpenChanged(control, 0);
        await Sealed(control);
        await Sealed(failing);

        Assert.Null((await Store.Conversation(failing).Describe())!.ControlId);
        Assert.Equal([control, failing], (await Store.Index.List(10, null, CancellationToken.None)).Items.Select(line => line.Id));
    }

    [Fact]
    public async Task Keep_OfAControlByHand_ShowsItInTheList()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        string failing = await Fail(node, 1);
        await node.Found(await node.NextFind(), Make(2, [Trace(2)]).Head);
        string control = await Collected(node, Make(2, [Trace(2)]));
        await Until(failing, detail => detail.ControlId is not null);

        using HttpResponseMessage kept = await Store.Http.PostAsync("/api/v1/conversations", System.Net.Http.Json.JsonContent.Create(new { key = Trace(2).Value }));
        Assert.Equal(System.Net.HttpStatusCode.Created, kept.StatusCode);
        Assert.Contains(control, (await Store.Index.List(10, null, CancellationToken.None)).Items.Select(line => line.Id));
        Assert.Equal(control, (await Store.Conversation(failing).Describe())!.ControlId);
    }

    [Fact]
    public async Task Healthy_KeptByHand_AsksForNoControl()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        Task<HttpResponseMessage> keeping = Store.Http.PostAsync("/api/v1/conversations", System.Net.Http.Json.JsonContent.Create(new { key = Trace(1).Value }));
        await node.Answer(await node.NextCollect(), open: 0, Make(1, [Trace(1)]));
        (await keeping).Dispose();
        await Sealed(ConversationId.From(Trace(1), 1).Value);

        // Work is done in order: had the first one asked, its question would have come before this one's.
        await Fail(node, 2);
        await node.NextFind();
        Assert.Equal(0, node.Skipped(message => message.Find is not null));
    }

    private static async Task<string> Fail(FakeNode node, int number)
    {
        Captured failing = Make(number, [Trace(number)], 500, epoch: node.Epoch);
        string id = (await node.Trigger(failing.Head)).ConversationId;
        await node.Answer(await node.NextCollect(id), open: 0, failing);
        return id;
    }

    private static async Task<string> Collected(FakeNode node, Captured control)
    {
        string id = ConversationId.From(control.Head.Keys[0], 1).Value;
        await node.Answer(await node.NextCollect(id), open: 0, control);
        return id;
    }

    private async Task<ConversationDetail> Until(string id, Func<ConversationDetail, bool> fits)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            ConversationDetail? detail = await Store.Conversation(id).Describe();
            if (detail is not null && fits(detail))
                return detail;
            await Task.Delay(20, limit.Token);
        }
    }
}
