using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.Mesh;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Wire;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Sends requests into live services: the drives of a run, and the calls that one live service makes to another.</summary>
internal sealed class LiveCalls(StandInPlan plan, ISandboxNetwork network, OpenHops open, LiveBindings bindings, AnswerTurns turns, Action<RunFact> tell, TimeProvider time)
{
    // A callee that never answers must not hold its caller for ever; callers have limits of their own, far below this one.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    // Fields of the caller's connection (RFC 9110 §7.6.1), which a proxy keeps, too, and a wait for permission that was given already.
    private static readonly HashSet<string> NotCarried = new(StringComparer.OrdinalIgnoreCase) { "connection", "keep-alive", "proxy-connection", "upgrade", "expect" };

    private static readonly ProxyPart Direct = new();
    private readonly RequestSender _sender = new(time);
    private readonly Dictionary<string, SemaphoreSlim> _oneAtATime = plan.Serialise.Distinct().ToDictionary(service => service, _ => new SemaphoreSlim(1));

    /// <summary>Sends a driven request; what comes of it is told.</summary>
    public async Task Drive(Drive drive, CancellationToken cancellationToken)
    {
        DrivenRequest driven = DrivenRequest.Of(drive.Request, drive.HopId, bindings);
        tell(new DriveBegun(drive.HopId, driven.TokensLeftOut, time.GetUtcNow()));
        foreach (string edit in drive.Edits)
            tell(new WhatIfApplied(edit, drive.Label, time.GetUtcNow()));
        using DrivenStream? stream = drive.After.Count > 0 && !MayTryAgain(drive.HopId) ? new DrivenStream(driven.Request.Body, drive.After) : null;
        WireRequest request = stream is null ? driven.Request : driven.Request with { Body = ReadOnlyMemory<byte>.Empty };
        LiveOutcome outcome = await Send(new LiveCallee(drive.Service, drive.Port), drive.HopId, request, drive.Limit, drive.IsBackground, stream, cancellationToken);
        tell(new DriveAnswered(drive.HopId, outcome.Answer, time.GetUtcNow()) { Attempts = outcome.Attempts });
    }

    /// <summary>True when the call may be made more than once: it needs its request whole, and nobody may have a part of an answer before it is known which one counts.</summary>
    public bool MayTryAgain(string hop) => plan.Proxies.GetValueOrDefault(hop) is { Attempts.Count: > 1 };

    /// <summary>Carries a call to the live service that it is for.</summary>
    /// <param name="relay">Passes both directions on as they go; null reads the answer first.</param>
    /// <param name="proxyHeaders">What the recorded proxies told the callee.</param>
    public Task<LiveOutcome> Carry(
        LiveCallee callee, string hop, ReplayIds ids, Message request, IReadOnlyList<HeaderField> proxyHeaders, bool usesHttp2, bool isBackground, RelayedCall? relay, CancellationToken cancellationToken) =>
        Send(callee, hop, Renamed(request, ids, proxyHeaders, usesHttp2), Patience, isBackground, relay, cancellationToken);

    private async Task<LiveOutcome> Send(LiveCallee callee, string hop, WireRequest request, TimeSpan limit, bool isBackground, IRelayedCall? relay, CancellationToken cancellationToken)
    {
        SemaphoreSlim? turn = _oneAtATime.GetValueOrDefault(callee.Service);
        await (turn?.WaitAsync(cancellationToken) ?? Task.CompletedTask);
        open.Begin(callee.Service, hop, isBackground);
        ProxiedCall call = new(hop, plan.Proxies.GetValueOrDefault(hop) ?? Direct, relay, plan.AnswerLimitBytes, Try, tell, time);
        bool isOurLimit = false;
        try
        {
            LiveOutcome outcome = await call.Run(limit, cancellationToken);
            Answer answer = outcome.Answer;
            isOurLimit = answer is { EndedByProxy: false, Outcome: AnswerOutcome.HeadersTimedOut or AnswerOutcome.BodyTimedOut };
            if (!answer.EndedByProxy && answer.ToExchange(null, time.GetUtcNow()).Response is { } part)
                bindings.Observe(hop, LinkSide.Answer, new Message(part, answer.Body));
            return outcome;
        }
        finally
        {
            if (call.Listening.IsCompleted)
                End();
            else
                _ = EndAfter(call.Listening);
        }

        Task<Answer> Try(TimeSpan within, IRelayedCall? to, CancellationToken token) => _sender.Send(new LiveConnector(network, callee), request, within, plan.AnswerLimitBytes, token, to);

        // Its caller went on, the service did not: until then the hop is open.
        async Task EndAfter(Task listening)
        {
            try
            {
                await listening;
            }
            finally
            {
                End();
            }
        }

        void End()
        {
            open.End(callee.Service, hop, isOurLimit);
            turns.Ended(hop);
            turn?.Release();
        }
    }

    // The callee's hop has a trace of its own, in every form in which the caller handed one on, and where that stood.
    private static WireRequest Renamed(Message request, ReplayIds ids, IReadOnlyList<HeaderField> proxyHeaders, bool usesHttp2)
    {
        List<HeaderField> headers = [];
        foreach (HeaderField field in request.Part.Headers.Where(field => !field.Name.StartsWith(':') && !NotCarried.Contains(field.Name)))
        {
            string? value = field.Name switch
            {
                "traceparent" => headers.Exists(static one => one.Name == "traceparent") ? null : ids.TraceParent,
                "x-request-id" => headers.Exists(static one => one.Name == "x-request-id") ? null : ids.RequestId,
                "x-b3-parentspanid" => null,
                "b3" => $"{ids.TraceId}-{ids.SpanId}-1",
                "x-b3-traceid" => ids.TraceId,
                "x-b3-spanid" => ids.SpanId,
                "te" => field.Value.Contains("trailers", StringComparison.OrdinalIgnoreCase) ? "trailers" : null,
                _ => field.Value,
            };
            if (value is not null)
                headers.Add(field with { Value = value });
        }

        if (!headers.Exists(static one => one.Name == "traceparent"))
            headers.Add(new HeaderField("traceparent", ids.TraceParent));
        if (!headers.Exists(static one => one.Name == "x-request-id"))
            headers.Add(new HeaderField("x-request-id", ids.RequestId));
        // What the caller sets by itself wins: a proxy would have added to it, in a way that is not known.
        headers.AddRange([.. proxyHeaders.Where(field => !headers.Exists(one => one.Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase)))]);
        return new WireRequest
        {
            Method = request.Part.Header(":method")!,
            Path = request.Part.Header(":path")!,
            Authority = request.Part.Header(":authority"),
            UsesHttp2 = usesHttp2,
            Headers = headers,
            Trailers = request.Part.Trailers,
            Body = request.Body,
            Adjustments = [],
        };
    }
}
