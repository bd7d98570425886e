using System.Text;
using Loop.Store.Core.Events;
using Xunit;

namespace Loop.Store.Conformance.Events;

/// <summary>What every event store does.</summary>
public abstract class EventStoreConformance
{
    private static readonly StreamName First = new("conversation", "first");
    private static readonly StreamName Second = new("replay", "second-with-dash");

    protected abstract IEventStore Store { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Append_ToANewStream_StartsAtZero()
    {
        AppendResult result = await Store.Append(First, -1, [Event("a"), Event("b")], Cancellation);

        List<StoredEvent> stored = await ReadStream(First);
        Assert.Equal(new AppendResult(AppendOutcome.Appended, 1, stored[1].Position), result);
        Assert.Equal([0, 1], stored.Select(item => item.Version));
        Assert.Equal(["a", "b"], stored.Select(Text));
        Assert.All(stored, item => Assert.Equal(First, item.Stream));
        Assert.True(stored[0].Position > 0 && stored[1].Position > stored[0].Position);
    }

    [Fact]
    public async Task Append_KeepsEveryField()
    {
        var original = new NewEvent("loop.test.happened.v1", Encoding.UTF8.GetBytes("""{"ü":"\u0000"}"""), "{\"correlation\":\"c\"}"u8.ToArray());
        await Store.Append(First, -1, [original], Cancellation);

        StoredEvent stored = Assert.Single(await ReadStream(First));
        Assert.Equal(original.Type, stored.Type);
        Assert.Equal(original.Data.ToArray(), stored.Data.ToArray());
        Assert.Equal(original.Metadata.ToArray(), stored.Metadata.ToArray());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task Append_WithAnotherVersion_ConflictsAndWritesNothing(long expectedVersion)
    {
        await Store.Append(First, -1, [Event("a"), Event("b")], Cancellation);

        AppendResult result = await Store.Append(First, expectedVersion, [Event("c")], Cancellation);

        Assert.Equal(new AppendResult(AppendOutcome.Conflict, 1, 0), result);
        Assert.Equal(["a", "b"], (await ReadStream(First)).Select(Text));
    }

    [Fact]
    public async Task Append_ToAMissingStreamWithAVersion_Conflicts() =>
        Assert.Equal(new AppendResult(AppendOutcome.Conflict, -1, 0), await Store.Append(First, 0, [Event("a")], Cancellation));

    [Fact]
    public async Task Append_OfTheSameEventsAgain_AnswersAsTheFirstTime()
    {
        NewEvent[] events = [Event("a"), Event("b")];
        AppendResult first = await Store.Append(First, -1, events, Cancellation);
        await Store.Append(First, 1, [Event("c")], Cancellation);

        Assert.Equal(first, await Store.Append(First, -1, events, Cancellation));
        Assert.Equal(["a", "b", "c"], (await ReadStream(First)).Select(Text));
    }

    [Fact]
    public async Task Append_OfTheSameEventsElsewhere_IsNoRepeat()
    {
        NewEvent[] events = [Event("a"), Event("b")];
        await Store.Append(First, -1, events, Cancellation);

        Assert.Equal(AppendOutcome.Conflict, (await Store.Append(First, 0, events, Cancellation)).Outcome);
        Assert.Equal(AppendOutcome.Conflict, (await Store.Append(First, -1, [events[0], events[1], Event("c")], Cancellation)).Outcome);
        Assert.Equal(AppendOutcome.Conflict, (await Store.Append(First, -1, [events[1]], Cancellation)).Outcome);
        Assert.Equal(AppendOutcome.Appended, (await Store.Append(Second, -1, events, Cancellation)).Outcome);
    }

    [Fact]
    public async Task Append_OfALargeEvent_IsRefusedWhole()
    {
        NewEvent tooLarge = new("loop.test.large.v1", new byte[65_535], new byte[2]);

        await Assert.ThrowsAsync<EventTooLargeException>(() => Store.Append(First, -1, [Event("a"), tooLarge], Cancellation));
        Assert.Empty(await ReadStream(First));
        await Store.Append(First, -1, [tooLarge with { Metadata = new byte[1] }], Cancellation);
        Assert.Equal(65_535, Assert.Single(await ReadStream(First)).Data.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(501)]
    public async Task Append_OfTooFewOrTooMany_IsRefused(int count) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.Append(First, -1, [.. Enumerable.Range(0, count).Select(_ => Event("x"))], Cancellation));

    [Fact]
    public async Task Append_ByManyAtOneVersion_LetsOneWin()
    {
        AppendResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => Store.Append(First, -1, [Event($"{number}"), Event($"{number}")], Cancellation))));

