using Loop.Cli.Terminal;
using Loop.Contracts.Api;

namespace Loop.Cli.Promotion;

/// <summary>Bodies that nothing has redacted: headers are redacted at capture, bodies are kept as they crossed the wire.</summary>
internal static class BodyReview
{
    private const int HopsNamed = 20;

    /// <summary>Refuses conversations with bodies.</summary>
    public static void Require(IReadOnlyList<ConversationDetail> conversations)
    {
        string[] bodies = [.. conversations.SelectMany(Bodies)];
        if (bodies.Length == 0)
            return;
        string[] more = bodies.Length > HopsNamed ? [$"  … {bodies.Length - HopsNamed} more"] : [];
        throw new PromotionRefusedException(
            $"{(bodies.Length == 1 ? "1 body" : $"{bodies.Length} bodies")} would go into the folder without any redaction record",
            [.. bodies.Take(HopsNamed), .. more, "Read them; if they may be shown to everybody who sees the folder, promote with --bodies-reviewed."]);
    }

    private static IEnumerable<string> Bodies(ConversationDetail conversation)
    {
        foreach (HopView hop in conversation.Hops)
        {
            if (hop.Request is { BodyKeptBytes: > 0 } request)
                yield return Line(conversation, hop, "request", request.BodyKeptBytes);
            if (hop.Response is { BodyKeptBytes: > 0 } response)
                yield return Line(conversation, hop, "response", response.BodyKeptBytes);
        }
    }

    private static string Line(ConversationDetail conversation, HopView hop, string side, long bytes) =>
        $"  {hop.Destination} {hop.Request?.Method} {hop.Request?.Path.Split('?')[0]}, {side}, {Units.Bytes(bytes)}: loopctl body {conversation.Id} {hop.Number} {side}";
}
