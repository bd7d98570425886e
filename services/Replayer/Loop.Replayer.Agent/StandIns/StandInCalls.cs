using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Takes each request of a live service to the live callee, or answers it from the script, and tells what happened.</summary>
internal sealed class StandInCalls(StandInPlan plan, CallReader reader, ISandboxNetwork network, Action<RunFact> tell, TimeProvider time)
{
    private readonly StandInScript _script = new(plan.Calls, reader, plan.Assigned);
    private readonly bool _hasCutRequests = plan.Calls.Any(static call => call.Request.Part.Body.Truncated);
    private readonly HopNames _names = new(plan);
    private readonly OpenHops _open = new();
    private readonly LiveBindings _bindings = new(plan.Links);
    private readonly AnswerTurns _turns = new(plan, time);
    private readonly AnswerFaults _faults = new(plan, tell, time);
    private LiveCalls? _live;

    /// <summary>Reads calls as the plan says.</summary>
    public StandInCalls(StandInPlan plan, ISandboxNetwork network, Action<RunFact> tell, TimeProvider time)
        : this(plan, plan.Reader(), network, tell, time)
    {
    }

    /// <summary>For bodies that are too large for memory.</summary>
    public string BodyFolder { get; init; } = Path.GetTempPath();

    private LiveCalls Live => _live ??= new LiveCalls(plan, network, _open, _bindings, _turns, tell, time);

    /// <summary>Sends a driven request.</summary>
    public Task Drive(string hopId, CancellationToken cancellationToken) => Live.Drive(plan.Drives.First(drive => drive.HopId == hopId), cancellationToken);

    /// <summary>True when the service was serving no request.</summary>
    public bool IsBackground(string service) => _open.IsBackground(service, null);

    /// <summary>Serves one request.</summary>
    public async Task Answer(ICallExchange exchange)
    {
        OutgoingCall call = exchange.Connection;
        DateTimeOffset startedAt = time.GetUtcNow();
        using RequestMessages? messages = RequestMessages.AreIn(exchange) ? new RequestMessages(exchange) : null;
        ReceivedRequest request = await (messages is null ? ReceivedRequest.Read(exchange, BodyFolder) : ReceivedRequest.Read(exchange, messages, speaksFirst: _script.SpeaksFirst(call.Caller, exchange.Target)));
        string? hop = _names.Find(request.Message.Part);
        (IReadOnlyList<string> open, IReadOnlyList<string> ended) = _open.Of(call.Caller);
        LiveCall live = new() { Caller = call.Caller, CallerHopId = hop, OpenHops = open, EndedHops = ended, Identity = reader.Read(_bindings.ToRecorded(request.Message).Message) };
        ServedCall served = new()
        {
            Caller = call.Caller,
            CallerHopId = hop,
            IsBackground = _open.IsBackground(call.Caller, hop),
            IsSecure = call.IsSecure,
            StartedAt = startedAt,
            EndedAt = startedAt,
            Request = request.Kept(),
            RequestBodyBytes = request.Message.Body.Length,
        };
        try
        {
            if (Callee(call, live.Identity) is { } callee)
                served = await Carry(exchange, callee, served, live, request, messages);
            else if (Stub(live) is { } stub)
                served = await Play(exchange, stub, served);
            else
                served = await Play(exchange, _script.Take(live, Suppose(request)), served, live, request, messages);
        }
        finally
        {
            DateTimeOffset now = time.GetUtcNow();
            if (messages is not null)
                served = served with { Request = messages.Kept(request.Message.Part), RequestBodyBytes = messages.SizeBytes };
            // On a busy machine the caller may have made its next call by now.
            tell(new CallServed(served with { EndedAt = exchange.EndedAt ?? now }, now));
        }
    }

    // The recording says whom an authority means for this caller; an address that a live service listens at speaks for itself.
    private LiveCallee? Callee(OutgoingCall call, CallIdentity identity) =>
        plan.Routes.FirstOrDefault(route => route.Caller == call.Caller && route.Authority == identity.Authority) is { } route
            ? new LiveCallee(route.Service, route.Port)
            : call.Callee;

