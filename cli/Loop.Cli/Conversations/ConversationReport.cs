using Loop.Cli.Terminal;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;

namespace Loop.Cli.Conversations;

/// <summary>What <c>loopctl show</c> prints above the messages: what it is, the tree of hops, what is missing.</summary>
internal static class ConversationReport
{
    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["shed"] = "it arrived faster than the node could keep it",
        ["truncated"] = "a body stopped growing at the limit",
        ["evicted"] = "newer exchanges had pushed it out of the ring",
        ["node restarted"] = "the node's memory was lost with its process",
        ["node did not answer"] = "not judged yet: it may still be there",
        ["still open"] = "it had not ended when waiting was given up",
        ["never seen"] = "no proxy reported it",
    };

    public static void Write(CliContext context, ConversationDetail conversation)
    {
        WriteHead(context, conversation);
        context.Console.PutLine();
        if (conversation.Hops.Count == 0)
            context.Console.PutLine("no hop has arrived yet");
        else
            HopTable.Write(context, conversation);
        WriteMissing(context, conversation);
    }

    private static void WriteHead(CliContext context, ConversationDetail conversation)
    {
        string state = conversation.State is ConversationState.Open ? "open, still collecting" : $"{conversation.State.ToString().ToLowerInvariant()} ({SafeText.Line(conversation.SealReason ?? "–")})";
        context.Console.Put(SafeText.Line(conversation.Id), "bold");
        context.Console.PutLine($"  {state}");
        TriggerView trigger = conversation.Trigger;
        context.Console.PutLine($"kept   {Units.When(trigger.At, context.Time)}  {SafeText.Line(trigger.Reason)} (rule {SafeText.Line(trigger.Rule)})");
        if (trigger.Route is { } route)
            context.Console.PutLine($"route  {SafeText.Line(route)}");
        foreach (string key in conversation.Keys.DefaultIfEmpty(conversation.TraceKey))
            context.Console.PutLine($"key    {SafeText.Line(key)}");
        if (conversation.Related.Count > 0)
            context.Console.PutLine($"see    {SafeText.Line(string.Join(", ", conversation.Related))} (a part of the same trace, kept apart)");
        CoherenceReport coherence = conversation.Coherence;
        context.Console.Put("views  ");
        context.Console.PutLine(coherence.Complete ? $"all {coherence.Expected} are here" : $"{coherence.Present} of {coherence.Expected} are here", coherence.Complete ? "" : StatusText.Doubtful);
        WriteOrigin(context, conversation);
        WriteKept(context, conversation);
    }

    private static void WriteKept(CliContext context, ConversationDetail conversation)
    {
        foreach (AssertionView assertion in conversation.Assertions)
            context.Console.PutLine(SafeText.Line($"wrong  {assertion.Wrong}{(assertion.Expect is { } expect ? $", expected {expect}" : "")}"));
        if (conversation.ControlId is { } control)
            context.Console.PutLine($"beside {SafeText.Line(control)} (control: a healthy one of the same route)");
        if (conversation.Session is { } session)
            context.Console.PutLine($"of     the session of {SafeText.Line(session)}");
    }

    private static void WriteOrigin(CliContext context, ConversationDetail conversation)
    {
        HopView? origin = conversation.Hops.FirstOrDefault(hop => hop.Id == conversation.OriginHopId);
        if (origin is null)
            return;
        context.Console.Put("broke  ");
        string request = origin.Request is { } sent ? $"{sent.Method} {sent.Path}" : "a request that no proxy saw";
        context.Console.Put(SafeText.Line($"hop {origin.Number}: {origin.Destination} {request}: {origin.Failure ?? "failed"}"), StatusText.Bad);
        context.Console.PutLine(conversation.Recovered ? "  (recovered: a retry hid it from the entry)" : "");
    }

    private static void WriteMissing(CliContext context, ConversationDetail conversation)
    {
        if (conversation.Coherence.Missing.Count == 0)
            return;
        context.Console.PutLine();
        context.Console.PutLine("missing", "bold");
        foreach (MissingView missing in conversation.Coherence.Missing)
        {
            context.Console.Put($"  {SafeText.Line(missing.What)}: ");
            context.Console.Put(SafeText.Line(missing.Why), StatusText.Doubtful);
            context.Console.PutLine(Reasons.TryGetValue(missing.Why, out string? reason) ? $" ({reason})" : "");
        }
    }
}
