using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Store.Core.ReadModels;
using Xunit;

namespace Loop.Store.Conformance.ReadModels;

/// <summary>What every read model does.</summary>
public abstract class ConversationIndexConformance
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly TraceKey Key = TraceKey.FromTraceId("0af7651916cd43dd8448eb211c80319c")!.Value;
    private static readonly TraceKey OtherKey = TraceKey.FromRequestId("order-7")!.Value;

    protected abstract IConversationIndex Index { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_AfterUpsert_GivesTheWholeLine()
    {
        ConversationSummary summary = Summary("aaaa00000001", 1) with { Failing = "payments POST /charge status 500", Missing = 2, Recovered = true };
        await Index.Upsert(summary with { Hops = 1 }, [Key], Cancellation);
        await Index.Upsert(summary, [Key, OtherKey], Cancellation);

        Assert.Equal(summary, await Index.Get(summary.Id, Cancellation));
        Assert.Equal([summary], (await Index.List(10, null, Cancellation)).Items);
        Assert.Null(await Index.Get("zzzz00000000", Cancellation));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(50)]
    public async Task List_ByPages_GivesEveryLineOnceNewestFirst(int limit)
    {
        // Five lines share each start, so that pages end within equal ones.
        ConversationSummary[] summaries = [.. Enumerable.Range(0, 23).Select(number => Summary($"{(number * 7) % 23:x12}", number / 5))];
        foreach (ConversationSummary summary in summaries)
            await Index.Upsert(summary, [], Cancellation);

        List<string> seen = [];
        string? next = null;
        do
        {
            Page<ConversationSummary> page = await Index.List(limit, next, Cancellation);
            Assert.InRange(page.Items.Count, 1, limit);
            seen.AddRange(page.Items.Select(item => item.Id));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal(summaries.OrderByDescending(summary => summary.StartedAt).ThenByDescending(summary => summary.Id, StringComparer.Ordinal).Select(summary => summary.Id), seen);
    }

    [Fact]
    public async Task List_WhenNewLinesArrive_GoesOnWhereItWas()
    {
        for (int number = 0; number < 4; number++)
            await Index.Upsert(Summary($"{number:x12}", number), [], Cancellation);
        Page<ConversationSummary> first = await Index.List(2, null, Cancellation);
        await Index.Upsert(Summary("ffffffffffff", 100), [], Cancellation);

        Page<ConversationSummary> second = await Index.List(2, first.Next, Cancellation);
        Assert.Equal([$"{1:x12}", $"{0:x12}"], second.Items.Select(item => item.Id));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task List_OfEachScope_ShowsItsOwnByPages()
    {
        for (int number = 0; number < 9; number++)
        {
            ConversationSummary summary = Summary($"{number:x12}", number);
            TriggerView trigger = number % 3 == 0 ? new TriggerView("control", "healthy", Noon, null) { ControlFor = $"{number + 1:x12}", Route = "web/server GET /" } : summary.Trigger;
            await Index.Upsert(summary with { Trigger = trigger }, [], Cancellation);
        }

        Page<ConversationSummary> first = await Index.List(4, null, Cancellation);
        Page<ConversationSummary> second = await Index.List(4, first.Next, Cancellation);
        Assert.Equal([8, 7, 5, 4, 2, 1], first.Items.Concat(second.Items).Select(line => Convert.ToInt32(line.Id, 16)));
        Assert.Null(second.Next);
        IReadOnlyList<ConversationSummary> controls = (await Index.List(10, null, Cancellation, ListScope.ControlsOnly)).Items;
        Assert.Equal([6, 3, 0], controls.Select(line => Convert.ToInt32(line.Id, 16)));
        Assert.Equal((7.ToString("x12", System.Globalization.CultureInfo.InvariantCulture), "web/server GET /"), (controls[0].Trigger.ControlFor, controls[0].Trigger.Route));
        Assert.Equal(9, (await Index.List(10, null, Cancellation, ListScope.All)).Items.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("-1-aaaa")]
    [InlineData("12-")]
    [InlineData("99999999999999999999999-aaaa")]
    public async Task List_WithAMalformedPlace_IsRefused(string before) =>
        await Assert.ThrowsAsync<FormatException>(() => Index.List(10, before, Cancellation));

    [Fact]
    public async Task List_OfNothing_IsEmpty()
    {
        Page<ConversationSummary> page = await Index.List(10, null, Cancellation);

        Assert.Empty(page.Items);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Find_ByPrefix_IsExact()
    {
        foreach (string id in (string[])["abcd00000001", "abcd00000002", "abce00000001", "abczzzzzzzzz", "b00000000000"])
            await Index.Upsert(Summary(id, 1), [], Cancellation);

        Assert.Equal(["abcd00000001", "abcd00000002"], await Index.Find("abcd", 10, Cancellation));
        Assert.Equal(["abczzzzzzzzz"], await Index.Find("abcz", 10, Cancellation));
        Assert.Equal(["abcd00000001", "abcd00000002", "abce00000001"], await Index.Find("abc", 3, Cancellation));
        Assert.Equal(["b00000000000"], await Index.Find("b00000000000", 10, Cancellation));
        Assert.Empty(await Index.Find("c", 10, Cancellation));
        Assert.Empty(await Index.Find("%", 10, Cancellation));
        Assert.Empty(await Index.Find("_bcd", 10, Cancellation));
    }

    [Fact]
    public async Task Alias_LeavesListsAndLeadsToTheOther()
    {
        await Index.Upsert(Summary("aaaa00000001", 2), [Key], Cancellation);
        await Index.Upsert(Summary("bbbb00000001", 1), [OtherKey], Cancellation);
        await Index.Alias("aaaa00000001", "bbbb00000001", Cancellation);

        Assert.Equal(["bbbb00000001"], (await Index.List(10, null, Cancellation)).Items.Select(item => item.Id));
        Assert.Equal("bbbb00000001", (await Index.Get("aaaa00000001", Cancellation))!.Id);
        Assert.Equal(["bbbb00000001"], await Index.Find("aaaa", 10, Cancellation));
        Assert.Equal(["bbbb00000001"], await Index.Find("", 10, Cancellation));
        Assert.Equal(["bbbb00000001"], (await Index.ByKey(Key, Cancellation)).Select(item => item.Id));
        Assert.Equal((1, 1), await Index.Count(Cancellation));
        Assert.Equal(["bbbb00000001"], await Index.Open(Cancellation));
    }

    [Fact]
    public async Task Alias_OfAliases_EndsAtTheLast()
    {
        await Index.Upsert(Summary("cccc00000001", 1), [], Cancellation);
        await Index.Alias("aaaa00000001", "bbbb00000001", Cancellation);
        await Index.Alias("bbbb00000001", "cccc00000001", Cancellation);
        await Index.Alias("dddd00000001", "aaaa00000001", Cancellation);
        await Index.Alias("cccc00000001", "aaaa00000001", Cancellation); // a circle adds nothing

        foreach (string id in (string[])["aaaa00000001", "bbbb00000001", "cccc00000001", "dddd00000001"])
            Assert.Equal("cccc00000001", (await Index.Get(id, Cancellation))!.Id);
    }

    [Fact]
    public async Task Upsert_OfAnAlias_StaysOutOfLists()
    {
        await Index.Upsert(Summary("bbbb00000001", 1), [], Cancellation);
        await Index.Alias("aaaa00000001", "bbbb00000001", Cancellation);
        await Index.Upsert(Summary("aaaa00000001", 2), [Key], Cancellation);

        Assert.Equal(["bbbb00000001"], (await Index.List(10, null, Cancellation)).Items.Select(item => item.Id));
        Assert.Equal(["bbbb00000001"], (await Index.ByKey(Key, Cancellation)).Select(item => item.Id));
    }

    [Fact]
    public async Task ByKey_GivesGenerationsNewestFirst()
    {
        await Index.Upsert(Summary("aaaa00000001", 1), [Key], Cancellation);
        await Index.Upsert(Summary("bbbb00000001", 3), [Key], Cancellation);
        await Index.Upsert(Summary("cccc00000001", 2), [Key, OtherKey], Cancellation);

        Assert.Equal(["bbbb00000001", "cccc00000001", "aaaa00000001"], (await Index.ByKey(Key, Cancellation)).Select(item => item.Id));
        Assert.Equal(["cccc00000001"], (await Index.ByKey(OtherKey, Cancellation)).Select(item => item.Id));
    }

    [Fact]
    public async Task Open_AndCount_FollowTheState()
    {
        await Index.Upsert(Summary("aaaa00000001", 1), [], Cancellation);
        await Index.Upsert(Summary("bbbb00000001", 2), [], Cancellation);
        await Index.Upsert(Summary("aaaa00000001", 1) with { State = ConversationState.Sealed }, [], Cancellation);

        Assert.Equal(["bbbb00000001"], await Index.Open(Cancellation));
        Assert.Equal((2, 1), await Index.Count(Cancellation));
    }

    [Fact]
    public async Task Replays_AreReplacedAndNewestFirst()
    {
        await Index.Upsert(Report("r1", "aaaa00000001", 1), Cancellation);
        await Index.Upsert(Report("r2", "bbbb00000001", 2), Cancellation);
        ReplayReport final = Report("r1", "aaaa00000001", 1) with { Stage = "finished", Verdict = Verdict.Reproduced, Divergences = [new Divergence("entry", "status", "500", "200")] };
        await Index.Upsert(final, Cancellation);

        Assert.Equal(["r2", "r1"], (await Index.Replays(null, 10, Cancellation)).Select(report => report.Id));
        Assert.Equal(["r2"], (await Index.Replays(null, 1, Cancellation)).Select(report => report.Id));
        ReplayReport stored = Assert.Single(await Index.Replays("aaaa00000001", 10, Cancellation));
        Assert.Equal(JsonSerializer.Serialize(final), JsonSerializer.Serialize(stored));
        Assert.Empty(await Index.Replays("cccc00000001", 10, Cancellation));
    }

    [Fact]
    public async Task Clear_ForgetsEverything()
    {
        await Index.Upsert(Summary("aaaa00000001", 1), [Key], Cancellation);
        await Index.Alias("bbbb00000001", "aaaa00000001", Cancellation);
        await Index.Upsert(Report("r1", "aaaa00000001", 1), Cancellation);
        await Index.SetCheckpoint(42, Cancellation);
        Assert.Equal(42, await Index.Checkpoint(Cancellation));

        await Index.Clear(Cancellation);

        Assert.Equal(0, await Index.Checkpoint(Cancellation));
        Assert.Equal((0, 0), await Index.Count(Cancellation));
        Assert.Empty(await Index.Find("", 10, Cancellation));
        Assert.Empty(await Index.Replays(null, 10, Cancellation));
        Assert.Empty(await Index.ByKey(Key, Cancellation));
    }

    protected static ConversationSummary Summary(string id, int minutes) => new()
    {
        Id = id,
        TraceKey = Key.ToString(),
        Path = "/cart?x=1",
        Method = "POST",
        Status = 500,
        Destination = "web",
        StartedAt = Noon.AddMinutes(minutes),
        Hops = 3,
        Exchanges = 6,
        Trigger = new TriggerView("default", "status 500", Noon, "node/1/2"),
        State = ConversationState.Open,
    };

    private static ReplayReport Report(string id, string conversationId, int minutes) => new()
    {
        Id = id,
        ConversationId = conversationId,
        Destination = "localhost:9000",
        HopId = "h1",
        StartedAt = Noon.AddMinutes(minutes),
        Stage = "sending",
        Evidence = "entry",
    };
}
