using System.Runtime.Versioning;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Redaction;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>A failure behind a JWT happens again with a token that the replay minted, and a token that is not taken decides nothing.</summary>
[SupportedOSPlatform("linux")]
public sealed class TokenReplayTests
{
    private const string KeySet = "http://login.internal/keys";

    [Fact]
    public async Task Token_WhoseKeysTheServiceHadAlready_IsMintedAndDecidesOnlyWhenItIsTaken()
    {
        await using LoopServer server = await LoopServer.Start();
        (ConversationDetail kept, string token) = await TokenMesh.KeepFailure(server);
        AssertRedacted(kept, token);
        using TokenSandbox sandbox = new();

        ReplayReport again = await server.Replay(kept.Id, sandbox.File("jwt: {keySet: " + KeySet + "}"));
        Assert.Equal((Verdict.Reproduced, "R1", "passed"), (again.Verdict, again.Row, again.Sandbox!.Control));
        Assert.Empty(again.Divergences);
        Assert.Equal(["GET login.internal/keys by accounts"], again.Sandbox.Runs[0].Background);
        Assert.Contains(again.Adjustments, line => line.StartsWith("minted authorization: RS256, valid until ", StringComparison.Ordinal) && line.EndsWith(", made up sub, email", StringComparison.Ordinal));

        ReplayReport mended = await server.Replay(kept.Id, sandbox.File("jwt: {keySet: " + KeySet + "}", build: "mended"));
        Assert.Equal((Verdict.Fixed, "F3"), (mended.Verdict, mended.Row));

        // The same keys behind TLS, whose certificate the service verifies.
        const string secure = "https://login.internal/keys";
        ReplayReport overTls = await server.Replay(kept.Id, sandbox.File("jwt: {keySet: " + secure + "}", keys: secure));
        Assert.Equal((Verdict.Reproduced, "R1"), (overTls.Verdict, overTls.Row));
        Assert.Equal(["GET login.internal/keys by accounts"], overTls.Sandbox!.Runs[0].Background);
        ReplayReport opaque = await server.Replay(kept.Id, sandbox.File("jwt: {keySet: http://login.internal/other}", keys: secure));
        Assert.Equal((Verdict.Inconclusive, "V4"), (opaque.Verdict, opaque.Row));
        Assert.Equal(["TCP login.internal:443 (TLS) by accounts"], opaque.Sandbox!.Runs[0].Refused);

        await AssertUndecided(server, kept, sandbox.File("jwt: {keySet: http://login.internal/other}"), "nobody fetched login.internal/other");
        await AssertProposed(server, kept);
        await AssertUndecided(server, kept, sandbox.File("jwt: {keySet: " + KeySet + ", claims: {nbf: 1, exp: 2}}"), "error=\"invalid_token\", error_description=\"IDX10223");
        Assert.Empty(server.Errors);
    }

    private static async Task AssertUndecided(LoopServer server, ConversationDetail kept, string file, string reason)
    {
        ReplayReport report = await server.Replay(kept.Id, file);
        Assert.Equal(Verdict.Inconclusive, report.Verdict);
        Assert.Contains("accounts refused the token that was minted for the replay (status 401", report.Reason);
        Assert.Contains(reason, report.Reason);
        Assert.Contains("credentials:", report.NextStep);
    }

    // The service asked for its keys while it served the request: whether they belong to it is not for Loop to say.
    private static async Task AssertProposed(LoopServer server, ConversationDetail kept)
    {
        (_, string text, _) = await Loopctl.Run(server.Http, ["sandbox", "init", kept.Id, "--output", "-"]);
        Assert.Contains("# background:\n#   - call: \"GET http://login.internal/keys\"\n#     by: accounts\n#     answer: { status: 200 }  # no kept conversation holds an answer: write one; made while a request was served", text);
        Assert.Contains("#   authorization: { header: authorization, jwt: { keySet: \"http://HOST/PATH\" } }  # RS256, issued by \"https://login.example\", for \"accounts\"", text);
    }

    private static void AssertRedacted(ConversationDetail kept, string token)
    {
        string[] parts = token.Split('.');
        string all = JsonSerializer.Serialize(kept, LoopJson.Options);
        Assert.DoesNotContain(parts[2], all, StringComparison.Ordinal);
        Assert.DoesNotContain(parts[1], all, StringComparison.Ordinal);
        string header = Assert.Single(kept.Hops).Request!.Headers.Single(field => field[0] == "authorization")[1];
        RedactedJwt jwt = RedactedJwt.Parse(header["Bearer ".Length..])!;
        Assert.Equal("production-7 at+jwt", $"{jwt.Header["kid"]} {jwt.Header["typ"]}");
        Assert.Equal("accounts read write", $"{jwt.Claims["aud"]} {jwt.Claims["scope"]}");
        Assert.True(RedactedJwt.IsTokenised(jwt.Claims["sub"]) && RedactedJwt.IsTokenised(jwt.Claims["email"]));
    }

    private sealed class TokenSandbox : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-tokens-").FullName;
        private int _count;

        public string File(string credential, string build = "recorded", string keys = KeySet)
        {
            string path = Path.Combine(_folder, $"{++_count}.yaml");
            System.IO.File.WriteAllText(path, $"""
                version: 1
                services:
                  accounts:
                    command: ["{TokenMesh.Program}", tokens, "8080", {build}]
                    environment: {"{"} KEYS_URL: {keys} {"}"}
                    port: 8080
                    state: none
                    build: {"{"} git: {build} {"}"}
                credentials:
                  caller: {"{"} header: authorization, {credential} {"}"}
                """);
            return path;
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
