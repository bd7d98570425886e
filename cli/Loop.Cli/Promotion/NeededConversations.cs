using Loop.Client;
using Loop.Contracts.Api;
using Loop.SandboxFiles;

namespace Loop.Cli.Promotion;

/// <summary>Every conversation that a replay reads: the failing one, its control, those that the sandbox file names, and those that were replayed before it.</summary>
/// <param name="ByRole">Each once, the failing one first.</param>
internal sealed record NeededConversations(IReadOnlyList<(string Role, ConversationDetail Conversation)> ByRole)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<ConversationDetail> All => [.. ByRole.Select(one => one.Conversation)];

    /// <summary>Asks the server for them.</summary>
    public static async Task<NeededConversations> Find(LoopClient client, ConversationDetail failing, SandboxFile sandbox, IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        List<(string Role, string Id)> named = [];
        if (failing.ControlId is { } control)
            named.Add(("control", control));
        named.AddRange(sandbox.Services.Select(service => service.State).OfType<ServiceState.Prelude>().SelectMany(prelude => prelude.ConversationIds).Select(id => ("prelude", id)));
        named.AddRange(before.Select(id => ("prelude", id)));
        named.AddRange(sandbox.Background.Select(call => call.From).OfType<string>().Select(id => ("background", id)));
        List<(string Role, ConversationDetail Conversation)> found = [("failing", failing)];
        foreach ((string role, string id) in named)
        {
            ConversationDetail conversation = await client.GetConversation(id, cancellationToken);
            if (found.TrueForAll(known => known.Conversation.Id != conversation.Id))
                found.Add((role, conversation));
        }

        return new NeededConversations(found);
    }
}
