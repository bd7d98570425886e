using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;

namespace Loop.Replayer.Core.Mesh;

/// <summary>Reads from the views of a hop what proxies did to it. Pure.</summary>
public static class ProxyParts
{
    /// <summary>Shortest time that the callee of a judged hop is listened to after the limit: fresh processes are slow at their first request.</summary>
    public static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(5);

    /// <summary>The part of one hop; null when its proxies did no more than carry it.</summary>
    /// <param name="call">The hop.</param>
    /// <param name="isJudged">True when its end decides.</param>
    /// <param name="body">Kept bytes of a recorded body; null when the pack lacks them.</param>
    public static ProxyPart? Of(PlannedCall call, bool isJudged, Func<HttpMessagePart, byte[]?> body)
    {
        Exchange? limited = Limited(call);
        IReadOnlyList<ProxyAttempt> attempts = Attempts(call);
        if (limited is null && attempts.Count == 0)
            return null;
        TimeSpan limit = limited?.Duration ?? TimeSpan.Zero;
        return new ProxyPart
        {
            Limit = limited?.Duration,
            LimitAnswer = limited is null ? null : Answer(call, limited, body),
            Watch = limited is null || !isJudged ? TimeSpan.Zero : limit > ShortestWatch ? limit : ShortestWatch,
            Attempts = attempts,
            TryLimit = attempts.Any(attempt => attempt.End is AttemptEnd.GivenUp) ? TriesOf(call).SkipLast(1).Where(view => view.Response is null).Max(view => view.Duration) : null,
        };
    }

    /// <summary>True when a proxy ended the exchange at a time limit of its own, and it is known when.</summary>
    public static bool IsTimeLimit(Exchange exchange) => exchange.Duration is not null
        && (exchange.ResponseFlags.Contains("UT") || exchange.ResponseCodeDetails is "response_timeout" or "upstream_per_try_timeout");

    /// <summary>Which try of the hop a view shows, from 0; null when it shows the call as a whole.</summary>
    public static int? AttemptOf(PlannedCall call, Exchange? view) =>
        view is not null && TriesOf(call) is { Count: > 1 } tries && tries.FindIndex(one => one.Id == view.Id) is >= 0 and var index ? index : null;

    // The limit that the caller met; a proxy behind it that had the same one is of no matter to it.
    private static Exchange? Limited(PlannedCall call) =>
        call.Views.Where(view => view.View is not ExchangeView.Attempt && IsTimeLimit(view)).MaxBy(PlannedCall.Closeness);

    private static Message? Answer(PlannedCall call, Exchange limited, Func<HttpMessagePart, byte[]?> body)
    {
        Exchange seen = call.Views.Where(view => view.View is not ExchangeView.Attempt && view.Response is not null).MaxBy(PlannedCall.Closeness) ?? limited;
        if (seen is not { End: ExchangeEnd.Complete, Response: { } part })
            return null;
        byte[]? bytes = part.Body.Sha256 is null ? [] : body(part);
        return bytes is null ? null : new Message(part, bytes);
    }

    private static IReadOnlyList<ProxyAttempt> Attempts(PlannedCall call)
    {
        int count = call.Hop.Attempts;
        if (count < 2)
            return [];
        List<Exchange> tries = TriesOf(call);
        // Views of some tries alone do not tell which ones they are.
        return tries.Count == count
            ? [.. tries.Select((view, index) => Attempt(view, index + 1 < count ? tries[index + 1] : null))]
            : [.. Enumerable.Repeat(new ProxyAttempt(AttemptEnd.Unseen, null, null, TimeSpan.Zero), count)];
    }

    private static ProxyAttempt Attempt(Exchange view, Exchange? next)
    {
        TimeSpan pause = next is not null && view.Duration is { } duration && next.StartedAt - view.StartedAt - duration is { Ticks: > 0 } gap ? gap : TimeSpan.Zero;
        if (view.Response is not null)
            return new ProxyAttempt(AttemptEnd.Answered, view.Status(), view.GrpcStatus(), pause);
        // A try that its own caller left, and that went on as another one, was left by the proxy.
        bool isGivenUp = next is not null && view.Duration is not null && (IsTimeLimit(view) || view.BrokenOffBy is BrokenOffBy.Client);
        return new ProxyAttempt(isGivenUp ? AttemptEnd.GivenUp : AttemptEnd.Reset, null, null, pause);
    }

    // The callee's proxy sees each try; where it recorded nothing, the caller's may have.
    private static List<Exchange> TriesOf(PlannedCall call)
    {
        ILookup<ExchangeView, Exchange> views = call.Views.OrderBy(view => view.StartedAt).ThenBy(view => view.Id).ToLookup(view => view.View);
        List<Exchange> servers = [.. views[ExchangeView.Server]];
        List<Exchange> tries = [.. views[ExchangeView.Attempt]];
        return tries.Count > servers.Count ? tries : servers;
    }
}