    private BackgroundStub? Stub(LiveCall live) =>
        plan.Background.FirstOrDefault(stub => stub.Answers(live.Caller, live.Identity.Method, live.Identity.Authority, live.Identity.Target));

    private async Task<ServedCall> Carry(ICallExchange exchange, LiveCallee callee, ServedCall served, LiveCall live, ReceivedRequest request, RequestMessages? messages)
    {
        RecordedCall? recorded = _script.TakeLive(live, Suppose(request));
        Matched(recorded?.HopId, request);
        (string Hop, ReplayIds Names)? names = recorded is null ? _names.Unrecorded() : (recorded.HopId, _names.Of(recorded.HopId));
        if (names is not { } named)
        {
            await RecordedAnswer.Refuse(exchange, "too many calls that were not recorded");
            return served with { Miss = "too many calls that were not recorded" };
        }

        tell(new CallBegun(served.Caller, recorded?.HopId, callee.Service, served.StartedAt));
        CallFault? fault = _faults.Of(recorded, callee.Service, live.Identity);
        // What a fault may change, or another try replace, is read before it is passed on.
        using RelayedCall? relay = fault is null && !Live.MayTryAgain(named.Hop) ? new RelayedCall(exchange, messages, holdsBack: plan.Links.Links.Count > 0) : null;
        if (relay is null && messages is not null)
            request = await request.Whole(messages);
        (Answer answer, IReadOnlyList<Answer> attempts) = await Live.Carry(callee, named.Hop, named.Names, request.Message, recorded?.ProxyHeaders ?? [], exchange.IsHttp2, served.IsBackground, relay, exchange.Aborted);
        // Values may be born in later messages of a stream, too.
        if (messages is not null && recorded is not null)
            _bindings.Accept(_bindings.Suppose(recorded.HopId, messages.Kept(request.Message.Part)));
        served = served with { HopId = recorded?.HopId, LiveHopId = named.Hop, LiveCallee = callee.Service, Answer = answer, Attempts = attempts };
        if (fault is not null && AnswerFaults.TakesPlace(fault, answer.Body.Length))
            await Put(exchange, fault, served = served with { Fault = fault.Text }, recorded?.Label, () => LiveAnswer.Play(exchange, AnswerFaults.Cut(answer, fault)));
        else if (relay is { IsBegun: true })
            await relay.End(answer);
        else
            await LiveAnswer.Play(exchange, answer);
        if (served.HopId is { } hop)
            _turns.Answered(hop);
        return served;
    }

    private async Task<ServedCall> Play(ICallExchange exchange, BackgroundStub stub, ServedCall served)
    {
        tell(new CallBegun(served.Caller, null, null, served.StartedAt));
        await PlayedAnswer.Write(exchange, stub.Status, stub.Headers, stub.Body);
        return served with { IsBackground = true };
    }

    // What the request would be if it were the recorded one, with the values aside that are born in it, and what was not kept.
    private Func<RecordedCall, CallIdentity>? Suppose(ReceivedRequest request) =>
        plan.Links.Links.Count == 0 && !_hasCutRequests ? null : recorded => reader.Read(recorded.AsKept(_bindings.Suppose(recorded.HopId, request.Message).Request.Message));

    private void Matched(string? hopId, ReceivedRequest request)
    {
        if (hopId is null)
            return;
        _turns.Begin(hopId);
        _bindings.Accept(_bindings.Suppose(hopId, request.Message));
    }

    private async Task<ServedCall> Play(ICallExchange exchange, CallMatch match, ServedCall served, LiveCall live, ReceivedRequest request, RequestMessages? messages)
    {
        RecordedCall? recorded = (match as CallMatch.Answered)?.Call;
        CallFault? fault = _faults.Of(recorded, null, live.Identity);
        // An answer that a fault makes needs no recording: neither a gap nor a miss is in its way.
        served = fault is not { ReplacesAnswer: true } ? served.With(match) : served with { HopId = recorded?.HopId, Ambiguity = (match as CallMatch.Answered)?.Ambiguity };
        Matched(served.HopId, request);
        tell(new CallBegun(served.Caller, served.HopId, null, served.StartedAt));
        if (served.Miss is not null || served.Gap is not null)
        {
            await RecordedAnswer.Refuse(exchange, served.Miss ?? served.Gap!);
            return served;
        }

        if (recorded is not null)
            return await Play(exchange, recorded, fault, served, messages);
        await Put(exchange, fault!, served = served with { Fault = fault!.Text }, null, () => Task.CompletedTask);
        return served;
    }

