using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loop.TruthBench.Bugs;

/// <summary>One bug: where it lives, what makes it fail, and what the services behind it answer then.</summary>
internal sealed record Bug
{
    public required string Language { get; init; }

    public required string Name { get; init; }

    /// <summary>Of what kind it is, in words.</summary>
    public required string Kind { get; init; }

    public required BugRequest Failing { get; init; }

    public required BugRequest Healthy { get; init; }

    /// <summary><c>service /target</c> → its answers in turn; the last one again and again.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<CalleeAnswer>> Answers { get; init; } = new Dictionary<string, IReadOnlyList<CalleeAnswer>>();

    /// <summary>The server whose rows it needs.</summary>
    public StateKind Needs { get; init; }

    /// <summary>File with the rows, in the folder of seeds.</summary>
    public string? Seed { get; init; }

    /// <summary>How its sandbox is broken in the fourth arm.</summary>
    public required BrokenHow Broken { get; init; }

    /// <summary>True when two of its calls could be made in either order.</summary>
    public bool HasPair { get; init; }

    /// <summary>True when two of its calls are under way at the same time.</summary>
    public bool Overlaps { get; init; }

    /// <summary>False when it fails before it called anybody, so that no change of calls can matter.</summary>
    public bool Calls => Answers.Count > 0;

    [JsonIgnore]
    public string Id => $"{Language}/{Name}";

    [JsonIgnore]
    public string Core => $"{Language}-core";
}

/// <summary>A request to the entry.</summary>
internal sealed record BugRequest
{
    public string Method { get; init; } = "GET";

    public required string Target { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public string? Body { get; init; }

    public string Charset { get; init; } = "utf-8";

    /// <summary>As a message; <paramref name="padding"/> bytes are put after the body.</summary>
    public HttpRequestMessage ToMessage(Uri to, int padding = 0)
    {
        HttpRequestMessage message = new(new HttpMethod(Method), to);
        foreach ((string name, string value) in Headers.Where(header => !IsOfContent(header.Key)))
            message.Headers.TryAddWithoutValidation(name, value);
        if (Body is null && padding == 0)
            return message;
        message.Content = new ByteArrayContent([.. Encoding.GetEncoding(Charset).GetBytes(Body ?? ""), .. Enumerable.Repeat((byte)' ', padding)]);
        foreach ((string name, string value) in Headers.Where(header => IsOfContent(header.Key)))
            message.Content.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    private static bool IsOfContent(string header) => header.StartsWith("content-", StringComparison.OrdinalIgnoreCase);
}

/// <summary>What a healthy service answers.</summary>
internal sealed record CalleeAnswer
{
    public int Status { get; init; } = 200;

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public JsonNode? Body { get; init; }

    public int DelayMs { get; init; }
}

/// <summary>Servers with rows.</summary>
internal enum StateKind
{
    None,
    Postgresql,
    Redis,
}

/// <summary>What is wrong with the sandbox of the fourth arm.</summary>
internal enum BrokenHow
{
    /// <summary>The server runs, and is empty.</summary>
    [JsonStringEnumMemberName("no-seed")]
    NoSeed,

    /// <summary>Nobody declared the server: nothing listens at its port.</summary>
    [JsonStringEnumMemberName("dependency-down")]
    DependencyDown,

    /// <summary>The service's state is <c>unknown</c>; the server runs and is filled.</summary>
    [JsonStringEnumMemberName("undeclared-state")]
    UndeclaredState,

    /// <summary>Its calls go to a host that was not recorded.</summary>
    [JsonStringEnumMemberName("wrong-environment")]
    WrongEnvironment,

    /// <summary>Another time zone than in production.</summary>
    [JsonStringEnumMemberName("wrong-time-zone")]
    WrongTimeZone,

    /// <summary>More of the request's body than was kept.</summary>
    [JsonStringEnumMemberName("truncated-input")]
    TruncatedInput,
}
