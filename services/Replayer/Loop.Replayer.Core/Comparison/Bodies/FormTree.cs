using System.Text;

namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// Form fields (WHATWG URL, application/x-www-form-urlencoded): how a byte is escaped does not count; order and duplicates do, since servers read
/// the first or the last of them.
/// </summary>
internal static class FormTree
{
    public static BodyNode Read(byte[] bytes, NodeBudget budget) => new()
    {
        Key = "form",
        Step = "form",
        Type = "form",
        OrderCounts = true,
        Show = () => Encoding.Latin1.GetString(bytes),
        Children = bytes.Length == 0 ? [] : [.. Encoding.Latin1.GetString(bytes).Split('&').Select(pair => Field(pair, budget))],
    };

    private static BodyNode Field(string pair, NodeBudget budget)
    {
        budget.Spend(1);
        int equals = pair.IndexOf('=', StringComparison.Ordinal);
        byte[] name = Unescape(equals < 0 ? pair : pair[..equals]);
        // Bytes that are no text are a name that no text can be: half a surrogate pair never comes out of UTF-8.
        string key = LeafText.Strict(name) ?? $"\uD800{Convert.ToHexStringLower(name)}";
        string step = BodyPlace.Member(LeafText.Lenient(name));
        // "a" and "a=" reach most servers as different things.
        return equals < 0 ? new BodyNode { Key = key, Step = step, Type = "name alone" } : LeafText.Leaf(key, step, Unescape(pair[(equals + 1)..]));
    }

    private static byte[] Unescape(string text)
    {
        List<byte> bytes = new(text.Length);
        for (int index = 0; index < text.Length; index++)
        {
            if (text[index] is not '%')
            {
                bytes.Add((byte)(text[index] is '+' ? ' ' : text[index]));
                continue;
            }

            // Kept as it is, a lone percent sign would equal one that is escaped.
            if (index + 2 >= text.Length || !char.IsAsciiHexDigit(text[index + 1]) || !char.IsAsciiHexDigit(text[index + 2]))
                throw new InvalidDataException("A percent sign without two hex digits.");
            bytes.AddRange(Convert.FromHexString(text.AsSpan(index + 1, 2)));
            index += 2;
        }

        return [.. bytes];
    }
}
