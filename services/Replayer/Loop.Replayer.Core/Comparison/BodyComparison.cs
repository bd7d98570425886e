using System.Globalization;
using System.Security.Cryptography;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Compares bodies by their media type: what has a structure by its values, text by line, anything else by hash.</summary>
internal static class BodyComparison
{
    public static void Compare(ComparisonLedger ledger, Message recorded, Message replayed)
    {
        if (replayed.WholeSha256 is { } sha256 && !recorded.Part.Body.Truncated && IsJudgedWhole(ledger, recorded, replayed, sha256))
            return;
        byte[]? before = Decoded(ledger, recorded, "recorded");
        byte[]? after = Decoded(ledger, replayed, "replayed");
        if (before is null || after is null)
            (before, after) = (recorded.Body.ToArray(), replayed.Body.ToArray());
        if (recorded.Part.Body.Truncated || replayed.Part.Body.Truncated)
            ComparePrefix(ledger, before, after);
        else if (!before.AsSpan().SequenceEqual(after))
            CompareContent(ledger, recorded, before, replayed, after);
    }

    // Equal bytes are equal however they are read. Other bytes may mean the same, as long as they can be read.
    private static bool IsJudgedWhole(ComparisonLedger ledger, Message recorded, Message replayed, string sha256)
    {
        if (recorded.Body.Length == replayed.Part.Body.SizeBytes && Convert.ToHexStringLower(SHA256.HashData(recorded.Body.Span)) == sha256)
            return true;
        if (!CallBody.IsLarge(recorded.Body.Length) && !CallBody.IsLarge(replayed.Part.Body.SizeBytes))
            return false;
        ledger.Differ("body", LeafText.Hash(recorded.Body.Span), LeafText.Hash(replayed.Part.Body.SizeBytes, sha256));
        return true;
    }

    private static void CompareContent(ComparisonLedger ledger, Message recorded, byte[] before, Message replayed, byte[] after)
    {
        string? mediaType = recorded.MediaType ?? replayed.MediaType;
        if (BodyTree.Of(recorded, before, mediaType, ledger.Shape) is { } left && BodyTree.Of(replayed, after, mediaType, ledger.Shape) is { } right)
            TreeComparison.Compare(ledger, left, right);
        else if (IsText(mediaType))
            CompareLines(ledger, LeafText.Lenient(before), LeafText.Lenient(after));
        else
            CompareHashes(ledger, before, after);
    }

    // What was not kept cannot be judged; the part that both have can.
    private static void ComparePrefix(ComparisonLedger ledger, byte[] before, byte[] after)
    {
        int common = Math.Min(before.Length, after.Length);
        ledger.Ignore("body", string.Create(CultureInfo.InvariantCulture, $"not kept in full; the first {common} bytes are compared"));
        if (!before.AsSpan(0, common).SequenceEqual(after.AsSpan(0, common)))
            CompareHashes(ledger, before[..common], after[..common]);
    }

    private static void CompareLines(ComparisonLedger ledger, string before, string after)
    {
        if (ledger.Same("body", before, after))
            return;
        string[] left = before.Split('\n');
        string[] right = after.Split('\n');
        for (int line = 0; line < Math.Max(left.Length, right.Length) && !ledger.IsFull; line++)
        {
            string? one = line < left.Length ? left[line] : null;
            string? two = line < right.Length ? right[line] : null;
            string place = string.Create(CultureInfo.InvariantCulture, $"body line {line + 1}");
            if (one is null || two is null || !ledger.Same(place, one, two))
                ledger.Differ(place, one, two);
        }
    }

    private static void CompareHashes(ComparisonLedger ledger, byte[] before, byte[] after) => ledger.Differ("body", LeafText.Hash(before), LeafText.Hash(after));

    private static byte[]? Decoded(ComparisonLedger ledger, Message message, string which)
    {
        string? encoding = message.Part.Header("content-encoding");
        byte[]? decoded = ContentDecoding.Decode(message.Body, encoding);
        if (decoded is null)
            ledger.Ignore($"content-encoding {encoding} of the {which} body", "cannot be undone here; compared as it crossed the wire");
        return decoded;
    }

    // What has a structure is text as well where the structure is broken.
    private static bool IsText(string? mediaType) => mediaType is not null
        && (JsonTree.IsJson(mediaType) || mediaType.StartsWith("text/", StringComparison.Ordinal) || mediaType.EndsWith("+xml", StringComparison.Ordinal)
            || mediaType is "application/xml" or "application/javascript" or "application/x-www-form-urlencoded" or "application/x-ndjson" or "application/yaml");
}
