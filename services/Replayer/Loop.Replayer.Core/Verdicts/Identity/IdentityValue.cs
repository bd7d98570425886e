using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>One value of a failing answer.</summary>
/// <param name="Place">As divergences name it: <c>body $.error</c>.</param>
/// <param name="Type">JSON type, <c>text</c>, <c>bytes</c>, or what else its format knows.</param>
/// <param name="Text">The value; of bytes their SHA-256.</param>
public sealed record IdentityValue(string Place, string Type, string Text)
{
    /// <summary>All values of a body in their order: the leaves of what has a structure, the lines of text, else one hash.</summary>
    internal static IReadOnlyList<IdentityValue> Of(Message message, MessageShape? shape = null)
    {
        if (message.Body.IsEmpty)
            return [];
        byte[] bytes = ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) ?? message.Body.ToArray();
        if (BodyTree.Of(message, bytes, message.MediaType, shape) is { } tree)
            return [.. tree.Leaves($"body {tree.Step}").Select(leaf => new IdentityValue(leaf.Place, leaf.Leaf.Type, leaf.Leaf.Value))];
        bool isText = message.MediaType?.StartsWith("text/", StringComparison.Ordinal) == true;
        return isText
            ? [.. Encoding.UTF8.GetString(bytes).Split('\n').Select((line, index) => new IdentityValue(string.Create(CultureInfo.InvariantCulture, $"body line {index + 1}"), "text", line.TrimEnd('\r')))]
            : [new IdentityValue("body", "bytes", Convert.ToHexStringLower(SHA256.HashData(bytes)))];
    }
}
