using System.Text;
using System.Text.Json;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Puts faults into answers, whether they were recorded or a live service gives them, and tells each time that one was.</summary>
internal sealed class AnswerFaults(StandInPlan plan, Action<RunFact> tell, TimeProvider time)
{
    /// <summary>The fault of a call; null when it has none.</summary>
    /// <param name="recorded">The recorded call that it is; null when it is none.</param>
    /// <param name="callee">The live service that serves it; null when none does.</param>
    /// <param name="identity">What was called.</param>
    public CallFault? Of(RecordedCall? recorded, string? callee, CallIdentity identity) => recorded is not null
        ? recorded.Fault
        : plan.Everywhere.FirstOrDefault(one => one.Meets(callee, identity.Authority, identity.Method, identity.Route))?.Fault;

    /// <summary>A fault or an edit took place.</summary>
    public void Tell(string text, ServedCall call, string? label = null) => tell(new WhatIfApplied(text, label ?? CallTroubles.Text(call), time.GetUtcNow()));

    /// <summary>Holds an answer back for as long as its fault says.</summary>
    public Task Delay(CallFault fault, CancellationToken cancellationToken) => Task.Delay(fault.Delay, time, cancellationToken);

    /// <summary>Answers in place of whoever would have.</summary>
    public static Task Replace(ICallExchange exchange, CallFault fault)
    {
        if (fault.Resets)
        {
            exchange.Reset();
            return Task.CompletedTask;
        }

        HeaderField[] headers = fault.Body is { } text ? [new("content-type", IsJson(text) ? "application/json" : "text/plain; charset=utf-8")] : [];
        return PlayedAnswer.Write(exchange, fault.Status!.Value, headers, Encoding.UTF8.GetBytes(fault.Body ?? ""));
    }

    /// <summary>A recorded answer that breaks off early; the same when there is not that much of it.</summary>
    public static RecordedCall Cut(RecordedCall call, CallFault fault) => call.Answer is { } answer && IsCut(fault, answer.Body.Length)
        ? call with { Answer = answer with { Body = answer.Body[..fault.TruncateBytes!.Value] }, End = ExchangeEnd.BrokenOff }
        : call;

    /// <summary>The same for the answer of a live service.</summary>
    public static Answer Cut(Answer answer, CallFault fault) => IsCut(fault, answer.Body.Length)
        ? answer with { Body = answer.Body[..fault.TruncateBytes!.Value], Outcome = AnswerOutcome.BodyReset }
        : answer;

    /// <summary>True when the fault changes an answer of so many bytes.</summary>
    public static bool TakesPlace(CallFault fault, int bytes) => fault.ReplacesAnswer || fault.Delay > TimeSpan.Zero || IsCut(fault, bytes);

    private static bool IsCut(CallFault fault, int bytes) => fault.TruncateBytes < bytes;

    private static bool IsJson(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
