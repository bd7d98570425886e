using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Sqlite.Events;

namespace Loop.Integration.Tests.Harness;

/// <summary>Looks at a data directory whose server has ended.</summary>
internal static class StoredFiles
{
    /// <summary>Segments on disk, <c>conversation-ID/NUMBER</c>.</summary>
    public static IReadOnlyList<string> Segments(string dataDirectory)
    {
        string packs = Path.Combine(dataDirectory, "packs");
        return [.. Directory.EnumerateFiles(packs, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(packs, file)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Segments that events name, in the same form.</summary>
    public static async Task<IReadOnlyList<string>> ReferencedSegments(string dataDirectory, CancellationToken cancellationToken)
    {
        await using SqliteEventStore events = SqliteEventStore.Open(Path.Combine(dataDirectory, "events.db"), TimeProvider.System);
        var named = new SortedSet<string>(StringComparer.Ordinal);
        foreach (IGrouping<StreamName, StoredEvent> stream in (await events.ReadAll(0, cancellationToken).ToArrayAsync(cancellationToken)).GroupBy(stored => stored.Stream))
        {
            object[] facts = [.. stream.Select(EventSerializer.Deserialize)];
            named.UnionWith(facts.OfType<ReplayExchangeObserved>().Select(observed => $"{stream.Key}/{observed.Segment}"));
            named.UnionWith(Conversation.Fold(facts.OfType<ConversationEvent>()).Recorded.Select(place => $"{stream.Key}/{place.Segment}"));
        }

        return [.. named];
    }

    /// <summary>Removes the read model, which the next start must build again.</summary>
    public static void DeleteIndex(string dataDirectory)
    {
        foreach (string file in Directory.EnumerateFiles(dataDirectory, "index.db*"))
            File.Delete(file);
    }
}
