using System.Buffers;

namespace Loop.Store.Files;

/// <summary>Checks blob names before they become paths.</summary>
internal static class BlobName
{
    // Room for a directory entry (255 bytes on every file system that matters) and for the temporary name.
    private const int MaxPartLength = 200;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Refuses everything but 2–4 parts of <c>[a-z0-9._-]</c> that do not begin with a dot.</summary>
    public static void Check(string name)
    {
        string[] parts = name.Split('/');
        if (parts.Length is < 2 or > 4 || !parts.All(IsPart))
            throw new ArgumentException($"'{name}' is no blob name: 2–4 parts of a–z, 0–9, '.', '_' and '-' are expected, none of which begins with a dot.", nameof(name));
    }

    /// <summary>The directory part of a prefix (without the last slash) after a check of it; empty when there is none.</summary>
    public static string CheckPrefix(string prefix)
    {
        int slash = prefix.LastIndexOf('/');
        string directory = slash < 0 ? "" : prefix[..slash];
        bool isSound = (slash < 0 || directory.Split('/').All(IsPart)) && prefix.AsSpan(slash + 1).IndexOfAnyExcept(Allowed) < 0;
        return isSound ? directory : throw new ArgumentException($"'{prefix}' is no prefix of a blob name.", nameof(prefix));
    }

    private static bool IsPart(string part) => part.Length is > 0 and <= MaxPartLength && part[0] != '.' && part.AsSpan().IndexOfAnyExcept(Allowed) < 0;
}
