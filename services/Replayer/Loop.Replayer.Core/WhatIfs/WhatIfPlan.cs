using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.WhatIfs;

/// <summary>The faults and edits of a replay, each with the recorded calls that it is for.</summary>
public sealed record WhatIfPlan
{
    /// <summary>Everything as recorded.</summary>
    public static readonly WhatIfPlan None = new();

    /// <summary>All of them as typed, in their order.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>Recorded call → its fault.</summary>
    public IReadOnlyDictionary<string, CallFault> Faults { get; init; } = new Dictionary<string, CallFault>();

    /// <summary>Faults in all calls to a service, the narrowest first; those of <see cref="Faults"/> win.</summary>
    public IReadOnlyList<ServiceFault> Everywhere { get; init; } = [];

    /// <summary>Driven hop → what is set in its request.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<MessageEdit>> Requests { get; init; } = new Dictionary<string, IReadOnlyList<MessageEdit>>();

    /// <summary>Recorded call → what is set in its answer.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<MessageEdit>> Answers { get; init; } = new Dictionary<string, IReadOnlyList<MessageEdit>>();

    /// <summary>True without any.</summary>
    public bool IsEmpty => Texts.Count == 0;

    /// <summary>All delays in a row: how much longer than recorded an answer may take at the most.</summary>
    public TimeSpan Delay => Faults.Values.Aggregate(TimeSpan.Zero, (sum, fault) => sum + fault.Delay);

    /// <summary>A recorded call with its fault and with what is set in its answer.</summary>
    public RecordedCall Change(RecordedCall call) => call with
    {
        Fault = Faults.GetValueOrDefault(call.HopId),
        Answer = call.Answer is { } answer ? Change(answer, Answers.GetValueOrDefault(call.HopId) ?? []) : null,
        Edits = [.. (Answers.GetValueOrDefault(call.HopId) ?? []).Select(edit => edit.Text)],
    };

    /// <summary>A recorded exchange with what is set in its driven request, and the request's body.</summary>
    public (Exchange Recorded, byte[] Body) Change(string hopId, Exchange recorded, byte[] body)
    {
        if (Requests.GetValueOrDefault(hopId) is not { } edits)
            return (recorded, body);
        Message changed = Change(new Message(recorded.Request!, body), edits);
        return (recorded with { Request = changed.Part }, changed.Body.ToArray());
    }

    /// <summary>What is set in a driven request, as typed.</summary>
    public IReadOnlyList<string> EditsOfRequest(string hopId) => [.. (Requests.GetValueOrDefault(hopId) ?? []).Select(edit => edit.Text)];

    // Each was tried when the replay was accepted.
    private static Message Change(Message message, IReadOnlyList<MessageEdit> edits) => edits.Aggregate(message, (current, edit) =>
        edit.Apply(current) is { Message: { } changed } ? changed : throw new InvalidOperationException($"The edit '{edit.Text}' does not fit the message any more."));
}
