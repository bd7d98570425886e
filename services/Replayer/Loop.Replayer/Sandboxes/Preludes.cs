using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Ports;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>Reads the conversations that make state: those that live services name as their prelude, each once, in the order of the file.</summary>
internal static class Preludes
{
    /// <summary>Ids of all of them.</summary>
    public static IReadOnlyList<string> Ids(IEnumerable<SandboxService> live) =>
        [.. live.Select(service => service.State).OfType<ServiceState.Prelude>().SelectMany(prelude => prelude.ConversationIds).Distinct()];

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidOperationException">One is not kept any more, or its id fits several.</exception>
    public static async Task<IReadOnlyList<RunPrelude>> Load(IEnumerable<SandboxService> services, IReadOnlySet<string> live, IRecordings recordings)
    {
        List<RunPrelude> preludes = [];
        foreach (string prefix in Ids(services))
        {
            IReadOnlyList<string> found = await recordings.Find(prefix);
            if (found.Count != 1 || await recordings.Describe(found[0]) is not { } conversation)
                throw new InvalidOperationException($"the prelude {prefix} is {(found.Count == 0 ? "not kept" : "more than one conversation")}");
            IReadOnlyList<Exchange> exchanges = await recordings.Exchanges(conversation.Id);
            RecordedBodies bodies = await RecordedBodies.Load(recordings, conversation.Id, exchanges);
            preludes.Add(new RunPrelude(LivePlan.Of(conversation.Hops, exchanges, live), bodies.Body, Keys(conversation)));
        }

        return preludes;
    }

    /// <summary>The names of a conversation.</summary>
    public static IReadOnlyList<TraceKey> Keys(ConversationDetail conversation) =>
        [.. conversation.Keys.Select(text => TraceKey.TryParse(text, out TraceKey key) ? key : (TraceKey?)null).OfType<TraceKey>()];
}
