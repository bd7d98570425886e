using System.Net;

namespace Loop.Client;

/// <summary>The server understood, and refused: its <c>application/problem+json</c> (RFC 9457).</summary>
public sealed class LoopApiException : LoopClientException
{
    /// <summary>From the parts of a problem document.</summary>
    public LoopApiException(HttpStatusCode status, string title, string? detail, IReadOnlyList<string> candidates)
        : base(detail is null ? title : $"{title.TrimEnd('.')}: {detail}", inner: null)
    {
        Status = status;
        Title = title;
        Detail = detail;
        Candidates = candidates;
    }

    /// <summary>HTTP status of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>What kind of refusal.</summary>
    public string Title { get; }

    /// <summary>What was wrong this time; null when the title says it all.</summary>
    public string? Detail { get; }

    /// <summary>False when the answer carried no problem document: something in between, or another program, made it.</summary>
    public bool IsProblem { get; init; } = true;

    /// <summary>What an ambiguous name may mean; empty when it was not ambiguous.</summary>
    public IReadOnlyList<string> Candidates { get; }
}
