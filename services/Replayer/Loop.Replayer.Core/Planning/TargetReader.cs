using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Planning;

/// <summary>Reads from a plan and the recorded answers what is judged, and whether the recording suffices for it. Pure.</summary>
public static class TargetReader
{
    // Envoy's flags of answers that it made itself, for recordings without code details.
    private static readonly string[] LocalReplyFlags = ["UH", "UF", "UO", "NR", "RL", "FI", "URX", "NC", "UT", "UC", "UR", "LR", "UPE", "DPE", "UAEX", "RLSE", "SI", "DT", "OM", "DF"];

    /// <summary>Names the target.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="requestBody">Kept bytes of the request; null when the pack lacks them.</param>
    /// <param name="entry">Recorded answer of the entry; null when none was recorded.</param>
    /// <param name="origin">Recorded answer of the failing hop; null when none was recorded.</param>
    public static ReplayTarget Read(ReplayPlan plan, byte[]? requestBody, Message? entry, Message? origin)
    {
        Exchange? failing = plan.Origin?.Answer;
        return new ReplayTarget
        {
            Place = plan.Place,
            Where = plan.Origin?.Label,
            Failure = plan.Origin?.Hop.Failure ?? (failing is null ? null : FailureRule.Match(failing)?.Reason),
            EntryFailure = plan.Entry.Hop.Failure ?? (plan.EntryAnswer is { } sent ? FailureRule.Match(sent)?.Reason : null),
            EntryFails = plan.Entry.Hop.Failure is not null || (plan.EntryAnswer is { } answer && FailureRule.Match(answer) is not null),
            MadeByProxy = failing is not null && IsMadeByProxy(failing),
            EntryMadeByProxy = plan.EntryAnswer is not null && IsMadeByProxy(plan.EntryAnswer),
            End = failing is null ? EndKind.Answered : FailureIdentity.EndOf(failing),
            EntryEnd = plan.EntryAnswer is null ? EndKind.Answered : FailureIdentity.EndOf(plan.EntryAnswer),
            IsWeak = FailureIdentity.IsWeak(origin),
            EntryIsWeak = FailureIdentity.IsWeak(entry),
            RequestIncomplete = RequestIncomplete(plan.EntryRequest, requestBody),
            EntryEvidenceIncomplete = EvidenceIncomplete("entry", plan.EntryAnswer, entry),
            EvidenceIncomplete = plan.Origin is null ? null : EvidenceIncomplete(plan.Origin.Label, failing, origin),
        };
    }

    /// <summary>Names the target of a replay in a sandbox. What was driven into live hops is not the target's: see <see cref="ReplayObservations.IncompleteInputs"/>.</summary>
    /// <param name="choice">The plan and what was chosen.</param>
    /// <param name="entry">Recorded answer of the entry; null when none was recorded.</param>
    /// <param name="judged">Recorded answer of the judged hop; null when none was recorded.</param>
    public static ReplayTarget Read(SandboxChoice choice, Message? entry, Message? judged)
    {
        ReplayTarget target = Read(choice.Plan, requestBody: null, entry, judged) with { RequestIncomplete = null, Assertion = choice.Assertion };
        if (choice.Judged is not { } hop)
            return target with { Place = TargetPlace.Nowhere };
        Exchange? answer = hop.Answer;
        string? failure = hop.Hop.Failure ?? (answer is null ? null : FailureRule.Match(answer)?.Reason);
        TargetPlace place = hop == choice.Plan.Entry ? TargetPlace.Entry : choice.Named is null ? choice.Plan.Place : TargetPlace.Deeper;
        return target with
        {
            Place = failure is null && choice.Assertion is null && choice.WhatIf.IsEmpty ? TargetPlace.Nowhere : place,
            Where = hop.Label,
            Failure = failure,
            JudgeNamed = choice.Named is not null,
            JudgedIsLive = choice.LiveServices.Contains(hop.Hop.Destination),
            MadeByProxy = answer is not null && IsMadeByProxy(answer),
            TimeoutEmulated = answer is not null && choice.PlaysTimeoutOf(answer),
            End = answer is null ? EndKind.Answered : FailureIdentity.EndOf(answer),
            IsWeak = FailureIdentity.IsWeak(judged),
            EvidenceIncomplete = EvidenceIncomplete(hop.Label, answer, judged),
        };
    }

    /// <summary>True when a proxy made the answer, or its absence; a body that the upstream broke off is the upstream's.</summary>
    public static bool IsMadeByProxy(Exchange exchange)
    {
        if (exchange.ResponseCodeDetails is { } details)
            return exchange.IsMadeByProxy() && !details.StartsWith("upstream_reset_after_response_started", StringComparison.Ordinal);
        bool brokenMidBody = exchange.End is ExchangeEnd.BrokenOff && exchange.Response is not null;
        return !brokenMidBody && exchange.ResponseFlags.Any(LocalReplyFlags.Contains);
    }

    /// <summary>Why a recorded request cannot be sent again; null when it can.</summary>
    public static string? RequestIncomplete(Exchange? recorded, byte[]? body)
    {
        if (recorded?.Request is not { } request || recorded.Method() is null || recorded.Path() is null)
            return "no proxy recorded the request of this hop";
        if (recorded.End is ExchangeEnd.Upgraded || recorded.Method() is "CONNECT")
            return "a WebSocket or tunnel is a stream, not a request that can be sent again";
        if (recorded.Path() is not ['/', ..])
            return $"the request's target {recorded.Path()} is not a path, and this sender sends only paths";
        if (request.Body.Truncated)
            return string.Create(CultureInfo.InvariantCulture,
                $"only {request.Body.KeptBytes} of {request.Body.SizeBytes} bytes of the request's body were kept");
        if (!request.Body.Exact)
            return "the capture input changed the bytes of the request's body";
        if (recorded.End is ExchangeEnd.RequestIncomplete)
            return "the response ended before the request did, so the request was never seen whole";
        return request.Body.KeptBytes > 0 && body is null ? "the request's body is missing in the pack" : null;
    }

    private static string? EvidenceIncomplete(string where, Exchange? recorded, Message? response)
    {
        if (recorded is null)
            return $"no proxy recorded the answer of {where}";
        if (recorded.End is ExchangeEnd.Open)
            return $"{where} was still open when it was collected";
        if (recorded.End is ExchangeEnd.BrokenOff)
            return recorded.BrokenOffBy is BrokenOffBy.Upstream ? null : $"{where} broke off, and it is not known by whom";
        if (recorded.Response is null)
            return $"no answer of {where} was recorded";
        if (response is null)
            return $"the body of the answer of {where} is missing in the pack";
        return recorded.Response.Body.Truncated
            ? string.Create(CultureInfo.InvariantCulture,
                $"only {recorded.Response.Body.KeptBytes} of {recorded.Response.Body.SizeBytes} bytes of the answer of {where} were kept")
            : null;
    }
}
