using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.Cli.Tests.Api;

/// <summary>What a server would answer about a checkout that broke two hops deep.</summary>
internal static class Samples
{
    public const string Id = "7f3k9m2q0abc";
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 3, 12, 7, TimeSpan.Zero);
    private const string Trace = "trace:4bf92f3577b34da6a3ce929d0e0e4736";

    public static ConversationSummary Summary(string id = Id) => new()
    {
        Id = id,
        TraceKey = Trace,
        Path = "/checkout?cart=9",
        Method = "POST",
        Status = 500,
        Destination = "web",
        StartedAt = Start,
        Hops = 3,
        Exchanges = 5,
        Failing = "payments POST /charge status 500",
        Trigger = new TriggerView("default", "status 500", Start, "node-a/1/7"),
        State = ConversationState.Sealed,
        Missing = 1,
    };

    public static ConversationSummary Open(string id) => Summary(id) with
    {
        Path = null,
        Method = null,
        Status = null,
        Destination = null,
        Failing = null,
        Hops = 1,
        State = ConversationState.Open,
        Missing = 0,
        StartedAt = Start.AddDays(-2),
        Trigger = new TriggerView("manual", "asked for", Start, null),
    };

    public static ConversationDetail Detail() => new()
    {
        Id = Id,
        TraceKey = Trace,
        Keys = [Trace, "request:51839f1f-02bc-436f-be71-4c8bdb7fd052"],
        State = ConversationState.Sealed,
        SealReason = "quiet",
        Trigger = new TriggerView("default", "status 500", Start.AddMilliseconds(90), "node-a/1/7"),
        Coherence = new CoherenceReport(6, 5, [new MissingView("h3", "server view of recommendations GET /for/9", "evicted")], false),
        Hops =
        [
            Hop(1, null, "unknown (127.0.0.1:50000)", "web", "POST", "/checkout?cart=9", 0, 132.4, 500) with { Failure = "status 500" },
            Hop(2, "h1", "web", "recommendations", "GET", "/for/9", 3, 12, 200) with { Id = "h3", JoinedBy = "guess", ParentCandidates = ["h1", "h2"] },
            Hop(3, "h1", "web", "payments", "POST", "/charge", 20, 84.1, 500) with { Id = "h2", Failure = "status 500", ResponseFlags = ["UC"], ResponseCodeDetails = "via_upstream" },
            Hop(4, "h2", "payments", "bank", "POST", "/transfer", 30, null, null) with { End = ExchangeEnd.BrokenOff, BrokenOffBy = BrokenOffBy.Client, Response = null },
        ],
        OriginHopId = "h2",
    };

    public static ReplayReport Replay(string stage, Verdict? verdict = null) => new()
    {
        Id = "r1r2r3r4r5r6",
        ConversationId = Id,
        Destination = "localhost:9000",
        HopId = "h1",
        StartedAt = Start,
        Stage = stage,
        Verdict = verdict,
        Row = verdict is null ? null : "R1",
        Reason = verdict is null ? null : "the entry answered 500 again",
        NextStep = verdict is null ? null : "look at payments",
        Evidence = "entry",
        RecordedStatus = 500,
        ReplayedStatus = verdict is null ? null : 500,
        RecordedDurationMs = 132.4,
        ReplayedDurationMs = verdict is null ? null : 12,
        Divergences = verdict is null ? [] : [new Divergence("entry", "body $.total", "12", null), new Divergence("payments POST /charge #1", "call missing", "recorded", null)],
        Ignored = ["header date: differs between any two answers"],
        Adjustments = ["header authorization: dropped, it is a redaction token", "content-length: recomputed"],
        ObservedHops = verdict is null ? 0 : 1,
    };

    public static SystemStatus Status(bool ready) => new(
        ready,
        "0.1.0",
        [
            new NodeStatusView
            {
                Node = "node-a", Epoch = 1, Connected = true, LastSeenAt = LoopctlRun.Now, Horizon = LoopctlRun.Now.AddSeconds(-125), ExchangesPerSecond = 42.25,
                RingExchanges = 5321, RingBytesUsed = 100 * 1024 * 1024, RingBytesTotal = 256 * 1024 * 1024, OpenExchanges = 3,
                Counts = new Dictionary<string, long> { ["completed"] = 9000, ["shed"] = ready ? 0 : 7, ["evicted"] = 12, ["triggered"] = 2 },
                Inputs = new Dictionary<string, long> { ["ext_proc"] = 9000, ["als"] = 8990 },
            },
            new NodeStatusView
            {
                Node = "node-b", Epoch = 2, Connected = false, LastSeenAt = LoopctlRun.Now.AddMinutes(-3), ExchangesPerSecond = 0,
                RingExchanges = 0, RingBytesUsed = 0, RingBytesTotal = 0, OpenExchanges = 0, Counts = new Dictionary<string, long>(), Inputs = new Dictionary<string, long>(),
            },
        ],
        new StoreStatusView(12, 1, 0, 200, 199),
        ready ? [] : ["node-b is lost: start it again"]);

    private static HopView Hop(int number, string? parent, string source, string destination, string method, string path, double afterMs, double? durationMs, int? status) => new()
    {
        Number = number,
        Id = $"h{number}",
        ParentId = parent,
        Source = source,
        SourceFrom = "client view",
        Destination = destination,
        DestinationFrom = "server view",
        StartedAt = Start.AddMilliseconds(afterMs),
        DurationMs = durationMs,
        JoinedBy = parent is null ? "root" : "span",
        Views = [],
        Request = new RequestView
        {
            Method = method,
            Path = path,
            Authority = destination,
            Headers = [["content-type", "application/json"], ["x-evil", "a\u001b[2Jb"]],
            BodySizeBytes = method == "POST" ? 20 : 0,
            BodyKeptBytes = method == "POST" ? 20 : 0,
            BodyTruncated = false,
        },
        Response = new ResponseView { Status = status, Headers = [["content-type", "text/plain"]], BodySizeBytes = 5000, BodyKeptBytes = 9, BodyTruncated = true },
        End = ExchangeEnd.Complete,
    };
}
