namespace Loop.Cli.Conversations;

/// <summary>The shortest beginnings that tell ids apart.</summary>
public static class ShortestPrefix
{
    /// <summary>What the server accepts at least.</summary>
    public const int MinLength = 4;

    /// <summary>For each id the shortest prefix, at least <see cref="MinLength"/> long, that no other of <paramref name="ids"/> shares.</summary>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> ids)
    {
        string[] sorted = [.. ids.Distinct().Order(StringComparer.Ordinal)];
        var prefixes = new Dictionary<string, string>(sorted.Length);
        for (int index = 0; index < sorted.Length; index++)
        {
            int shared = Math.Max(Shared(sorted, index, index - 1), Shared(sorted, index, index + 1));
            prefixes[sorted[index]] = sorted[index][..Math.Min(sorted[index].Length, Math.Max(MinLength, shared + 1))];
        }

        return prefixes;
    }

    private static int Shared(string[] sorted, int left, int right) =>
        right < 0 || right >= sorted.Length ? 0 : sorted[left].AsSpan().CommonPrefixLength(sorted[right]);
}
