using System.Security.Cryptography;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Links;

/// <summary>Headers that name a body by its hash. One that did so before must do so again; a tag that is something else stays: later requests carry it.</summary>
internal static class DigestHeaders
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase) { "etag", "content-md5", "digest", "content-digest", "repr-digest" };

    // RFC 1864, RFC 9530, and what servers make entity tags of.
    private static readonly HashAlgorithmName[] Algorithms = [HashAlgorithmName.MD5, HashAlgorithmName.SHA1, HashAlgorithmName.SHA256, HashAlgorithmName.SHA512];

    /// <summary>The value that fits the new bytes.</summary>
    /// <param name="header">The header.</param>
    /// <param name="bodies">Old and new bytes, with and without content encoding: either may be hashed.</param>
    public static string Rewrite(HeaderField header, IReadOnlyList<(byte[] Before, byte[] After)> bodies)
    {
        if (!Names.Contains(header.Name))
            return header.Value;
        foreach ((byte[] before, byte[] after) in bodies)
        {
            foreach (HashAlgorithmName algorithm in Algorithms)
            {
                byte[] old = CryptographicOperations.HashData(algorithm, before);
                byte[] fresh = CryptographicOperations.HashData(algorithm, after);
                foreach (Func<byte[], string> notation in new Func<byte[], string>[] { Convert.ToHexStringLower, Convert.ToHexString, Convert.ToBase64String })
                {
                    if (header.Value.Contains(notation(old), StringComparison.Ordinal))
                        return header.Value.Replace(notation(old), notation(fresh), StringComparison.Ordinal);
                }
            }
        }

        return header.Value;
    }
}
