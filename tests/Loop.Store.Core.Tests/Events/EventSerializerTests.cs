using System.Text;
using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Store.Core.Events;
using Xunit;

namespace Loop.Store.Core.Tests.Events;

public sealed class EventSerializerTests
{
    private static readonly StreamName Stream = new("conversation", "aaaabbbbcccc");

    private static readonly JsonSerializerOptions Indented = new(StoreJson.Options) { WriteIndented = true, NewLine = "\n" };

    public static TheoryData<string> Names => [.. EventNames.All.Keys.Order(StringComparer.Ordinal)];

    private static string Fixtures => Path.Combine(AppContext.BaseDirectory, "fixtures", "events-v1");

    [Fact]
    public void Names_CoverBothFamilies()
    {
        IEnumerable<Type> types = typeof(ConversationEvent).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ConversationEvent)) || type.IsSubclassOf(typeof(ReplayEvent)));

        Assert.Equal(types.Select(type => type.Name).Order(), EventNames.All.Values.Select(type => type.Name).Order());
        Assert.Equal(EventNames.All.Values.Select(type => type.Name).Order(), EventSamples.All.Select(sample => sample.GetType().Name).Order());
        Assert.All(EventNames.All.Keys, name => Assert.Matches(@"^loop\.(conversation|replay)\.[a-z_]+\.v[1-9]$", name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Deserialize_OfTheStoredForm_GivesTheFactOfThatTime(string name)
    {
        object sample = EventSamples.All.Single(item => EventNames.Of(item.GetType()) == name);
        if (Environment.GetEnvironmentVariable("LOOP_WRITE_FIXTURES") is { Length: > 0 } target)
            File.WriteAllText(Path.Combine(target, "events-v1", name + ".json"), Json(sample) + "\n");
        string golden = File.ReadAllText(Path.Combine(Fixtures, name + ".json"));

        object read = EventSerializer.Deserialize(Stored(name, golden));
        Assert.Equal(sample.GetType(), read.GetType());
        Assert.Equal(golden.TrimEnd(), Json(sample));
        Assert.Equal(Json(sample), Json(read));
    }

    [Fact]
    public void ReplayRequested_OfBeforeOrders_ReadsAndIsWrittenAsBefore()
    {
        string before = """{"id":"r00000000001","conversationId":"aaaabbbbcccc","hopId":"h00000000001","destination":"localhost:9000","keys":["trace:0af7651916cd43dd8448eb211c80319c"],"at":"2026-05-04T12:00:00.123456+00:00"}""";

        ReplayRequested read = Assert.IsType<ReplayRequested>(EventSerializer.Deserialize(Stored("loop.replay.requested.v1", before)));

        Assert.Null(read.Order);
        Assert.Equal(before.Replace("+", "\u002B", StringComparison.Ordinal), JsonSerializer.Serialize(read, StoreJson.Options));
    }

    [Fact]
    public void ReplayFinished_ThatWasChangedByHand_SaysSoWhenReadAgain()
    {
        const string stored = """{"report":{"id":"r00000000001","conversationId":"aaaabbbbcccc","destination":"sandbox","hopId":"h00000000001","startedAt":"2026-05-04T12:00:00+00:00","stage":"finished","verdict":"unchanged","row":"W1","reason":"same entry answer","evidence":"sealed","sandbox":{"file":"/shop/loop-sandbox.yaml","live":["web"],"runs":[{"number":1,"verdict":"unchanged","row":"W1","reason":"same entry answer","assignment":"prices GET /price answered in the order #2, #1"}],"whatIf":["payments#2 delay=3s: took place once: payments POST /charge #2"]}},"at":"2026-05-04T12:00:01+00:00"}""";

        ReplayFinished read = Assert.IsType<ReplayFinished>(EventSerializer.Deserialize(Stored("loop.replay.finished.v1", stored)));
        ReplayFinished again = Assert.IsType<ReplayFinished>(EventSerializer.Deserialize(Stored("loop.replay.finished.v1", Json(read))));

        Assert.Equal((Verdict.Unchanged, "W1"), (again.Report.Verdict, again.Report.Row));
        Assert.Equal(["payments#2 delay=3s: took place once: payments POST /charge #2"], again.Report.Sandbox!.WhatIf);
        Assert.Equal("prices GET /price answered in the order #2, #1", again.Report.Sandbox.Runs.Single().Assignment);
    }

    [Fact]
    public void Fixtures_AreOfKnownNames() =>
        Assert.Equal(EventNames.All.Keys.Order(StringComparer.Ordinal), Directory.GetFiles(Fixtures).Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal));

    [Fact]
    public void Deserialize_OfAnUnknownType_SaysThatItIsNewer()
    {
        UnknownEventTypeException exception = Assert.Throws<UnknownEventTypeException>(() => EventSerializer.Deserialize(Stored("loop.conversation.sealed.v9", "{}")));

        Assert.Contains("loop.conversation.sealed.v9", exception.Message);
        Assert.Contains("newer Loop", exception.Message);
        Assert.Contains(Stream.ToString(), exception.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"count\":1}")]
    [InlineData("{\"count\":\"x\",\"cap\":\"y\"}")]
    [InlineData("{\"count\":1,\"cap\":null}")]
    [InlineData("{\"count\":1,\"cap\":\"y\"")]
    public void Deserialize_OfDamagedData_NamesTheEvent(string json)
    {
        EventDamagedException exception = Assert.Throws<EventDamagedException>(() => EventSerializer.Deserialize(Stored("loop.conversation.exchanges_refused.v1", json)));

        Assert.Contains($"Event 5 of stream {Stream}", exception.Message);
    }

    [Fact]
    public void Deserialize_WithAFieldOfALaterRelease_SkipsIt() =>
        Assert.Equal(new ExchangesRefused(1, "y"), EventSerializer.Deserialize(Stored("loop.conversation.exchanges_refused.v1", "{\"count\":1,\"cap\":\"y\",\"later\":{}}")));

    [Fact]
    public void Trigger_WithMarks_ReadsBackAndWithoutHasNoneInItsText()
    {
        ConversationKept plain = EventSamples.Conversation.OfType<ConversationKept>().Single();
        ConversationKept marked = plain with { Trigger = plain.Trigger with { Rule = Trigger.ControlRule, Control = new ControlMark(plain.Id, "web/server GET /"), Session = plain.Id } };

        ConversationKept read = (ConversationKept)EventSerializer.Deserialize(Stored("loop.conversation.kept.v1", Json(marked)));
        Assert.Equal((marked.Trigger.Control, marked.Trigger.Session), (read.Trigger.Control, read.Trigger.Session));
        Assert.DoesNotContain("session", Json(plain), StringComparison.Ordinal);
        Assert.DoesNotContain("control", Json(plain), StringComparison.Ordinal);
    }

    [Fact]
    public void RunReport_WithWhatWasUnanswered_ReadsBackAndWithoutHasNoneInItsText()
    {
        RunReport plain = new() { Number = 1, Verdict = Verdict.Inconclusive, Row = "V5", Reason = "miss" };
        RunReport told = plain with { Unanswered = [new UnansweredCall("web", "GET", "http://login/keys", InRequest: true)], ClockNotReached = ["web: is a Go program"] };
        ReplayReport report = EventSamples.Replay.OfType<ReplayFinished>().Single().Report with { Sandbox = new SandboxReport { File = "/f", Live = ["web"], Runs = [told, plain] } };

        string json = Json(new ReplayFinished(report, DateTimeOffset.UnixEpoch));
        ReplayFinished read = (ReplayFinished)EventSerializer.Deserialize(Stored("loop.replay.finished.v1", json));

        Assert.Equal(json, Json(read));
        Assert.Equal(told.Unanswered, read.Report.Sandbox!.Runs[0].Unanswered);
        Assert.Equal(told.ClockNotReached, read.Report.Sandbox.Runs[0].ClockNotReached);
        Assert.DoesNotContain("unanswered", Json(plain), StringComparison.Ordinal);
        Assert.DoesNotContain("clockNotReached", Json(plain), StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_OfTheOtherFamily_IsRefused() =>
        Assert.Throws<EventDamagedException>(() => EventSerializer.DeserializeReplay(Stored("loop.conversation.exchanges_refused.v1", "{\"count\":1,\"cap\":\"y\"}")));

    [Fact]
    public void Serialize_WithoutMetadata_StoresNone() =>
        Assert.True(EventSerializer.Serialize([new ExchangesRefused(1, "x")], EventMetadata.None)[0].Metadata.IsEmpty);

    [Fact]
    public void Metadata_Serialized_ReadsBack()
    {
        var metadata = new EventMetadata { Correlation = "c", Causation = "d", TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
        NewEvent item = EventSerializer.Serialize([new ExchangesRefused(1, "x")], metadata)[0];

        Assert.Equal(metadata, EventSerializer.DeserializeMetadata(new StoredEvent(1, Stream, 0, item.Type, item.Data, item.Metadata, default)));
        Assert.Equal(EventMetadata.None, EventSerializer.DeserializeMetadata(Stored("x", "{}")));
    }

    private static string Json(object fact) => JsonSerializer.Serialize(fact, fact.GetType(), Indented);

    private static StoredEvent Stored(string name, string json) => new(9, Stream, 5, name, Encoding.UTF8.GetBytes(json), ReadOnlyMemory<byte>.Empty, default);
}
