using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Runs;

/// <summary>Minted tokens in what is sent and answered, and what is made of a service that does not take one.</summary>
public sealed class MintedTokenTests
{
    private const string Token = "loop:k:0123456789012345678901.jwt1.e30.e30", Other = "loop:k:9999999999999999999999";

    [Fact]
    public void Of_MintedHeader_IsSentAndNoLongerMissing()
    {
        WireRequest request = Script(Recorded($"Bearer {Token}")).Plan.Drives.Single().Request;

        Assert.Equal("Bearer live", request.Headers.Single(field => field.Name == "authorization").Value);
        Assert.Empty(request.DroppedCredentials);
        Assert.Contains("minted authorization", Script(Recorded($"Bearer {Token}")).Adjustments);
    }

    [Fact]
    public void Of_HeaderThatHoldsATokenBeside_IsNotSent()
    {
        RunScript script = Script(Recorded($"{Token} {Other}"));

        Assert.Equal(["authorization"], script.DroppedCredentials);
        Assert.DoesNotContain(script.Plan.Drives.Single().Request.Headers, field => field.Value.Contains("loop:", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_SuppliedHeader_WinsOverTheMint()
    {
        RunScript script = Script(Recorded($"Bearer {Token}"), service => new Dictionary<string, string> { ["authorization"] = $"Bearer of {service}" });

        Assert.Equal("Bearer of web", script.Plan.Drives.Single().Request.Headers.Single(field => field.Name == "authorization").Value);
    }

    [Fact]
    public void Of_RecordedAnswer_HoldsTheLiveToken()
    {
        Recording recording = Recorded($"Bearer {Token}");
        recording.Hop("login", "POST", "/session", 200, "{}", parent: "hop-1", change: exchange => exchange with
        {
            Response = exchange.Response! with { Headers = [.. exchange.Response.Headers, new("authorization", Token)] },
            Redacted = ["response:authorization"],
        });

        Message answer = Script(recording).Plan.Calls.Single().Answer!;

        Assert.Equal("live", answer.Part.Header("authorization"));
    }

    [Theory]
    [InlineData(500, 401, false, "web refused the token that was minted for the replay (status 401; nobody fetched login/keys)")]
    [InlineData(500, 403, true, "web refused the token that was minted for the replay (status 403)")]
    [InlineData(403, 401, true, "web refused the token that was minted for the replay (status 401)")]
    [InlineData(403, 403, false, "web refused the token that was minted for the replay (status 403; nobody fetched login/keys)")]
    [InlineData(403, 403, true, null)]
    [InlineData(500, 500, false, null)]
    [InlineData(500, 200, true, null)]
    public void TokenRefused_OnlyWhatTheRecordingDoesNotExplain(int recorded, int replayed, bool isFetched, string? expected)
    {
        Recording recording = Recorded($"Bearer {Token}", recorded);
        RunScript script = Script(recording);
        LivePlan live = Live(recording);

        ReplayObservations seen = Observe(recording, live, script, new RunRecord
        {
            StartedAt = Recording.Start,
            Evidence = Evidence.Sealed,
            Driven = [new DrivenHop("hop-1", Recording.Start, Recording.Start.AddMilliseconds(5), ShopRun.Answered(replayed, "{}"))],
            Calls = isFetched ? [Fetch()] : [],
        });

        Assert.Equal(expected, seen.TokenRefused);
    }

    [Fact]
    public void TokenRefused_WithoutAMintedToken_IsNothing()
    {
        Recording recording = Recorded(Other);
        LivePlan live = Live(recording);

        ReplayObservations seen = Observe(recording, live, Script(recording), new RunRecord
        {
            StartedAt = Recording.Start,
            Evidence = Evidence.Sealed,
            Driven = [new DrivenHop("hop-1", Recording.Start, Recording.Start.AddMilliseconds(5), ShopRun.Answered(401, "{}"))],
        });

        Assert.Null(seen.TokenRefused);
    }

    private static Recording Recorded(string authorization, int status = 500)
    {
        Recording recording = new();
        recording.Origin = recording.Hop("web", "GET", "/limit", status, "{}", source: "client", change: exchange => exchange with
        {
            Request = exchange.Request! with { Headers = [.. exchange.Request.Headers, new("authorization", authorization)] },
            Redacted = ["request:authorization"],
        });
        return recording;
    }

    private static LivePlan Live(Recording recording) => LivePlan.Of(recording.Detail.Hops, recording.Exchanges, new HashSet<string> { "web" });

    private static RunScript Script(Recording recording, Func<string, IReadOnlyDictionary<string, string>>? supplied = null) => RunScript.Of(new RunInput
    {
        Live = Live(recording),
        Body = _ => [],
        Ports = new Dictionary<string, int> { ["web"] = 80 },
        Limit = _ => TimeSpan.FromSeconds(1),
        Ids = new SequentialIds(),
        Supplied = supplied ?? (_ => new Dictionary<string, string>()),
        Tokens = new OneToken(),
    });

    private static ReplayObservations Observe(Recording recording, LivePlan live, RunScript script, RunRecord record) => SandboxComparison.Of(new SandboxRun
    {
        Choice = new SandboxChoice { Plan = ((PlanResult.Planned)ReplayPlanner.PlanSandbox(recording.Detail, recording.Exchanges, null)).Plan, LiveServices = live.Live },
        Live = live,
        Script = script,
        Record = record,
        Recorded = part => part is null ? null : new Message(part, ReadOnlyMemory<byte>.Empty),
        Rules = ComparisonRules.Of(RunMask.None),
    }).Observations;

    private static ServedCall Fetch() => new()
    {
        Caller = "web",
        IsBackground = true,
        StartedAt = Recording.Start,
        EndedAt = Recording.Start,
        Request = new Message(new HttpMessagePart { Headers = [new(":method", "GET"), new(":authority", "login"), new(":path", "/keys")], Body = BodyInfo.Empty }, ReadOnlyMemory<byte>.Empty),
        RequestBodyBytes = 0,
    };

    private sealed class OneToken : IMintedTokens
    {
        public IReadOnlyList<BackgroundStub> KeySets { get; } = [new(null, "GET", "login", "/keys", 200, [], ReadOnlyMemory<byte>.Empty)];

        public MintedValue? Mint(string service, HeaderField redacted) =>
            redacted.Value.Contains(Token, StringComparison.Ordinal) ? new MintedValue(redacted.Value.Replace(Token, "live", StringComparison.Ordinal), $"minted {redacted.Name}") : null;

        public IMintedTokens Later(TimeSpan offset) => this;

        public string Restore(string value) => value.Replace("live", Token, StringComparison.Ordinal);
    }
}
