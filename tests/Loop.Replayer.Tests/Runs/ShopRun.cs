using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Runs;

/// <summary>web → stock (recorded), web → payments (live), which fails by itself; and a run in which everything happens again.</summary>
internal sealed class ShopRun
{
    public const string Cause = """{"error":"card is null"}""";
    private static readonly DateTimeOffset ReplayStart = Recording.Start.AddDays(3);

    public ShopRun(Recording recording, params string[] live)
    {
        Plan = ((PlanResult.Planned)ReplayPlanner.PlanSandbox(recording.Detail, recording.Exchanges, null)).Plan;
        Live = LivePlan.Of(recording.Detail.Hops, recording.Exchanges, live.ToHashSet());
        Bodies = part => part.Body.Sha256 is { } sha256 ? recording.Bodies.GetValueOrDefault(sha256) : null;
        Script = RunScript.Of(new RunInput { Live = Live, Body = Bodies, Ports = live.ToDictionary(service => service, _ => 8080), Limit = _ => TimeSpan.FromSeconds(30), Ids = new SequentialIds() });
        Choice = new SandboxChoice { Plan = Plan, LiveServices = live.ToHashSet() };
    }

    public ReplayPlan Plan { get; }

    public LivePlan Live { get; }

    public RunScript Script { get; }

    public SandboxChoice Choice { get; }

    private Func<HttpMessagePart, byte[]?> Bodies { get; }

    public static ShopRun Of(params string[] live) => Failing(Cause, live);

    /// <summary>The same with another answer of the call that fails.</summary>
    public static ShopRun Failing(string cause, params string[] live)
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 502, """{"error":"payments answered 500"}""", """{"cart":1}""", source: "client");
        recording.Hop("stock", "GET", "/items/7", 200, """{"left":3}""", parent: "hop-1");
        recording.Origin = recording.Hop("payments", "POST", "/charge", 500, cause, """{"amount":12.50}""", parent: "hop-1");
        return new ShopRun(recording, live);
    }

    /// <summary>What an agent would tell if everything happened as recorded.</summary>
    public RunRecord AsRecorded() => new()
    {
        StartedAt = ReplayStart,
        Evidence = Evidence.Sealed,
        Driven = [.. Live.Drives.Select(call => new DrivenHop(call.Hop.Id, At(call.Hop.StartedAt), At(EndOf(call)), AnswerOf(call)))],
        Calls = [.. Live.Answered.Concat(Live.Relayed).Select(call => new ServedCall
        {
            Caller = call.Hop.Source,
            CallerHopId = call.Hop.ParentId,
            HopId = call.Hop.Id,
            LiveHopId = Live.Relayed.Contains(call) ? call.Hop.Id : null,
            LiveCallee = Live.Relayed.Contains(call) ? call.Hop.Destination : null,
            Answer = Live.Relayed.Contains(call) ? AnswerOf(call) : null,
            StartedAt = At(call.Hop.StartedAt),
            EndedAt = At(EndOf(call)),
            Request = new Message(call.Request!.Request!, Bodies(call.Request.Request!) ?? []),
            RequestBodyBytes = call.Request.Request!.Body.SizeBytes,
        }).OrderBy(call => call.StartedAt)],
    };

    public ReplayObservations Observe(RunRecord record, NoiseFilter? noise = null) => Compare(record, noise).Observations;

    public Core.Calls.ReplayComparison Compare(RunRecord record, NoiseFilter? noise = null, DescriptorSet? types = null) => SandboxComparison.Of(new SandboxRun
    {
        Choice = Choice,
        Live = Live,
        Script = Script,
        Record = record,
        Shapes = (types ?? DescriptorSet.Empty).Method,
        Recorded = part => part is null ? null : new Message(part, Bodies(part) ?? []),
        Rules = ComparisonRules.Of(RunMask.None) with { Noise = noise ?? NoiseFilter.None },
    });

    public Decision Decide(RunRecord record, NoiseFilter? noise = null)
    {
        HttpMessagePart judged = Choice.Judged!.Answer!.Response!;
        Message answer = new(judged, Bodies(judged) ?? []);
        return VerdictDecider.Decide(TargetReader.Read(Choice, answer, answer), Observe(record, noise));
    }

    /// <summary>Another answer of a live service.</summary>
    public static Answer Answered(int status, string body) => new()
    {
        Outcome = AnswerOutcome.Answered,
        Status = status,
        Headers = [new("content-type", "application/json")],
        Body = Encoding.UTF8.GetBytes(body),
        Duration = TimeSpan.FromMilliseconds(5),
    };

    private Answer AnswerOf(PlannedCall call) => Answered(call.Answer!.Status()!.Value, Encoding.UTF8.GetString(Bodies(call.Answer!.Response!) ?? []));

    private static DateTimeOffset EndOf(PlannedCall call) => call.Hop.StartedAt + TimeSpan.FromMilliseconds(call.Hop.DurationMs!.Value);

    private static DateTimeOffset At(DateTimeOffset recorded) => ReplayStart + (recorded - Recording.Start);
}
