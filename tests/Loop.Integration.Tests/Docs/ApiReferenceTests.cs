using System.Text.Json;
using System.Text.RegularExpressions;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Docs;

/// <summary><c>docs/reference/api.md</c> and the served description name the same routes.</summary>
public sealed partial class ApiReferenceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ApiReference_Routes_AreThoseThatAreServed()
    {
        await using LoopServer server = await LoopServer.Start();
        using var api = new LoopApi(server.Http);
        using JsonDocument description = JsonDocument.Parse(await api.Http.GetStringAsync("/openapi/v1.json", Cancellation));
        string[] served = [.. description.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")).Order(StringComparer.Ordinal)];
        string page = await File.ReadAllTextAsync(Path.Combine(DocumentCommands.Root, "docs/reference/api.md"), Cancellation);
        string[] documented = [.. Heading().Matches(page).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];

        Assert.Equal(served, documented);
    }

    [Fact]
    public async Task Description_OfEveryPost_HasItsBody()
    {
        await using LoopServer server = await LoopServer.Start();
        using var api = new LoopApi(server.Http);
        using JsonDocument description = JsonDocument.Parse(await api.Http.GetStringAsync("/openapi/v1.json", Cancellation));
        JsonElement[] posts = [.. description.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Where(method => method.Name == "post").Select(method => method.Value)];

        Assert.Equal(5, posts.Length);
        Assert.All(posts, post => Assert.True(post.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _)));
    }

    [Fact]
    public async Task Refusals_OfAnyKind_CarryAProblem()
    {
        await using LoopServer server = await LoopServer.Start();
        using var api = new LoopApi(server.Http);
        using var malformed = new StringContent("{bad", System.Text.Encoding.UTF8, "application/json");
        HttpResponseMessage[] answers =
        [
            await api.Http.GetAsync("/api/v1/nothing", Cancellation),
            await api.Http.GetAsync("/api/v1/replays?limit=abc", Cancellation),
            await api.Http.PostAsync("/api/v1/replays", malformed, Cancellation),
        ];
        foreach (HttpResponseMessage answer in answers)
        {
            using (answer)
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [GeneratedRegex(@"^### `((?:GET|POST|DELETE) /api/[^`]*)`", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
