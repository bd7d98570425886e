using Loop.Cli.Commands;
using Loop.Client;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.SandboxFiles;

namespace Loop.Cli.Replays;

/// <summary>Asks for the calls that an earlier replay had no answer for, and for conversations that hold one.</summary>
internal static class UnansweredCalls
{
    private const int MaximumReplays = 50;

    // Each is a question of its own to the server.
    private const int MaximumConversations = 50;

    /// <summary>What can be proposed; null when no replay in a sandbox tells anything.</summary>
    /// <exception cref="UsageException">The named replay is of another conversation, or in no sandbox.</exception>
    public static async Task<BackgroundProposals?> Of(LoopClient client, ConversationDetail conversation, string? replay, CancellationToken cancellationToken)
    {
        BackgroundProposals? proposals = replay is null ? await Newest(client, conversation, cancellationToken) : BackgroundProposals.Of(await Named(client, conversation, replay, cancellationToken));
        return proposals is null or { Calls.Count: 0 } ? proposals : proposals.AnsweredFrom(await Others(client, conversation, cancellationToken));
    }

    private static async Task<BackgroundProposals?> Newest(LoopClient client, ConversationDetail conversation, CancellationToken cancellationToken) =>
        (await client.ListReplays(conversation.Id, MaximumReplays, cancellationToken)).Where(report => report.Sandbox is not null).Select(BackgroundProposals.Of).FirstOrDefault(one => !one.IsEmpty);

    private static async Task<ReplayReport> Named(LoopClient client, ConversationDetail conversation, string replay, CancellationToken cancellationToken)
    {
        ReplayReport report = await client.GetReplay(replay, cancellationToken);
        if (report.ConversationId != conversation.Id)
            throw new UsageException($"{replay} is a replay of {report.ConversationId}, not of {conversation.Id}: name one that loopctl replays list --conversation {conversation.Id} prints.");
        return report.Sandbox is null ? throw new UsageException($"{replay} was sent to {report.Destination}: only a replay in a sandbox tells which calls had no answer.") : report;
    }

    private static async Task<IReadOnlyList<ConversationDetail>> Others(LoopClient client, ConversationDetail conversation, CancellationToken cancellationToken)
    {
        List<ConversationDetail> others = [];
        await foreach (ConversationSummary other in client.ListAllConversations(MaximumConversations, controls: true, cancellationToken))
        {
            if (other.Id != conversation.Id)
                others.Add(await client.GetConversation(other.Id, cancellationToken));
        }

        return others;
    }
}
