namespace Loop.Integration.Tests.Harness.Mesh;

/// <summary>How the deepest call of a conversation ends.</summary>
internal enum FakeOutcome
{
    /// <summary>Status 200 everywhere.</summary>
    Healthy,

    /// <summary>The deepest service answers 500, its callers too.</summary>
    Failed,

    /// <summary>The deepest service resets; its callers answer 503.</summary>
    Reset,
}

/// <summary>What a conversation was made of, to compare with what was recorded.</summary>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="Path">Path of its entry request; no other conversation has it.</param>
/// <param name="Hops">Calls, the entry included.</param>
/// <param name="Outcome">How it ended.</param>
internal sealed record FakeConversation(string TraceId, string Path, int Hops, FakeOutcome Outcome)
{
    /// <summary>True when every stream was taken and ended with OK.</summary>
    public bool IsTaken { get; init; } = true;

    public bool Fails => Outcome is not FakeOutcome.Healthy;

    /// <summary>The request body that service <paramref name="hop"/> (from 0) received.</summary>
    public byte[] RequestBody(int hop) => Body($"request {hop}", hop);

    /// <summary>The response body that service <paramref name="hop"/> (from 0) sent.</summary>
    public byte[] ResponseBody(int hop) => Body($"response {hop}", hop);

    // Told by the conversation and the place, so that a body of another conversation is noticed.
    private byte[] Body(string place, int hop) =>
        System.Text.Encoding.UTF8.GetBytes($$"""{"trace":"{{TraceId}}","place":"{{place}}","fill":"{{string.Concat(Enumerable.Repeat(TraceId, 20 * (hop + 1)))}}"}""");
}
