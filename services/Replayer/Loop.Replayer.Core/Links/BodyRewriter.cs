using System.Text;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Links;

/// <summary>Exchanges ids in a decoded body. Everything else keeps its bytes: white space, order, escapes.</summary>
internal static class BodyRewriter
{
    /// <summary>The changed bytes, or the same array when nothing changed.</summary>
    public static byte[] Rewrite(Message message, byte[] plain, Exchanges exchanges, List<string> unwritten)
    {
        if (JsonTree.IsJson(message.MediaType) && JsonRewriter.TryRewrite(plain, exchanges, out byte[] json))
            return json;
        if (message.MediaType == "application/x-www-form-urlencoded" && FormRewriter.TryRewrite(plain, exchanges, out byte[] form))
            return form;
        return InPlace(message, plain, exchanges, unwritten);
    }

    // Of other formats no writer is at hand that keeps the rest as it is. Where every occurrence of an id is one that is to be exchanged, none is needed.
    private static byte[] InPlace(Message message, byte[] plain, Exchanges exchanges, List<string> unwritten)
    {
        List<(string Place, string Text, IReadOnlyList<(string From, string To)> Pairs)> fields =
            [.. FieldTexts.Body(message, plain).Select(field => (field.Place, field.Text, exchanges(field.Place))).Where(field => field.Item3.Count > 0)];
        if (fields.Count == 0)
            return plain;
        // One character per byte: ids are ASCII, the rest may be anything.
        string raw = Encoding.Latin1.GetString(plain);
        bool framed = message.MediaType?.Contains("grpc", StringComparison.Ordinal) == true || message.MediaType?.Contains("protobuf", StringComparison.Ordinal) == true;
        List<(string From, string To)> certain = [];
        foreach ((string from, string to) in fields.SelectMany(field => field.Pairs).Distinct())
        {
            int wanted = fields.Where(field => field.Pairs.Contains((from, to))).Sum(field => TokenText.Positions(field.Text, from).Count());
            int there = framed ? Count(raw, from) : TokenText.Positions(raw, from).Count();
            if (wanted == 0)
                continue;
            if (wanted != there || (framed && from.Length != to.Length) || !to.All(char.IsAscii) || NeedsEscape(message, to))
                unwritten.Add($"{fields[0].Place}: {from} could not be exchanged for {to} in {message.MediaType}");
            else
                certain.Add((from, to));
        }

        if (certain.Count == 0)
            return plain;
        return Encoding.Latin1.GetBytes(framed ? certain.Aggregate(raw, (text, pair) => text.Replace(pair.From, pair.To, StringComparison.Ordinal)) : TokenText.Replace(raw, certain));
    }

    private static bool NeedsEscape(Message message, string to) =>
        (message.MediaType?.Contains("xml", StringComparison.Ordinal) == true || message.MediaType?.Contains("html", StringComparison.Ordinal) == true) && to.AsSpan().ContainsAny("<>&\"'");

    private static int Count(string text, string id) => (text.Length - text.Replace(id, "", StringComparison.Ordinal).Length) / id.Length;
}
