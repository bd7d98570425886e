using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Compares bodies by their media type: JSON by structure, text by line, anything else by hash.</summary>
internal static class BodyComparison
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Compare(ComparisonLedger ledger, Message recorded, Message replayed)
    {
        byte[]? before = Decoded(ledger, recorded, "recorded");
        byte[]? after = Decoded(ledger, replayed, "replayed");
        if (before is null || after is null)
            (before, after) = (recorded.Body.ToArray(), replayed.Body.ToArray());
        if (recorded.Part.Body.Truncated || replayed.Part.Body.Truncated)
            ComparePrefix(ledger, before, after);
        else if (!before.AsSpan().SequenceEqual(after))
            CompareContent(ledger, recorded.MediaType ?? replayed.MediaType, before, after);
    }

    private static void CompareContent(ComparisonLedger ledger, string? mediaType, byte[] before, byte[] after)
    {
        if (JsonComparison.IsJson(mediaType) && JsonComparison.TryCompare(ledger, before, after))
            return;
        if (IsText(mediaType) || JsonComparison.IsJson(mediaType))
            CompareLines(ledger, Text(before), Text(after));
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
        if (ledger.Same(before, after))
            return;
        string[] left = before.Split('\n');
        string[] right = after.Split('\n');
        for (int line = 0; line < Math.Max(left.Length, right.Length) && !ledger.IsFull; line++)
        {
            string? one = line < left.Length ? left[line] : null;
            string? two = line < right.Length ? right[line] : null;
            if (one is null || two is null || !ledger.Same(one, two))
                ledger.Differ(string.Create(CultureInfo.InvariantCulture, $"body line {line + 1}"), one, two);
        }
    }

    private static void CompareHashes(ComparisonLedger ledger, byte[] before, byte[] after) => ledger.Differ("body", Describe(before), Describe(after));

    private static string Describe(byte[] bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes))}");

    private static byte[]? Decoded(ComparisonLedger ledger, Message message, string which)
    {
        string? encoding = message.Part.Header("content-encoding");
        byte[]? decoded = ContentDecoding.Decode(message.Body, encoding);
        if (decoded is null)
            ledger.Ignore($"content-encoding {encoding} of the {which} body", "cannot be undone here; compared as it crossed the wire");
        return decoded;
    }

    private static string Text(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    private static bool IsText(string? mediaType) => mediaType is not null
        && (mediaType.StartsWith("text/", StringComparison.Ordinal) || mediaType.EndsWith("+xml", StringComparison.Ordinal)
            || mediaType is "application/xml" or "application/javascript" or "application/x-www-form-urlencoded" or "application/x-ndjson" or "application/yaml");
}
