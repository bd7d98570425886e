using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.Store.Core.Tests.Events;

/// <summary>One event of each type, every field set.</summary>
internal static class EventSamples
{
    private static readonly DateTimeOffset At = new(2026, 5, 4, 12, 0, 0, 123, 456, TimeSpan.Zero);
    private static readonly TraceKey Trace = TraceKey.FromTraceId("0af7651916cd43dd8448eb211c80319c")!.Value;
    private static readonly TraceKey Request = TraceKey.FromRequestId("order-7/ü")!.Value;
    private static readonly ExchangeId Exchange = new("node-a", 1_777_000_000_000, 42);
    private static readonly Trigger Trigger = new("default", "status 503", Exchange, [Trace, Request], At);

    public static readonly IReadOnlyList<ConversationEvent> Conversation =
    [
        new ConversationKept(ConversationId.From(Trace, 2), 2, Trigger, At),
        new FurtherTriggerSeen(Trigger with { ExchangeId = null, Rule = Trigger.ManualRule }),
        new TraceKeysAdded([Request]),
        new ExchangeRecorded(Exchange, 3, 1, At),
        new LateExchangeRecorded(Exchange, 4, 0, At),
        new ExchangesRefused(17, "64 MiB"),
        new NodeAnswered(new NodeAnswer
        {
            Node = "node-a",
            Epoch = 1_777_000_000_000,
            StartedAt = At.AddHours(-1),
            Horizon = At.AddMinutes(-5),
            OpenCount = 1,
            Watches = ["web/Server", "web/Client"],
            Losses = [new JournalEntry(LossReason.Truncated, At, Trace)],
            At = At,
        }),
        new NodeDidNotAnswer("node-b", "the link broke", At),
        new ConversationMerged(ConversationId.From(Trace, 1), At),
        new ConversationSealed(6, "quiet", 1, At, 5),
        new ConversationCompacted(7, At),
        new ControlNamed(ConversationId.From(Request, 1), "web/server GET /orders/{id}", At),
        new AssertionAdded("2 response $.total", "12.35", At),
    ];

    public static readonly IReadOnlyList<ReplayEvent> Replay =
    [
        new ReplayRequested("r00000000001", ConversationId.From(Trace, 2), "h00000000001", "localhost:9000", [Trace], At)
        {
            Order = new ReplayOrder
            {
                Request = JsonDocument.Parse("""{"conversation":"x5sa467853sq","sandbox":{"file":"/shop/loop-sandbox.yaml","times":3},"headers":{"x-colour":"green"}}""").RootElement,
                RecordingSha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                PlanSha256 = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                SandboxFileSha256 = "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13",
            },
        },
        new ReplayBegun(2, At),
        new ReplayCancellationRequested(At),
        new ReplayKeysRegistered(["node-a", "node-b"], At),
        new ReplayRequestSent(["dropped header authorization: it is a token"], At),
        new ReplayAnswered(500, "answered", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 12.5, At),
        new ReplayExchangeObserved(Exchange, 1, 0, At),
        new ReplayStepTaken(1, 2, "started", "payments is ready", At),
        new ReplayRunsPlanned(6, 2.5, At),
        new ReplayFinished(
            new ReplayReport
            {
                Id = "r00000000001",
                ConversationId = ConversationId.From(Trace, 2).Value,
                Destination = "localhost:9000",
                HopId = "h00000000001",
                StartedAt = At,
                FinishedAt = At.AddSeconds(1),
                Stage = "finished",
                Verdict = Verdict.Reproduced,
                Row = "R1",
                Reason = "the recorded failure happened again",
                NextStep = "debug it",
                Evidence = "entry",
                Divergences = [new Divergence("entry", "body $.total", "1", null)],
                Ignored = ["header date: changes with time"],
                Adjustments = ["traceparent is fresh"],
                RecordedStatus = 500,
                ReplayedStatus = 500,
                RecordedDurationMs = 10,
                ReplayedDurationMs = 12.5,
                ObservedHops = 2,
            },
            At),
    ];

    public static IEnumerable<object> All => [.. Conversation, .. Replay];
}
