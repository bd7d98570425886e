using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Comparison;

/// <summary>Messages with bodies of one content type, and what a comparison says to two of them.</summary>
internal static class Bodies
{
    public static Message Answer(string contentType, byte[] body, params HeaderField[] headers) => new(
        new HttpMessagePart { Headers = [new(":status", "200"), new("content-type", contentType), .. headers], Body = new Recording().Keep(body) }, body);

    public static Message Answer(string contentType, string body, params HeaderField[] headers) => Answer(contentType, Encoding.UTF8.GetBytes(body), headers);

    public static Message Json(string body, params HeaderField[] headers) => Answer("application/json", body, headers);

    public static Message Request(string target, string body = "", string contentType = "application/json", params HeaderField[] headers)
    {
        string[] words = target.Split(' ');
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        return new Message(
            new HttpMessagePart { Headers = [new(":method", words[0]), new(":authority", words[1]), new(":path", words[2]), new("content-type", contentType), .. headers], Body = new Recording().Keep(bytes) }, bytes);
    }

    public static string Text(this Message message) => Encoding.UTF8.GetString(message.Body.Span);

    public static MessageComparison Compare(Message recorded, Message replayed, ComparisonRules? rules = null) =>
        MessageComparer.Responses("entry", recorded, replayed, rules ?? ComparisonRules.Of(RunMask.None));

    public static string? FirstPlace(Message recorded, Message replayed) => Places(recorded, replayed) is [string first, ..] ? first : null;

    public static IReadOnlyList<string> Places(Message recorded, Message replayed, ComparisonRules? rules = null) =>
        [.. Compare(recorded, replayed, rules).Divergences.Select(divergence => divergence.Place)];
}
