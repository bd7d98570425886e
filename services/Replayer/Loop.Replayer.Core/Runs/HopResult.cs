using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
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
    /// <summary>Replayed against recorded.</summary>
    public Sight Sight { get; private init; }

    /// <summary>What differs in the answer.</summary>
    public MessageComparison Response { get; private init; } = MessageComparison.Equal;

    /// <summary>The replayed answer; null when no headers came.</summary>
    public Message? Replayed { get; private init; }

    /// <summary>The failure rule fires now.</summary>
    public bool Fails => Answer is null || FailureRule.Match(Exchange(Answer)) is not null;

    /// <summary>It fires now and did not then.</summary>
    public bool FailsNewly => Fails && Call.Hop.Failure is null && (Call.Answer is not { } recorded || FailureRule.Match(recorded) is null);

    /// <summary>All live hops that were reached.</summary>
    public static IReadOnlyList<HopResult> Of(SandboxRun run)
    {
        List<HopResult> results = [];
        foreach (DrivenHop driven in run.Record.Driven)
        {
            if (run.LiveHop(driven.HopId) is { } call)
                results.Add(new HopResult(call, null, driven.Answer, driven.SentAt, driven.EndedAt).Compared(run));
        }

        foreach (ServedCall served in run.Record.Calls.Where(served => served.LiveCallee is not null))
        {
            if (run.LiveHop(served.HopId) is { } call)
                results.Add(new HopResult(call, served, served.Answer, served.StartedAt, served.EndedAt).Compared(run));
        }

        return results;
    }

    private HopResult Compared(SandboxRun run)
    {
        if (Answer is not { } answer)
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

    private Exchange Exchange(Answer answer) => answer.ToExchange(null, SentAt);
}
