using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Calls;

/// <summary>Differences that arose at one moment of the recording.</summary>
internal sealed record Finding(DateTimeOffset At, IReadOnlyList<Divergence> Divergences);

/// <summary>A deeper call after its comparison.</summary>
internal sealed record JudgedCall(ComparedCall Call, MessageComparison Request, MessageComparison Response, Sight Sight)
{
    /// <summary>Request differences arise when the call begins, response differences when it ends.</summary>
    public IEnumerable<Finding> Findings =>
    [
        new Finding(Call.Recorded.StartedAt, Request.Divergences),
        new Finding(Call.Recorded.StartedAt + (Call.Recorded.Duration ?? TimeSpan.Zero), Response.Divergences),
    ];

    public IEnumerable<string> Ignored => [.. Request.Ignored, .. Response.Ignored];

    public bool FailsNewly => Call.Pair.Recorded.Hop.Failure is null && FailureRule.Match(Call.Recorded) is null && FailureRule.Match(Call.Replayed) is not null;

    public static JudgedCall Of(ComparedCall call, RunMask mask)
    {
        string label = call.Pair.Recorded.Label;
        MessageComparison request = MessageComparer.Requests(label, call.RecordedRequest, call.ReplayedRequest, mask);
        MessageComparison response = MessageComparer.Responses(label, call.RecordedResponse, call.ReplayedResponse, mask);
        Sight sight = Sights.OfExchange(call.Recorded, call.RecordedResponse, call.Replayed, call.ReplayedResponse, response.Divergences);
        return new JudgedCall(call, request, response, sight);
    }
}
