using System.Security.Cryptography;

namespace Loop.Integration.Tests.Harness;

/// <summary>The names of one request, by which a test finds its conversation among those of others.</summary>
internal sealed record TestTrace(string TraceId, string SpanId, string RequestId)
{
    public string TraceParent => $"00-{TraceId}-{SpanId}-01";

    /// <summary>As the API writes it.</summary>
    public string Key => $"trace:{TraceId}";

    public static TestTrace New() => new(Hex(16), Hex(8), Guid.NewGuid().ToString());

    private static string Hex(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}
