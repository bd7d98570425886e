using System.Text.Json;
using CsCheck;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;
using Xunit;

namespace Loop.Store.Core.Tests.Conversations;

/// <summary>Which facts follow from which commands.</summary>
public sealed class ConversationDeciderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly TraceKey[] Keys = [.. Enumerable.Range(1, 6).Select(number => TraceKey.FromRequestId($"r-{number}")!.Value)];
    private static readonly ConversationLimits Limits = new() { Exchanges = 5, PackBytes = 1_000, Keys = 4, FurtherTriggers = 2 };
    private static readonly KeepConversation Keep = new(ConversationId.From(Keys[0], 1), 1, Fired(1, Keys[0]), Now);

    private static readonly Gen<ConversationCommand> AnyCommand = Gen.OneOf<ConversationCommand>(
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 5], (sequence, key) => (ConversationCommand)(Keep with { Trigger = Fired(sequence, Keys[key]) })),
        Gen.Select(Gen.Int[1, 9].Array[1, 4], Gen.Int[0, 900], (sequences, packBytes) => (ConversationCommand)new RecordExchanges([.. sequences.Select(Stored)], packBytes, Now)),
        Gen.Int[0, 5].Array[1, 6].Select(keys => (ConversationCommand)new AddKeys([.. keys.Select(key => Keys[key])])),
        Gen.Select(Gen.Int[1, 2], Gen.Int[0, 2], (node, open) => (ConversationCommand)new AcceptNodeAnswer(Answer($"node-{node}", open))),
        Gen.Int[1, 2].Select(node => (ConversationCommand)new LoseNode($"node-{node}", "gone", Now)),
        Gen.Int[1, 3].Select(number => (ConversationCommand)new NameControl(ConversationId.From(Keys[number], 1), "web/server GET /", Now)),
        Gen.Select(Gen.Int[1, 2], Gen.Int[1, 2], (place, value) => (ConversationCommand)new AddAssertion($"{place} response $.total", $"{value}", Now)),
        Gen.Const<ConversationCommand>(new SealConversation("quiet", 0, Now)),
        Gen.Const<ConversationCommand>(new MergeConversation(ConversationId.From(Keys[1], 1), Now)));

    [Fact]
    public void Fold_OfAllFacts_IsTheStateAfterEachDecision() => AnyCommand.Array[0, 30].Sample(commands =>
    {
        var facts = new List<ConversationEvent>();
        Conversation state = Conversation.NotKept;
        foreach (ConversationCommand command in commands.Prepend(Keep))
        {
            foreach (ConversationEvent fact in DecideOrNothing(command, state))
            {
                facts.Add(fact);
                state = state.Evolve(fact);
            }
        }

        Assert.Equal(Text(state), Text(Conversation.Fold(facts)));
        Assert.True(state.Recorded.Count <= Limits.Exchanges && state.Keys.Count <= Limits.Keys && state.FurtherTriggers.Count <= Limits.FurtherTriggers);
        Assert.Equal(state.Recorded.Count, state.RecordedIds.Count);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Control_Named_IsTheFirstAndNeverItself(bool isSealed)
    {
        Conversation state = Conversation.Fold([.. ConversationDecider.Decide(Keep, Conversation.NotKept, Limits), .. isSealed ? new ConversationEvent[] { new ConversationSealed(0, "quiet", 0, Now) } : []]);
        Assert.Empty(ConversationDecider.Decide(new NameControl(Keep.Id, "r", Now), state, Limits));
        var named = Assert.IsType<ControlNamed>(Assert.Single(ConversationDecider.Decide(new NameControl(ConversationId.From(Keys[1], 1), "r", Now), state, Limits)));

        state = state.Evolve(named);
        Assert.Equal(named, state.Control);
        Assert.Empty(ConversationDecider.Decide(new NameControl(ConversationId.From(Keys[2], 1), "r", Now), state, Limits));
    }

    [Fact]
    public void Assertion_OfAPlaceThatIsKnown_TakesItsPlaceAlsoAtTheLimit()
    {
        ConversationLimits limits = Limits with { Assertions = 2 };
        Conversation state = Conversation.Fold(ConversationDecider.Decide(Keep, Conversation.NotKept, limits));
        foreach ((string wrong, string? expect) in new[] { ("1 response $.a", null), ("1 response $.b", "2"), ("1 response $.c", "3"), ("1 response $.a", (string?)"4") })
            state = ConversationDecider.Decide(new AddAssertion(wrong, expect, Now), state, limits).Aggregate(state, (next, fact) => next.Evolve(fact));

        Assert.Equal([("1 response $.b", "2"), ("1 response $.a", "4")], state.Assertions.Select(added => (added.Wrong, added.Expect)));
    }

    [Fact]
    public void Control_ThatFailsAfterAll_IsAFailureAlthoughItsExchangeIsRecorded()
    {
        Trigger control = Fired(1, Keys[0]) with { Rule = Trigger.ControlRule, ExchangeId = null };
        Conversation state = Conversation.Fold(ConversationDecider.Decide(Keep with { Trigger = control }, Conversation.NotKept, Limits));
        state = ConversationDecider.Decide(new RecordExchanges([Stored(1)], 0, Now), state, Limits).Aggregate(state, (next, fact) => next.Evolve(fact));
        Assert.Equal(Trigger.ControlRule, state.LeadingTrigger!.Rule);

        state = ConversationDecider.Decide(Keep with { Trigger = Fired(1, Keys[0]) }, state, Limits).Aggregate(state, (next, fact) => next.Evolve(fact));
        Assert.Equal("default", state.LeadingTrigger!.Rule);
    }

    [Fact]
    public void Command_Repeated_AddsNoFact() => AnyCommand.Array[0, 20].Sample(commands =>
    {
        Conversation state = Conversation.Fold(ConversationDecider.Decide(Keep, Conversation.NotKept, Limits));
        foreach (ConversationCommand command in commands)
        {
            int before = state.Recorded.Count;
            state = DecideOrNothing(command, state).Aggregate(state, (next, fact) => next.Evolve(fact));
            long addedBytes = (state.Recorded.Count - before) * 100;
            ConversationCommand repeated = command is RecordExchanges record ? record with { PackBytes = record.PackBytes + addedBytes } : command;

            // Exchanges over a cap are counted by whoever turned them away; ids of them are not remembered.
            Assert.DoesNotContain(DecideOrNothing(repeated, state), fact => fact is not ExchangesRefused);
        }
    });

    [Fact]
    public void Record_AfterTheSeal_IsLate()
    {
        Conversation state = After(Keep, new RecordExchanges([Stored(1)], 0, Now), new SealConversation("quiet", 0, Now));
        IReadOnlyList<ConversationEvent> facts = ConversationDecider.Decide(new RecordExchanges([Stored(1), Stored(2)], 0, Now), state, Limits);
        Assert.Equal([new LateExchangeRecorded(Stored(2).Head.Id, 1, 2, Now)], facts);
    }

    [Fact]
    public void Record_OfWhatHadNotEnded_TakesItsPlaceOnce()
    {
        StoredExchange whole = Stored(1) with { Segment = 2 };
        StoredExchange open = Stored(1) with { Head = Stored(1).Head with { End = ExchangeEnd.Open } };
        Conversation state = After(Keep, new RecordExchanges([open, Stored(2)], 0, Now), new SealConversation("time limit", 1, Now));
        Assert.Empty(ConversationDecider.Decide(new RecordExchanges([open], 0, Now), state, Limits));

        Conversation late = After(Keep, new RecordExchanges([open, Stored(2)], 0, Now), new SealConversation("time limit", 1, Now), new RecordExchanges([whole, whole], 0, Now));

        Assert.Equal([(2, true), (1, false)], late.Recorded.Select(place => (place.Segment, place.Late)));
        Assert.Empty(late.OpenIds);
        Assert.Empty(ConversationDecider.Decide(new RecordExchanges([whole, open], 0, Now), late, Limits));
    }

    [Theory]
    [InlineData(0, "5 exchanges", 5, 3)]
    [InlineData(800, "1000 bytes", 2, 6)]
    public void Record_OverACap_IsCounted(long packBytes, string cap, int recorded, int refused)
    {
        Conversation state = After(Keep);
        IReadOnlyList<ConversationEvent> facts = ConversationDecider.Decide(new RecordExchanges([.. Enumerable.Range(1, 8).Select(Stored)], packBytes, Now), state, Limits);
        Assert.Equal(recorded, facts.OfType<ExchangeRecorded>().Count());
        Assert.Equal(new ExchangesRefused(refused, cap), Assert.Single(facts.OfType<ExchangesRefused>()));
    }

    [Fact]
    public void Command_BeforeTheKeep_IsRefused() => Assert.Throws<ConversationCommandRefusedException>(() =>
        ConversationDecider.Decide(new SealConversation("quiet", 0, Now), Conversation.NotKept, Limits));

    [Fact]
    public void Merge_OfASealedConversation_IsRefused() => Assert.Throws<ConversationCommandRefusedException>(() =>
        ConversationDecider.Decide(new MergeConversation(ConversationId.From(Keys[1], 1), Now), After(Keep, new SealConversation("quiet", 0, Now)), Limits));

    [Fact]
    public void Answer_OfAHostileNode_FitsIntoAnEvent()
    {
        NodeAnswer answer = Answer("node-1", 0) with
        {
            Watches = [.. Enumerable.Range(0, 10_000).Select(number => new string('\u0001', 200) + number)],
            Losses = [.. Enumerable.Range(0, 10_000).Select(number => new JournalEntry(LossReason.Shed, Now, TraceKey.FromRequestId(new string('<', 250) + number)!.Value))],
        };
        var fact = (NodeAnswered)Assert.Single(ConversationDecider.Decide(new AcceptNodeAnswer(answer), After(Keep), Limits));
        Assert.NotEmpty(fact.Answer.Watches);
        Assert.NotEmpty(fact.Answer.Losses);
        Assert.True(JsonSerializer.SerializeToUtf8Bytes(fact, StoreJson.Options).Length < 64 * 1024);
    }

    [Fact]
    public void PrimaryKey_PrefersTheSmallestTraceId()
    {
        TraceKey high = TraceKey.FromTraceId("ffffffffffffffffffffffffffffffff")!.Value;
        TraceKey low = TraceKey.FromTraceId("0fffffffffffffffffffffffffffffff")!.Value;
        Assert.Equal(low, Conversation.PrimaryKey([Keys[0], high, low]));
        Assert.Equal(Keys[0], Conversation.PrimaryKey([Keys[1], Keys[0]]));
    }

    private static IReadOnlyList<ConversationEvent> DecideOrNothing(ConversationCommand command, Conversation state)
    {
        try
        {
            return ConversationDecider.Decide(command, state, Limits);
        }
        catch (ConversationCommandRefusedException)
        {
            return [];
        }
    }

    private static Conversation After(params ConversationCommand[] commands) => commands.Aggregate(
        Conversation.NotKept,
        (state, command) => ConversationDecider.Decide(command, state, Limits).Aggregate(state, (next, fact) => next.Evolve(fact)));

    private static Trigger Fired(int sequence, TraceKey key) => new("default", "status 500", new ExchangeId("node-1", 1, sequence), [key], Now);

    private static NodeAnswer Answer(string node, int open) => new() { Node = node, Epoch = 1, StartedAt = Now, OpenCount = open, At = Now };

    private static StoredExchange Stored(int sequence) => new(
        new Exchange
        {
            Id = new ExchangeId("node-1", 1, sequence),
            Input = CaptureInput.ExternalProcessor,
            View = ExchangeView.Server,
            Instance = "i",
            StartedAt = Now,
            End = ExchangeEnd.Complete,
        },
        Segment: 1,
        Ordinal: sequence,
        StoredBytes: 100);

    private static string Text(Conversation state) => JsonSerializer.Serialize(state with { RecordedIds = [], Nodes = state.Nodes.Clear() })
        + string.Join(';', state.Nodes.Select(pair => $"{pair.Key}={JsonSerializer.Serialize(pair.Value, pair.Value.GetType())}"));
}
