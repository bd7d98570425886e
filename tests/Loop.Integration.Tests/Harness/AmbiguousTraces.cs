using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Integration.Tests.Harness;

/// <summary>Two trace ids whose conversations' ids begin alike.</summary>
internal static class AmbiguousTraces
{
    private const int PrefixLength = 4;

    public static (string First, string Second, string Prefix) Find()
    {
        // Four base32 characters are a million prefixes: two of some thousand ids share one.
        var seen = new Dictionary<string, string>();
        for (int number = 1; ; number++)
        {
            string trace = $"{number:x32}";
            string prefix = ConversationId.From(new TraceKey(TraceKeyKind.Trace, trace), 1).Value[..PrefixLength];
            if (!seen.TryAdd(prefix, trace))
                return (seen[prefix], trace, prefix);
        }
    }
}
