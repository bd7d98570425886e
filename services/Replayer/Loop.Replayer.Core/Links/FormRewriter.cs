using System.Text;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Links;

/// <summary>Exchanges ids in values of form fields.</summary>
internal static class FormRewriter
{
    /// <summary>False when the body is no form. The same array comes back when nothing changed.</summary>
    public static bool TryRewrite(byte[] body, Exchanges exchanges, out byte[] rewritten)
    {
        rewritten = body;
        BodySource source = new() { Bytes = body, ContentType = "", MediaType = "application/x-www-form-urlencoded" };
        if (BodyTree.Read(source) is not { } tree)
            return false;
        string[] pairs = Encoding.Latin1.GetString(body).Split('&');
        bool changed = false;
        foreach ((int index, (string place, BodyNode field)) in tree.Placed("body form").Index())
        {
            if (field.Type != "text")
                continue;
            string[] sides = pairs[index].Split('=', 2);
            string value = EscapedText.Replace(sides[1], field.Value, exchanges(place));
            changed |= value != sides[1];
            pairs[index] = $"{sides[0]}={value}";
        }

        if (changed)
            rewritten = Encoding.Latin1.GetBytes(string.Join('&', pairs));
        return true;
    }
}
