using System.Globalization;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Engine;
using Loop.Replayer.Ports;

namespace Loop.Replayer.Sandboxes;

/// <summary>Reads what is kept of the runs of a replay.</summary>
internal sealed class RunReader(IRecordings recordings, IReplayJournal journal)
{
    private const int MaximumBodyBytes = 1024 * 1024;

    /// <summary>What a live service wrote in a run.</summary>
    public async Task<(byte[]? Log, ReplayRefusal? Refusal)> Log(string id, int run, string service)
    {
        (RunReport? report, ReplayRefusal? refusal) = await Find(id, run);
        if (report is null)
            return (null, refusal);
        if (report.Logs.TryGetValue(service, out string? sha256) && await journal.Body(id, sha256) is { } log)
            return (log, null);
        return (null, ReplayRefusal.UnknownPart("log", $"Run {run} of {id} has no log of '{service}'.", report.Logs.Count == 0 ? "No live service wrote anything." : $"It has logs of {string.Join(", ", report.Logs.Keys)}."));
    }

    /// <summary>A hop, by number, id or label, beside its recording.</summary>
    public async Task<(HopComparison? Hop, ReplayRefusal? Refusal)> Hop(string id, int run, string name)
    {
        (RunReport? report, ReplayRefusal? refusal) = await Find(id, run);
        if (report is null)
            return (null, refusal);
        ReplayReport replay = (await journal.Report(id))!;
        if (report.RecordSha256 is null || await journal.Body(id, report.RecordSha256) is not { } stored)
            return (null, ReplayRefusal.UnknownPart("run", $"Nothing is kept of run {run} of {id}.", "Replay again."));
        RunRecord record = JsonSerializer.Deserialize<RunRecord>(stored, LoopJson.Options) ?? throw new InvalidDataException($"The record of run {run} of {id} is empty.");
        if (await recordings.Describe(replay.ConversationId) is not { } conversation)
            return (null, ReplayRefusal.UnknownConversation(replay.ConversationId));
        IReadOnlyList<Exchange> exchanges = await recordings.Exchanges(conversation.Id);
        IReadOnlyList<PlannedCall> calls = PlannedCalls.Of(conversation.Hops, exchanges);
        PlannedCall? call = calls.FirstOrDefault(one => one.Hop.Id == name || one.Label == name || one.Hop.Number.ToString(CultureInfo.InvariantCulture) == name);
        if (call is null)
            return (null, ReplayRefusal.UnknownHop(conversation.Id, name, conversation.Hops));
        RecordedBodies bodies = await RecordedBodies.Load(recordings, conversation.Id, call.Views);
        return (Compare(call, record, bodies), null);
    }

    private static HopComparison Compare(PlannedCall call, RunRecord record, RecordedBodies bodies)
    {
        DrivenHop? driven = record.Driven.FirstOrDefault(one => one.HopId == call.Hop.Id);
        ServedCall? served = record.Calls.FirstOrDefault(one => one.HopId == call.Hop.Id);
        Message? recordedRequest = bodies.Message((call.Request ?? call.Answer)?.Request);
        Message? recordedResponse = bodies.Message(call.Answer?.Response);
        Core.Answers.Answer? answer = driven?.Answer ?? served?.Answer;
        HttpMessagePart? part = answer?.ToExchange(null, record.StartedAt).Response;
        Message? replayedResponse = part is null ? null : new Message(part, answer!.Body);
        string kind = (driven, served) switch
        {
            (not null, _) => "driven",
            (_, { LiveCallee: not null }) => "relayed",
            (_, not null) => "answered",
            _ => "not called",
        };
        MessageComparison requests = MessageComparer.Requests(call.Label, recordedRequest, served?.Request, RunMask.None);
        MessageComparison responses = answer is null ? MessageComparison.Equal : MessageComparer.Responses(call.Label, recordedResponse, replayedResponse, RunMask.None);
        return new HopComparison(
            call.Label, kind, Shown(recordedRequest), Shown(served?.Request), Shown(recordedResponse), Shown(replayedResponse), [.. requests.Divergences, .. responses.Divergences], [.. requests.Ignored, .. responses.Ignored]);
    }

    private static ComparedMessage? Shown(Message? message)
    {
        if (message is null)
            return null;
        byte[] body = ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) ?? message.Body.ToArray();
        bool isCut = body.Length > MaximumBodyBytes;
        return new ComparedMessage(Fields(message.Part.Headers), isCut ? body[..MaximumBodyBytes] : body, message.Part.Body.Truncated || isCut, Fields(message.Part.Trailers));
    }

    private static IReadOnlyList<string[]> Fields(IReadOnlyList<HeaderField> fields) => [.. fields.Select(field => new[] { field.Name, field.Value })];

    private async Task<(RunReport? Run, ReplayRefusal? Refusal)> Find(string id, int number)
    {
        ReplayReport? report = id.Length == 12 && Contracts.Base32.IsValid(id) ? await journal.Report(id) : null;
        if (report is null)
            return (null, ReplayRefusal.UnknownReplay(id));
        RunReport? run = report.Sandbox?.Runs.FirstOrDefault(one => one.Number == number);
        return run is not null
            ? (run, null)
            : (null, ReplayRefusal.UnknownPart("run", $"{id} has no run {number}.", report.Sandbox is null ? "Only replays in a sandbox have runs." : $"It has {report.Sandbox.Runs.Count}."));
    }
}
