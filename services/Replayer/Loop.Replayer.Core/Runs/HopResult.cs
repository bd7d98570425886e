using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Mesh;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Runs;

/// <summary>A live hop in both runs.</summary>
/// <param name="Call">As recorded.</param>
/// <param name="Served">The live call that it was; null when it was driven.</param>
/// <param name="Answer">What the live service answered; null while it did not.</param>
/// <param name="SentAt">When it began in the replay.</param>
/// <param name="EndedAt">When its answer had ended; null when it never did.</param>
internal sealed record HopResult(PlannedCall Call, ServedCall? Served, Answer? Answer, DateTimeOffset SentAt, DateTimeOffset? EndedAt)
{
    /// <summary>What came of each try, where the recorded proxy tried again; else empty.</summary>
    public IReadOnlyList<Answer> Attempts { get; private init; } = [];

    /// <summary>Replayed against recorded; where the recorded answer was that of one try, of that try.</summary>
    public Sight Sight { get; private init; }

    /// <summary>What differs in the answer.</summary>
    public MessageComparison Response { get; private init; } = MessageComparison.Equal;

    /// <summary>The replayed answer; null when no headers came.</summary>
    public Message? Replayed { get; private init; }

    /// <summary>The failure rule fires now on what the caller got.</summary>
    public bool Fails => Answer is null || FailureRule.Match(Exchange(Answer)) is not null;

    /// <summary>It fires now and did not then.</summary>
    public bool FailsNewly => Fails && Call.Hop.Failure is null && (Call.Hop.Recovered || Call.Answer is not { } recorded || FailureRule.Match(recorded) is null);

    /// <summary>All live hops that were reached.</summary>
    public static IReadOnlyList<HopResult> Of(SandboxRun run)
    {
        List<HopResult> results = [];
        foreach (DrivenHop driven in run.Record.Driven)
        {
            if (run.LiveHop(driven.HopId) is { } call)
                results.Add(new HopResult(call, null, driven.Answer, driven.SentAt, driven.EndedAt) { Attempts = driven.Attempts }.Compared(run));
        }

        foreach (ServedCall served in run.Record.Calls.Where(served => served.LiveCallee is not null))
        {
            if (run.LiveHop(served.HopId) is { } call)
                results.Add(new HopResult(call, served, served.Answer, served.StartedAt, served.EndedAt) { Attempts = served.Attempts }.Compared(run));
        }

        return results;
    }

    private HopResult Compared(SandboxRun run)
    {
        if (Compared(Call.Answer) is not { } answer)
            return this with { Sight = Sight.OtherEnd };
        HttpMessagePart? part = Exchange(answer).Response;
        Message? replayed = part is null ? null : new Message(part, answer.Body);
        Exchange? recorded = Call.Answer;
        Message? before = run.Recorded(recorded?.Response);
        MessageComparison response = MessageComparer.Responses(Call.Label, before, replayed, run.Rules with { Shape = run.ShapesOf(Call)?.Answer });
        return this with
        {
            Replayed = replayed,
            Response = response,
            Sight = recorded is null ? Sight.NotObserved : Sights.OfAnswer(recorded, before, answer, replayed, response.Divergences),
        };
    }

    // A call that needed fewer tries than it did has no such try: then its end is what there is.
    private Answer? Compared(Exchange? recorded) => ProxyParts.AttemptOf(Call, recorded) is { } number && number < Attempts.Count ? Attempts[number] : Answer;

    private Exchange Exchange(Answer answer) => answer.ToExchange(null, SentAt);
}
