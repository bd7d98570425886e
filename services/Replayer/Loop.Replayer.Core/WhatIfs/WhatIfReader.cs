using System.Globalization;
using Loop.Contracts;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.WhatIfs;

/// <summary>Finds the calls that typed faults and edits name, and refuses what could not happen. Pure.</summary>
public sealed class WhatIfReader
{
    private const int MostListed = 12;
    private readonly List<PlannedCall> _calls;
    private readonly LivePlan _live;
    private readonly string _entry;
    private readonly Func<HttpMessagePart, byte[]?> _body;

    private WhatIfReader(LivePlan live, string entryHopId, Func<HttpMessagePart, byte[]?> body)
    {
        (_live, _entry, _body) = (live, entryHopId, body);
        _calls = [.. live.Drives.Concat(live.Relayed).Concat(live.Answered).Concat(live.Outside).OrderBy(call => call.Hop.StartedAt).ThenBy(call => call.Hop.Number)];
    }

    /// <summary>Reads them.</summary>
    /// <param name="faults">Faults as typed.</param>
    /// <param name="edits">Edits as typed.</param>
    /// <param name="live">Which hops are live.</param>
    /// <param name="entryHopId">The hop whose answer is compared.</param>
    /// <param name="body">Kept bytes of a recorded body; null when the pack lacks them.</param>
    public static (WhatIfPlan? Plan, WhatIfRefusal? Refusal) Read(
        IReadOnlyList<string> faults, IReadOnlyList<string> edits, LivePlan live, string entryHopId, Func<HttpMessagePart, byte[]?> body)
    {
        if (faults.Count + edits.Count == 0)
            return (WhatIfPlan.None, null);
        WhatIfReader reader = new(live, entryHopId, body);
        if (!live.Drives.Any(drive => drive.Hop.Id == entryHopId))
            return (null, new WhatIfRefusal("The entry is answered from the recording, and its answer is what faults and edits are judged by.", "Make its service live, or drive a part of the tree by itself: --from-hop HOP.", []));
        if (faults.Concat(edits).GroupBy(text => text.Trim()).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return (null, new WhatIfRefusal($"'{twice.Key}' is given twice.", "Give it once.", []));
        (FaultsOfCalls? faulted, WhatIfRefusal? refusal) = reader.Faults(faults);
        if (faulted is null)
            return (null, refusal);
        (EditsOfCalls? edited, refusal) = reader.Edits(edits);
        if (edited is null)
            return (null, refusal);
        return (new WhatIfPlan
        {
            Texts = [.. faults.Concat(edits).Select(text => text.Trim())],
            Faults = faulted.ByHop,
            Everywhere = faulted.Everywhere,
            Requests = edited.Requests,
            Answers = edited.Answers,
        }, null);
    }

    private (FaultsOfCalls? Faults, WhatIfRefusal? Refusal) Faults(IReadOnlyList<string> texts)
    {
        Dictionary<string, (int Rank, CallFault Fault)> byHop = [];
        List<(int Rank, ServiceFault Fault)> everywhere = [];
        foreach (string text in texts)
        {
            if (!FaultText.TryParse(text, out FaultText? typed, out string? wrong))
                return (null, new WhatIfRefusal($"The fault '{text}': {wrong}.", "Write 'SERVICE#2 delay=3s', status=503, reset or truncate=100.", []));
            NamedCalls named = NamedCalls.Of(typed.Call, _calls, _entry);
            List<PlannedCall> made = [.. named.Calls.Where(IsMade)];
            if (FaultRefusal(text, typed, named, made) is { } refusal)
                return (null, refusal);
            foreach (PlannedCall call in made)
            {
                if (byHop.TryGetValue(call.Hop.Id, out (int Rank, CallFault Fault) other) && other.Rank == named.Rank)
                    return (null, new WhatIfRefusal($"The faults '{other.Fault.Text}' and '{typed.Fault.Text}' both name {call.Label}.", $"Say all of it in one: '{typed.Call} delay=1s status=503'.", [call]));
                if (!byHop.ContainsKey(call.Hop.Id) || other.Rank < named.Rank)
                    byHop[call.Hop.Id] = (named.Rank, typed.Fault);
            }

            if (named.Rank < NamedCalls.OneCall)
                everywhere.Add((named.Rank, new ServiceFault(typed.Fault, typed.Call.Service, [.. made.SelectMany(Authorities).Distinct().Except(_calls.Where(call => call.Hop.Destination != typed.Call.Service).SelectMany(Authorities))], typed.Call.Method, typed.Call.Route)));
        }

        return (new FaultsOfCalls(byHop.ToDictionary(pair => pair.Key, pair => pair.Value.Fault), [.. everywhere.OrderByDescending(one => one.Rank).Select(one => one.Fault)]), null);
    }

    private WhatIfRefusal? FaultRefusal(string text, FaultText typed, NamedCalls named, List<PlannedCall> made)
    {
        if (named.Wrong is { } wrong)
            return new WhatIfRefusal($"The fault '{text}': {wrong}{Listed(named.Near)}.", "Name a call by service and ordinal (payments#2), or by SERVICE METHOD /path.", named.Near);
        if (made.Count == 0)
            return new WhatIfRefusal($"The fault '{text}': no live service makes {named.Calls[0].Label}, so nobody would get the faulty answer.", "Name a call that a live service makes, or make its caller live.", named.Calls);
        int? longest = made.Max(call => _live.Answered.Contains(call) ? call.Answer?.Response?.Body.SizeBytes is { } size ? (int?)Math.Min(size, int.MaxValue) : 0 : int.MaxValue);
        return typed.Fault.TruncateBytes >= longest
            ? new WhatIfRefusal(string.Create(CultureInfo.InvariantCulture, $"The fault '{text}': the recorded body has {longest} bytes, so nothing would be cut off."), "Give fewer bytes.", made)
            : null;
    }

    private (EditsOfCalls? Edits, WhatIfRefusal? Refusal) Edits(IReadOnlyList<string> texts)
    {
        EditsOfCalls edits = new([], []);
        foreach (string text in texts)
        {
            if (!EditText.TryParse(text, out EditText? typed, out string? wrong))
                return (null, new WhatIfRefusal($"The edit '{text}': {wrong}.", "Write 'HOP response $.path=VALUE', 'HOP request $.path=VALUE' or 'HOP request header NAME=VALUE'.", []));
            NamedCalls named = NamedCalls.Of(typed.Call, _calls, _entry);
            if (named.Wrong is { } unknown)
                return (null, new WhatIfRefusal($"The edit '{text}': {unknown}{Listed(named.Near)}.", "Name a hop by number, by service and ordinal (payments#2), or entry.", named.Near));
            List<PlannedCall> calls = [.. named.Calls.Where(call => (typed.Edit.IsRequest ? _live.Drives : _live.Answered).Contains(call))];
            if (calls.Count == 0)
                return (null, NotRecorded(text, typed.Edit, named.Calls[0]));
            foreach (PlannedCall call in calls)
            {
                if (Add(typed.Edit, call, typed.Edit.IsRequest ? edits.Requests : edits.Answers) is { } fault)
                    return (null, new WhatIfRefusal($"The edit '{text}': {call.Label}: {fault}.", "Give a place that the recorded message has, as loopctl show prints it.", [call]));
            }
        }

        return (edits, null);
    }

    private string? Add(MessageEdit edit, PlannedCall call, Dictionary<string, IReadOnlyList<MessageEdit>> byHop)
    {
        IReadOnlyList<MessageEdit> before = byHop.GetValueOrDefault(call.Hop.Id) ?? [];
        if (before.FirstOrDefault(other => other.Path?.Text == edit.Path?.Text && other.Header == edit.Header) is { } same)
            return $"'{same.Text}' sets it already";
        (Message? message, string? gap) = edit.IsRequest ? RequestOf(call) : AnswerOf(call);
        if (message is null)
            return gap;
        (Message? changed, string? wrong) = edit.Apply(message);
        if (changed is null)
            return edit.Path is { } path && NearestWord.To(path.Text, Places(message)) is { } nearest ? $"{wrong}; did you mean {nearest}?" : wrong;
        byHop[call.Hop.Id] = [.. before, edit];
        return null;
    }

    private (Message? Message, string? Gap) RequestOf(PlannedCall call)
    {
        if (call.Request?.Request is not { } part)
            return (null, "no proxy recorded its request");
        byte[]? body = part.Body.KeptBytes == 0 ? [] : _body(part);
        return body is null ? (null, "the body of its request is missing in the pack") : (new Message(part, body), null);
    }

    private (Message? Message, string? Gap) AnswerOf(PlannedCall call)
    {
        RecordedScript script = RecordedCalls.Of([call], [], _body);
        return script.Calls is [{ Gap: null, Answer: { } answer }] ? (answer, null) : (null, script.Gaps.Count > 0 ? script.Gaps[0] : "it was never answered");
    }

    private static IEnumerable<string> Places(Message message) =>
        ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) is { } plain && BodyTree.Of(message, plain, message.MediaType, shape: null) is { Step: "$" } tree
            ? tree.Leaves(tree.Step).Select(leaf => leaf.Place)
            : [];