        int winner = Array.FindIndex(results, result => result.Outcome == AppendOutcome.Appended);
        Assert.Equal(1, results.Count(result => result.Outcome == AppendOutcome.Appended));
        Assert.Equal([$"{winner}", $"{winner}"], (await ReadStream(First)).Select(Text));
    }

    [Fact]
    public async Task ReadStream_FromAVersion_SkipsTheOlder()
    {
        await Store.Append(First, -1, [Event("a"), Event("b"), Event("c")], Cancellation);

        Assert.Equal(["b", "c"], (await ReadStream(First, 1)).Select(Text));
        Assert.Empty(await ReadStream(First, 3));
        Assert.Empty(await ReadStream(Second));
    }

    [Fact]
    public async Task ReadStream_OfManyEvents_GivesAllInOrder()
    {
        for (int block = 0; block < 3; block++)
        {
            await Store.Append(First, (block * 400) - 1, [.. Enumerable.Range(block * 400, 400).Select(number => Event($"{number}"))], Cancellation);
            await Store.Append(Second, block - 1, [Event("between")], Cancellation);
        }

        Assert.Equal(Enumerable.Range(0, 1200).Select(number => $"{number}"), (await ReadStream(First)).Select(Text));
        Assert.Equal(1203, (await ReadAll(0)).Count);
    }

    [Fact]
    public async Task ReadAll_AfterAPosition_GivesTheRestInOneOrder()
    {
        await Store.Append(First, -1, [Event("a")], Cancellation);
        AppendResult second = await Store.Append(Second, -1, [Event("b")], Cancellation);
        await Store.Append(First, 0, [Event("c")], Cancellation);

        Assert.Equal(["a", "b", "c"], (await ReadAll(0)).Select(Text));
        Assert.Equal(["c"], (await ReadAll(second.Position)).Select(Text));
        Assert.Empty(await ReadAll(second.Position + 1000));
    }

    [Fact]
    public async Task SubscribeAll_UnderConcurrentAppends_SeesEveryEventOnceInOrder()
    {
        const int Streams = 8, Appends = 25;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<List<StoredEvent>>[] subscriptions = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => Take(Store.SubscribeAll(0, stop.Token), Streams * Appends * 2)))];
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(stream => Task.Run(() => AppendMany(new StreamName("load", $"{stream}"), Appends))));

        foreach (Task<List<StoredEvent>> subscription in subscriptions)
        {
            List<StoredEvent> seen = await subscription;
            Assert.Equal(seen.Select(item => item.Position).Order().Distinct(), seen.Select(item => item.Position));
            foreach (IGrouping<StreamName, StoredEvent> stream in seen.GroupBy(item => item.Stream))
                Assert.Equal(Enumerable.Range(0, Appends * 2).Select(number => (long)number), stream.Select(item => item.Version));
            Assert.Equal((await ReadAll(0)).Select(item => (item.Stream, item.Version)), seen.Select(item => (item.Stream, item.Version)));
        }

        await stop.CancelAsync();
    }

    [Fact]
    public async Task SubscribeAll_Waiting_WakesOnAppend()
    {
        AppendResult first = await Store.Append(First, -1, [Event("before")], Cancellation);
        await using IAsyncEnumerator<StoredEvent> subscription = Store.SubscribeAll(first.Position, Cancellation).GetAsyncEnumerator(Cancellation);
        ValueTask<bool> next = subscription.MoveNextAsync();

        Assert.False(next.IsCompleted);
        await Store.Append(Second, -1, [Event("after")], Cancellation);
        Assert.True(await next);
        Assert.Equal("after", Text(subscription.Current));
    }

    [Fact]
    public async Task SubscribeAll_Cancelled_Ends()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<List<StoredEvent>> subscription = Take(Store.SubscribeAll(0, stop.Token), int.MaxValue);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => subscription);
    }

    [Fact]
    public async Task Compact_OfStreamsThatAlternate_ChangesNothingThatIsReadOrAppended()
    {
        AppendResult[] first = [.. await Alternate(0, 5)];
        List<StoredEvent> all = await ReadAll(0);
        await Store.Compact(First, Cancellation);
        await Store.Compact(new StreamName("conversation", "unknown"), Cancellation);
        AssertSame(all, await ReadAll(0));
        await Store.Compact(Second, Cancellation);

        Assert.Equal(first[2], await Store.Append(First, 1, Pair(1), Cancellation));
        Assert.Equal(AppendOutcome.Conflict, (await Store.Append(First, 3, [Event("other")], Cancellation)).Outcome);
        await Alternate(5, 3);
        all = await ReadAll(0);
        await Store.Compact(First, Cancellation);
        await Store.Compact(First, Cancellation);
        AssertSame(all, await ReadAll(0));
        for (int after = 0; after < all.Count; after++)
            AssertSame(all[(after + 1)..], await ReadAll(all[after].Position));
        AssertSame([.. all.Where(item => item.Stream == First && item.Version >= 7)], await ReadStream(First, 7));
        AssertSame([.. all.Where(item => item.Stream == Second)], await ReadStream(Second));
    }

    [Fact]
    public async Task Compact_OfALongStream_KeepsAllOfIt()
    {
        byte[] large = new byte[60_000];
        for (int block = 0; block < 30; block++)
        {
            new Random(block).NextBytes(large);
            await Store.Append(First, (block * 101) - 1, [new NewEvent("loop.test.large.v1", large.ToArray(), default), .. Enumerable.Range(0, 100).Select(number => Event($"{number}"))], Cancellation);
            if (block % 10 == 9)
                await Store.Compact(First, Cancellation);
        }

        List<StoredEvent> stream = await ReadStream(First);
        Assert.Equal(Enumerable.Range(0, 3030).Select(number => (long)number), stream.Select(item => item.Version));
        Assert.Equal(large, stream[29 * 101].Data.ToArray());
        AssertSame(stream, await ReadAll(0));
    }

    [Fact]
    public async Task SubscribeAll_WhileStreamsAreCompacted_SeesEveryEventOnceInOrder()
    {
        const int Streams = 4, Appends = 40;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<List<StoredEvent>> subscription = Task.Run(() => Take(Store.SubscribeAll(0, stop.Token), Streams * Appends * 2));
        Task appends = Task.WhenAll(Enumerable.Range(0, Streams).Select(stream => Task.Run(() => AppendMany(new StreamName("load", $"{stream}"), Appends))));
        for (int stream = 0; !appends.IsCompleted; stream = (stream + 1) % Streams)
            await Store.Compact(new StreamName("load", $"{stream}"), Cancellation);
        await appends;

        AssertSame(await ReadAll(0), await subscription);
        await stop.CancelAsync();
    }

    protected static NewEvent Event(string text) => new("loop.test.happened.v1", Encoding.UTF8.GetBytes($"\"{text}\""), "{}"u8.ToArray());

    protected static string Text(StoredEvent stored) => Encoding.UTF8.GetString(stored.Data.Span).Trim('"');

    protected async Task<List<StoredEvent>> ReadStream(StreamName stream, long fromVersion = 0) => await Take(Store.ReadStream(stream, fromVersion, Cancellation), int.MaxValue);

    protected async Task<List<StoredEvent>> ReadAll(long afterPosition) => await Take(Store.ReadAll(afterPosition, Cancellation), int.MaxValue);

    private static async Task<List<StoredEvent>> Take(IAsyncEnumerable<StoredEvent> events, int count)
    {
        List<StoredEvent> taken = [];
        await foreach (StoredEvent item in events)
        {
            taken.Add(item);
            if (taken.Count == count)
                break;
        }

        return taken;
    }

    private static NewEvent[] Pair(int number) => [Event($"{number} a"), Event($"{number} b")];

    private static void AssertSame(IReadOnlyList<StoredEvent> expected, IReadOnlyList<StoredEvent> actual)
    {
        Assert.Equal(expected.Select(item => (item.Position, item.Stream, item.Version, item.Type, item.At)), actual.Select(item => (item.Position, item.Stream, item.Version, item.Type, item.At)));
        Assert.All(expected.Zip(actual), pair => Assert.True(pair.First.Data.Span.SequenceEqual(pair.Second.Data.Span) && pair.First.Metadata.Span.SequenceEqual(pair.Second.Metadata.Span)));
    }

    private async Task<List<AppendResult>> Alternate(int from, int count)
    {
        List<AppendResult> results = [];
        for (int number = from; number < from + count; number++)
        {
            results.Add(await Store.Append(First, (number * 2) - 1, Pair(number), Cancellation));
            results.Add(await Store.Append(Second, (number * 2) - 1, Pair(number), Cancellation));
        }

        return results;
    }

    private async Task AppendMany(StreamName stream, int count)
    {
        for (int number = 0; number < count; number++)
            Assert.Equal(AppendOutcome.Appended, (await Store.Append(stream, (number * 2) - 1, [Event("x"), Event("y")], Cancellation)).Outcome);
    }
}
