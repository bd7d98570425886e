using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.SandboxFiles;

/// <summary>What an earlier replay in a sandbox tells about calls that the file does not answer yet. Pure.</summary>
/// <param name="ReplayId">The replay.</param>
/// <param name="Calls">Each call once, in the order in which they were made.</param>
/// <param name="Refused">Traffic that led nowhere and that no answer can be written for, in words.</param>
public sealed record BackgroundProposals(string ReplayId, IReadOnlyList<ProposedCall> Calls, IReadOnlyList<string> Refused)
{
    private const string RefusedMark = ": refused";

    /// <summary>True when there is nothing to propose.</summary>
    public bool IsEmpty => Calls.Count + Refused.Count == 0;

    /// <summary>Those of a report, without knowing who holds an answer.</summary>
    public static BackgroundProposals Of(ReplayReport report)
    {
        IReadOnlyList<RunReport> runs = report.Sandbox?.Runs ?? [];
        return new BackgroundProposals(
            report.Id,
            [.. runs.SelectMany(run => run.Unanswered ?? []).GroupBy(call => (call.Caller, call.Url, call.Method)).Select(group => new ProposedCall(group.First() with { InRequest = group.Any(call => call.InRequest) }, null))],
            [.. runs.SelectMany(run => run.Background).Where(line => line.EndsWith(RefusedMark, StringComparison.Ordinal)).Select(line => line[..^RefusedMark.Length]).Distinct()]);
    }

    /// <summary>The same with the first of these conversations that holds an answer to each call.</summary>
    public BackgroundProposals AnsweredFrom(IReadOnlyList<ConversationDetail> conversations) =>
        this with { Calls = [.. Calls.Select(call => call with { From = call.From ?? conversations.FirstOrDefault(one => one.Hops.Any(hop => Answers(hop, call.Call)))?.Id })] };

    private static bool Answers(HopView hop, UnansweredCall call) =>
        hop is { Request: { } request, Response: { BodyTruncated: false, Status: not null }, End: ExchangeEnd.Complete }
        && request.Method == call.Method && $"http://{request.Authority?.ToLowerInvariant()}{request.Path}" == call.Url;
}

/// <summary>A call to declare, or not.</summary>
/// <param name="Call">The call.</param>
/// <param name="From">A kept conversation that holds an answer; null when none of those that were looked at does.</param>
public sealed record ProposedCall(UnansweredCall Call, string? From);