    private async Task<ServedCall> Play(ICallExchange exchange, RecordedCall recorded, CallFault? fault, ServedCall served, RequestMessages? messages)
    {
        RecordedCall call = recorded;
        string hop = call.HopId;
        bool isStream = fault is not { ReplacesAnswer: true } && RecordedAnswer.Start(call) is not null && (messages is not null || call.Answer?.Part.Chunks?.Count > 1);
        try
        {
            if (call is { End: ExchangeEnd.BrokenOff, BrokenOffBy: BrokenOffBy.Client, Answer: null } && fault is null && _open.Over(call.CallerHopId) is { IsCompleted: false } over)
                return await Silent(exchange, call, over, served);
            if (!isStream)
                await _turns.Await(hop, exchange.Aborted);
            if (fault is not { ReplacesAnswer: true })
            {
                if (call.Answer is { } answer)
                    call = call with { Answer = _bindings.ToLive(hop, answer).Message };
                served = served with { TokensLeftOut = RecordedAnswer.Tokens(call) };
                foreach (string edit in call.Edits)
                    _faults.Tell(edit, served, call.Label);
            }

            if (isStream)
                return await Stream(exchange, recorded, call, fault, served, messages);
            if (fault is not null && AnswerFaults.TakesPlace(fault, call.Answer?.Body.Length ?? 0))
                await Put(exchange, fault, served = served with { Fault = fault.Text }, call.Label, () => RecordedAnswer.Play(exchange, AnswerFaults.Cut(call, fault)));
            else
                await RecordedAnswer.Play(exchange, call);
        }
        finally
        {
            // A caller that hung up waits for it no longer either: its next attempt must not.
            _turns.Answered(hop);
        }

        return served;
    }

    private async Task<ServedCall> Stream(ICallExchange exchange, RecordedCall recorded, RecordedCall call, CallFault? fault, ServedCall served, RequestMessages? messages)
    {
        if (fault is not null && AnswerFaults.TakesPlace(fault, call.Answer!.Body.Length))
        {
            call = AnswerFaults.Cut(call, fault);
            served = served with { Fault = fault.Text };
            _faults.Tell(fault.Text, served, call.Label);
            await _faults.Delay(fault, exchange.Aborted);
        }

        return await new StreamedAnswer(exchange, messages, _turns, _bindings, tell, time).Play(recorded, call, RecordedAnswer.Start(call)!.Value, served);
    }

    // Its caller did not wait for the answer when it was recorded, so nobody knows it. Nothing is said until the caller goes again, or what it was asked for is over.
    private static async Task<ServedCall> Silent(ICallExchange exchange, RecordedCall call, Task<bool> over, ServedCall served)
    {
        TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration whenLeft = exchange.Aborted.Register(() => left.TrySetResult());
        bool isOver = await Task.WhenAny(over, left.Task) == over;
        exchange.Reset();
        return isOver && await over ? served with { Gap = $"{call.Label}: its caller gave up on it when it was recorded, and waits for it now" } : served;
    }

    // From its turn on nothing waits for it any more: what came after it when it was recorded need not come after a delay that was not. The callee of a live
    // call did its work; what its caller gets is another thing.
    private async Task Put(ICallExchange exchange, CallFault fault, ServedCall served, string? label, Func<Task> play)
    {
        _faults.Tell(fault.Text, served, label);
        if (served.HopId is { } hop)
            _turns.Answered(hop);
        try
        {
            await _faults.Delay(fault, exchange.Aborted);
            await (fault.ReplacesAnswer ? AnswerFaults.Replace(exchange, fault) : play());
        }
        catch (OperationCanceledException) when (exchange.Aborted.IsCancellationRequested)
        {
            // The caller did not wait for it, which is what a delay is for: the call is told as what it was.
        }
    }
}
