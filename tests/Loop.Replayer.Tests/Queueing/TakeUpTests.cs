using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Queueing;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Queueing;

/// <summary>What becomes of a replay whose turn has come, by what its stream says.</summary>
public sealed class TakeUpTests
{
    private static readonly ReplayOrder Stored = new() { Request = JsonDocument.Parse("{}").RootElement, RecordingSha256 = "r", PlanSha256 = "p" };
    private static readonly ReplayProgress Waiting = Progress(Stored);

    [Fact]
    public void Unknown_OrEnded_IsLeftAlone()
    {
        Assert.IsType<TakeUp.Nothing>(TakeUp.Of(null, isHeld: false));
        Assert.IsType<TakeUp.Nothing>(TakeUp.Of(Waiting with { Report = Waiting.Report with { FinishedAt = Recording.Start }, IsCancelled = true }, isHeld: true));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public void Interrupted_UpToTwice_IsBegunAgain(int attempts, int next)
    {
        Assert.Equal(new TakeUp.Run(next), TakeUp.Of(Waiting with { Attempts = attempts }, isHeld: false));
    }

    [Fact]
    public void Interrupted_ThreeTimes_Ends()
    {
        TakeUp.End end = End(Waiting with { Attempts = 3 });

        Assert.StartsWith("interrupted 3 times", end.Reason, StringComparison.Ordinal);
        Assert.Equal(SandboxFaultKind.HarnessError, end.Kind);
    }

    [Fact]
    public void Request_ThatMayHaveBeenSent_IsNotSentAgain()
    {
        TakeUp.End end = End(Waiting with { Attempts = 1, IsSent = true });

        Assert.Contains("not sent a second time", end.Reason, StringComparison.Ordinal);
        Assert.StartsWith("look at the destination", end.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_Ends_WhoeverAcceptedIt()
    {
        Assert.Equal(new TakeUp.End(SandboxFaultKind.Cancelled, "on request"), TakeUp.Of(Waiting with { IsCancelled = true }, isHeld: false));
        Assert.Equal(new TakeUp.End(SandboxFaultKind.Cancelled, "on request"), TakeUp.Of(Waiting with { IsCancelled = true }, isHeld: true));
    }

    [Fact]
    public void Request_ThatIsNotStored_RunsOnlyInTheProcessThatAcceptedIt()
    {
        ReplayProgress withheld = Progress(Stored with { Request = null, Withheld = "the headers hold secrets" });

        Assert.Equal(new TakeUp.Run(1), TakeUp.Of(withheld, isHeld: true));
        Assert.EndsWith("and the headers hold secrets", End(withheld).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void StreamWithoutAnOrder_EndsAsBefore() =>
        Assert.Equal("the replayer was restarted while this replay ran", End(Progress(null)).Reason);

    private static TakeUp.End End(ReplayProgress progress) => Assert.IsType<TakeUp.End>(TakeUp.Of(progress, isHeld: false));

    private static ReplayProgress Progress(ReplayOrder? order) => new()
    {
        Requested = new ReplayRequested("000000000001", ConversationId.Parse(Recording.Id), "hop-1", "localhost:9", [], Recording.Start) { Order = order },
        Report = Reports.Earlier("localhost:9", null),
    };
}
