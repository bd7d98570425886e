using System.Text.Json;
using Loop.Contracts.Conversations;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>Body of <c>POST /api/v1/conversations</c>.</summary>
/// <param name="Key">A trace id, traceparent or request id, bare or as <c>trace:…</c>, <c>request:…</c>; or the beginning of a kept conversation's id.</param>
/// <param name="Wrong">A recorded value that is wrong: <c>HOP response $.path</c>.</param>
/// <param name="Expect">What should stand there, as JSON or a word.</param>
public sealed record KeepRequest(string? Key, string? Wrong = null, string? Expect = null)
{
    private const int MaxBodyBytes = 16 * 1024;

    /// <summary>What is wrong with the assertion; null when nothing is.</summary>
    internal string? Fault => this switch
    {
        { Wrong: null, Expect: not null } => "expect says what should stand at a place that wrong names: send both",
        { Wrong: null } => null,
        { Expect.Length: > AssertionText.MaxLength } => $"expect is longer than {AssertionText.MaxLength} characters",
        _ => AssertionText.TryParse(Wrong, out _, out string? fault) ? null : fault,
    };

    /// <summary>Reads it; null when it is none.</summary>
    internal static async Task<KeepRequest?> Read(HttpContext http, CancellationToken cancellationToken)
    {
        if (http.Request.ContentLength > MaxBodyBytes)
            return null;
        try
        {
            return await JsonSerializer.DeserializeAsync<KeepRequest>(http.Request.Body, ApiJson.Options, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
