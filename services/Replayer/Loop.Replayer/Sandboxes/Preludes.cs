using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Engine;
using Loop.Replayer.Ports;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>Reads the conversations that make state: those that live services name as their prelude, each once, in the order of the file, and those that a request puts before the judged one.</summary>
internal static class Preludes
{
    /// <summary>Ids of those that a file names.</summary>
    public static IReadOnlyList<string> Ids(IEnumerable<SandboxService> live) =>
        [.. live.Select(service => service.State).OfType<ServiceState.Prelude>().SelectMany(prelude => prelude.ConversationIds).Distinct()];

    /// <summary>Whole ids of the conversations that a request puts before the judged one, or why it is refused.</summary>
    public static async Task<(IReadOnlyList<string> Ids, ReplayRefusal? Refusal)> Resolve(IReadOnlyList<string> prefixes, IRecordings recordings)
    {
        List<string> ids = [];
        foreach (string prefix in prefixes.Select(prefix => prefix.ToLowerInvariant()))
        {
            IReadOnlyList<string> found = await recordings.Find(prefix);
            if (found.Count > 1)
                return ([], ReplayRefusal.AmbiguousConversation(prefix, found));
            if (found.Count == 0 || await recordings.Describe(found[0]) is not { } conversation)
                return ([], ReplayRefusal.UnknownConversation(prefix));
            if (conversation.State is ConversationState.Open)
                return ([], ReplayRefusal.StillOpen(conversation.Id));
            ids.Add(conversation.Id);
        }

        return (ids, null);
    }

    /// <summary>Reads those that the file names, then those that the request does.</summary>
    /// <exception cref="InvalidOperationException">One is not kept any more, or its id fits several.</exception>
    public static async Task<IReadOnlyList<RunPrelude>> Load(SandboxJob job, IRecordings recordings)
    {
        List<RunPrelude> preludes = [];
        foreach (string prefix in Ids(job.LiveServices).Concat(job.Request.Before))
        {
            IReadOnlyList<string> found = await recordings.Find(prefix);
            if (found.Count != 1 || await recordings.Describe(found[0]) is not { } conversation)
                throw new InvalidOperationException($"the prelude {prefix} is {(found.Count == 0 ? "not kept" : "more than one conversation")}");
            IReadOnlyList<Exchange> exchanges = await recordings.Exchanges(conversation.Id);
            RecordedBodies bodies = await RecordedBodies.Load(recordings, conversation.Id, exchanges);
            preludes.Add(new RunPrelude(LivePlan.Of(conversation.Hops, exchanges, job.Live.Live), bodies.Body, bodies.Message, Keys(conversation)));
        }

        return preludes;
    }

    /// <summary>The names of a conversation.</summary>
    public static IReadOnlyList<TraceKey> Keys(ConversationDetail conversation) =>
        [.. conversation.Keys.Select(text => TraceKey.TryParse(text, out TraceKey key) ? key : (TraceKey?)null).OfType<TraceKey>()];
}
