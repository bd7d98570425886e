using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.StandIns;

/// <summary>What makes one call of a service the same call as another: everything that a service chooses, nothing that a run brings along.</summary>
/// <param name="Authority">Host that the caller named, lower case, with the port if one was named.</param>
/// <param name="Method">Method, as sent.</param>
/// <param name="Target">Raw path with query, as sent: query order counts.</param>
/// <param name="Headers">Declared headers alone, by name; those of one name in wire order.</param>
/// <param name="Body">The request's body.</param>
public sealed record CallIdentity(string Authority, string Method, string Target, IReadOnlyList<HeaderField> Headers, CallBody Body)
{
    private string? _key;

    /// <summary>The path without its query.</summary>
    public string Route => Target.Split('?')[0];

    /// <summary>The query without its question mark; empty when there is none.</summary>
    public string Query => Target.Length == Route.Length ? "" : Target[(Route.Length + 1)..];

    /// <summary>Equal for equal calls, and for no others: every field goes in with its length before it, so that none can run into the next.</summary>
    public string Key => _key ??= Hash();

    /// <summary>True when the two differ in query, headers or body at most.</summary>
    public bool IsSameRoute(CallIdentity other) => Authority == other.Authority && Method == other.Method && Route == other.Route;

    private string Hash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.UTF8.GetBytes(Authority));
        Append(hash, Encoding.UTF8.GetBytes(Method));
        Append(hash, Encoding.UTF8.GetBytes(Target));
        Append(hash, Encoding.UTF8.GetBytes(Headers.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        foreach (HeaderField field in Headers)
        {
            Append(hash, Encoding.UTF8.GetBytes(field.Name));
            Append(hash, Encoding.Latin1.GetBytes(field.Value));
        }

        Append(hash, Encoding.UTF8.GetBytes(Body.Kind.ToString()));
        Append(hash, Body.Normalised.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, field.Length);
        hash.AppendData(length);
        hash.AppendData(field);
    }
}
