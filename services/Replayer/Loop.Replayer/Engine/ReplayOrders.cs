using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Ports;

namespace Loop.Replayer.Engine;

/// <summary>Writes down what a replay was accepted as. Streams hold no secrets: a request with some is not stored, and cannot be taken up by another process.</summary>
internal static class ReplayOrders
{
    // An event has at most 64 KiB.
    private const int MaximumBytes = 32 * 1024;
    private const int MarkCharacters = 200;

    /// <summary>The order of a job.</summary>
    public static async Task<ReplayOrder> Of(ReplayJob job, ReplayRequest asked, IReplayJournal journal)
    {
        ReplayOrder order = ReplayDigests.Of(job);
        HeaderField[] headers = [.. (asked.Headers ?? new Dictionary<string, string>()).Select(header => new HeaderField(header.Key.ToLowerInvariant(), header.Value))];
        if (headers.Length > 0 && !headers.SequenceEqual(await journal.Redact(job.Ids.ReplayId, headers)))
            return order with { Withheld = "the headers that were given with it hold secrets, which are not stored", WhatIf = MarkOf(asked) };
        ReplayRequest request = asked with { Conversation = job.Plan.Conversation.Id, Hop = asked.Hop is null ? null : job.Plan.Entry.Hop.Id };
        return JsonSerializer.SerializeToUtf8Bytes(request, LoopJson.Options).Length <= MaximumBytes
            ? order with { Request = JsonSerializer.SerializeToElement(request, LoopJson.Options) }
            : order with { Withheld = $"its request is larger than the {MaximumBytes / 1024} KiB that are stored", WhatIf = MarkOf(asked) };
    }

    private static WhatIfMark? MarkOf(ReplayRequest asked) => asked.Sandbox is { } sandbox && sandbox.Faults.Count + sandbox.Edits.Count > 0
        ? new WhatIfMark(sandbox.File, sandbox.Live, [.. sandbox.Faults.Concat(sandbox.Edits).Select(text => text.Length <= MarkCharacters ? text : text[..MarkCharacters] + "…")])
        : null;
}