    private WhatIfRefusal NotRecorded(string text, MessageEdit edit, PlannedCall call)
    {
        if (edit.IsRequest)
            return new WhatIfRefusal($"The edit '{text}': the request of {call.Label} is not sent by the replay{(IsMade(call) ? ", but by a live service" : "")}.", "Set a value in a driven request, such as: entry request $.path=VALUE.", [call]);
        return _live.Relayed.Contains(call) || _live.Drives.Contains(call)
            ? new WhatIfRefusal($"The edit '{text}': {call.Hop.Destination} runs, and its answer is its own.", $"Answer it from the recording (--recorded {call.Hop.Destination}), or use --fault.", [call])
            : new WhatIfRefusal($"The edit '{text}': no live service makes {call.Label}, so nobody would get the answer.", "Name a call that a live service makes, or make its caller live.", [call]);
    }

    private bool IsMade(PlannedCall call) => _live.Answered.Contains(call) || _live.Relayed.Contains(call);

    private static IEnumerable<string> Authorities(PlannedCall call) => call.Views.Select(view => view.Authority()?.ToLowerInvariant()).OfType<string>();

    private static string Listed(IReadOnlyList<PlannedCall> calls) =>
        calls.Count == 0 ? "" : $"; there {(calls.Count == 1 ? "is" : "are")} {string.Join(", ", calls.Take(MostListed).Select(call => string.Create(CultureInfo.InvariantCulture, $"{call.Label} (hop {call.Hop.Number})")))}";

    private sealed record FaultsOfCalls(IReadOnlyDictionary<string, CallFault> ByHop, IReadOnlyList<ServiceFault> Everywhere);

    private sealed record EditsOfCalls(Dictionary<string, IReadOnlyList<MessageEdit>> Requests, Dictionary<string, IReadOnlyList<MessageEdit>> Answers);
}

/// <summary>Why faults or edits are refused.</summary>
/// <param name="Detail">Which one, and what is wrong.</param>
/// <param name="Remedy">How to mend.</param>
/// <param name="Calls">Calls to choose from.</param>
public sealed record WhatIfRefusal(string Detail, string Remedy, IReadOnlyList<PlannedCall> Calls);
