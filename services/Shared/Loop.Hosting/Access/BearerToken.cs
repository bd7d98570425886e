using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Loop.Hosting.Access;

/// <summary>Compares bearer tokens without telling by time how far they agree.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>True when the request carries <paramref name="token"/>.</summary>
    public static bool IsIn(HttpRequest request, string token)
    {
        string? given = request.Headers.Authorization;
        return given is not null && given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given[Scheme.Length..])), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }
}
