using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Calls;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Ports;

namespace Loop.Replayer.Engine;

/// <summary>Fetches the bodies that a comparison needs, of the recording and of the replay.</summary>
internal sealed class BodyLoader(IRecordings recordings, IReplayJournal journal, string conversationId, string replayId)
{
    /// <summary>A recorded message; null when it was not recorded or its body is gone.</summary>
    public Task<Message?> Recorded(HttpMessagePart? part) => Load(part, sha256 => recordings.Body(conversationId, sha256));

    /// <summary>Kept bytes of a recorded body; null when they are gone.</summary>
    public async Task<byte[]?> RecordedBody(HttpMessagePart? part) => (await Recorded(part))?.Body.ToArray();

    /// <summary>Both sides of each pair.</summary>
    public async Task<IReadOnlyList<ComparedCall>> Calls(IEnumerable<CallPair> pairs)
    {
        List<ComparedCall> compared = [];
        foreach (CallPair pair in pairs)
        {
            if (pair.CommonView is not { } views)
                continue;
            (Exchange before, Exchange after) = views;
            compared.Add(new ComparedCall(
                pair, before, after, await Recorded(before.Request), await Replayed(after.Request), await Recorded(before.Response), await Replayed(after.Response)));
        }

        return compared;
    }

    private Task<Message?> Replayed(HttpMessagePart? part) => Load(part, sha256 => journal.Body(replayId, sha256));

    private static async Task<Message?> Load(HttpMessagePart? part, Func<string, Task<byte[]?>> fetch)
    {
        if (part is null)
            return null;
        if (part.Body.Sha256 is not { } sha256 || part.Body.KeptBytes == 0)
            return new Message(part, ReadOnlyMemory<byte>.Empty);
        return await fetch(sha256) is { } body ? new Message(part, body) : null;
    }
}
