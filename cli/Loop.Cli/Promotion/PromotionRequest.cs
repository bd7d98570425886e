using Loop.Contracts.Replays;

namespace Loop.Cli.Promotion;

/// <summary>What a person asked to be kept as a test.</summary>
/// <param name="Conversation">Conversation, or the beginning of its id.</param>
/// <param name="To">Folder of all tests.</param>
/// <param name="Name">Name of the new folder; null for the conversation's id.</param>
/// <param name="Sandbox">Sandbox file; null for that of the newest replay that reproduced the failure.</param>
/// <param name="Expect">The verdict that passes.</param>
/// <param name="AreBodiesReviewed">True when a person read the bodies: nothing else has removed secrets from them.</param>
internal sealed record PromotionRequest(string Conversation, string To, string? Name, string? Sandbox, Verdict Expect, bool AreBodiesReviewed);

/// <summary>What was written.</summary>
/// <param name="Name">Name of the test.</param>
/// <param name="Folder">Absolute path.</param>
/// <param name="Conversation">Id of the conversation.</param>
/// <param name="Expect">The verdict that passes.</param>
/// <param name="Times">Runs.</param>
internal sealed record PromotedTest(string Name, string Folder, string Conversation, string Expect, int Times);

/// <summary>A conversation cannot be kept as a test; the message says why and what to do.</summary>
internal sealed class PromotionRefusedException(string message, params string[] hints) : Exception(message)
{
    /// <summary>Further lines.</summary>
    public IReadOnlyList<string> Hints => hints;
}
