using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Credentials;
using Loop.Replayer.Tests.Support;
using Loop.SandboxFiles;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Loop.Replayer.Tests.Credentials;

public sealed class TokenMintTests : IDisposable
{
    private const string KeySet = "http://login.example/keys", Discovery = "http://login.example/.well-known/openid-configuration";
    private const string Secret = "LOOP_TEST_SIGNING_SECRET", SecretValue = "a secret of the tests, long enough for HS256";
    private static readonly HeaderRedactor Redactor = new("a key of a test, no secret"u8, "test");
    private static readonly DateTimeOffset Start = Recording.Start;
    private static readonly JsonWebTokenHandler Handler = new();

    public TokenMintTests() => Environment.SetEnvironmentVariable(Secret, SecretValue);

    public void Dispose() => Environment.SetEnvironmentVariable(Secret, null);

    [Theory]
    [InlineData("", "RS256", "RS256")]
    [InlineData("", "ES256", "ES256")]
    [InlineData("", "ES384", "RS256")]
    [InlineData(", algorithm: ES256", "RS256", "ES256")]
    public async Task Mint_FetchedKeySet_VerifiesTheToken(string rule, string recorded, string minted)
    {
        using TokenMint mint = Mint($"jwt: {{keySet: {KeySet}{rule}}}");
        HeaderField header = Redacted(new JsonObject { ["alg"] = recorded, ["typ"] = "at+jwt", ["kid"] = "old" }, Claims());

        string token = mint.Mint("web", header)!.Value["Bearer ".Length..];

        JsonWebToken read = new(token);
        Assert.Equal((minted, "at+jwt"), (read.Alg, read.Typ));
        JsonWebKeySet keys = new(Encoding.UTF8.GetString(Stub(mint, "/keys").Body.Span));
        Assert.All(keys.Keys, key => Assert.False(key.HasPrivateKey));
        TokenValidationResult result = await Handler.ValidateTokenAsync(token, Parameters(keys.GetSigningKeys()));
        Assert.True(result.IsValid, result.Exception?.Message);
        using TokenMint other = Mint($"jwt: {{keySet: {KeySet}}}");
        JsonWebKeySet foreign = new(Encoding.UTF8.GetString(Stub(other, "/keys").Body.Span));
        Assert.False((await Handler.ValidateTokenAsync(token, Parameters(foreign.GetSigningKeys()))).IsValid);
    }

    [Fact]
    public async Task Mint_SharedSecret_Signs()
    {
        using TokenMint mint = Mint($"jwt: {{secret: {Secret}}}");

        string token = mint.Mint("web", Redacted(new JsonObject { ["alg"] = "HS256" }, Claims()))!.Value["Bearer ".Length..];

        Assert.Empty(mint.KeySets);
        Assert.True((await Handler.ValidateTokenAsync(token, Parameters([new SymmetricSecurityKey(Encoding.UTF8.GetBytes(SecretValue))]))).IsValid);
    }

    [Fact]
    public void Mint_Claims_AreRecordedDeclaredOrMadeUpAndNeverTokens()
    {
        using TokenMint mint = Mint($"jwt: {{keySet: {KeySet}, claims: {{tenant: 7, groups: [a, b], admin: true, sub: \"42\"}}}}");
        JsonObject claims = Claims();
        (claims["email"], claims["tenant"], claims["sub"]) = ("ann@example.org", 3, "ann");

        MintedValue minted = mint.Mint("web", Redacted(Rsa(), claims))!;

        JsonObject read = Read(minted.Value);
        Assert.Equal("""{"iss":"https://login","aud":["web"],"iat":1793534100,"exp":1793535000,"scope":"read"}""", Only(read, "iss", "aud", "iat", "exp", "scope"));
        Assert.Equal("""{"sub":"42","tenant":7,"groups":["a","b"],"admin":true}""", Only(read, "sub", "tenant", "groups", "admin"));
        Assert.Matches("^[A-Za-z0-9_-]{22}$", (string?)read["email"]);
        Assert.Equal("minted authorization: RS256, valid until 2026-11-01T12:10:00Z, declared tenant, groups, admin, sub, made up email", minted.Note);
        Assert.False(HeaderRedactor.IsToken(read.ToJsonString()));
    }

    [Theory]
    [InlineData("clock: shifted", "", 0, 0)]
    [InlineData("clock: frozen", "", 0, 0)]
    [InlineData("clock: real", "", 86400, 86400)]
    [InlineData("clock: shifted", ", lifetimeMinutes: 60", 0, 3000)]
    [InlineData("clock: real", ", lifetimeMinutes: 60", 86400, 89400)]
    public void Mint_Times_FollowTheClockOfTheSandbox(string clock, string rule, int issuedLater, int expiresLater)
    {
        using TokenMint mint = Mint($"jwt: {{keySet: {KeySet}{rule}}}", clock);

        JsonObject read = Read(mint.Mint("web", Redacted(Rsa(), Claims()))!.Value);

        Assert.Equal(1793534100 + issuedLater, (long)read["iat"]!);
        Assert.Equal(1793535000 + expiresLater, (long)read["exp"]!);
    }

    [Fact]
    public void Mint_ForALaterClock_IsAnotherTokenOfTheSameKey()
    {
        using TokenMint mint = Mint($"jwt: {{keySet: {KeySet}}}");
        HeaderField header = Redacted(Rsa(), Claims());
        IMintedTokens later = mint.Later(TimeSpan.FromHours(1));

        string value = later.Mint("web", header)!.Value;

        Assert.Equal(1793535000 + 3600, (long)Read(value)["exp"]!);
        Assert.Equal(header.Value, later.Restore(value));
        Assert.Same(mint.KeySets, later.KeySets);
    }

    [Fact]
    public void Mint_Discovery_NamesIssuerAndKeySet()
    {
        HeaderField header = Redacted(Rsa(), Claims());
        using TokenMint mint = Mint($"jwt: {{keySet: {KeySet}, discovery: \"{Discovery}\"}}", recorded: header);

        JsonNode document = JsonNode.Parse(Stub(mint, "/.well-known/openid-configuration").Body.Span)!;

        Assert.Equal(("https://login", KeySet), ((string?)document["issuer"], (string?)document["jwks_uri"]));
    }

    [Fact]
    public void Mint_HeaderOrServiceThatNobodyDeclared_IsLeft()
    {
        using TokenMint mint = Mint($"services: [web], jwt: {{keySet: {KeySet}}}");
        HeaderField header = Redacted(Rsa(), Claims());

        Assert.NotNull(mint.Mint("web", header));
        Assert.Null(mint.Mint("mail", header));
        Assert.Null(mint.Mint("web", header with { Name = "x-access-token" }));
        Assert.Null(mint.Mint("web", Redactor.Redact([new HeaderField("authorization", "Bearer opaque")], out _)[0]));
    }

    [Fact]
    public void Mint_CookieAmongOthers_LeavesThem()
    {
        using TokenMint mint = Mint($"jwt: {{keySet: {KeySet}}}", header: "cookie");
        string session = Redacted(Rsa(), Claims()).Value["Bearer ".Length..];

        string value = mint.Mint("web", new HeaderField("cookie", $"theme=loop:test:0123456789012345678901; session={session}"))!.Value;

        Assert.StartsWith("theme=loop:test:0123456789012345678901; session=ey", value);
    }

    [Fact]
    public void Mint_ClaimsThatMakeTwoTokensOne_GiveTheSecondNone()
    {
        using TokenMint mint = Mint($"jwt: {{keySet: {KeySet}, algorithm: RS256, claims: {{jti: \"1\", sub: \"1\"}}}}");
        (JsonObject ann, JsonObject bob) = (Claims(), Claims());
        (ann["sub"], bob["sub"]) = ("ann", "bob");

        Assert.NotNull(mint.Mint("web", Redacted(Rsa(), ann)));
        Assert.Null(mint.Mint("web", Redacted(Rsa(), bob)));
    }

    [Fact]
    public void MintAndRestore_AnyTokens_AreABijection()
    {
        using TokenMint mint = Mint($"jwt: {{keySet: {KeySet}}}");
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Bool, (subject, signature, isElliptic) =>
        {
            JsonObject claims = Claims();
            claims["sub"] = $"subject {subject}";
            return Redacted(new JsonObject { ["alg"] = isElliptic ? "ES256" : "RS256" }, claims, $"signature{signature}");
        }).Array[2].Sample(pair =>
        {
            string[] live = [.. pair.Select(field => mint.Mint("web", field)!.Value)];
            Assert.Equal(pair[0].Value == pair[1].Value, live[0] == live[1]);
            Assert.Equal(pair.Select(field => field.Value), live.Select(mint.Restore));
            Assert.Equal($"was {pair[0].Value}", mint.Restore($"was {live[0]}"));
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void CredentialRules_SecretThatIsMissingOrShort_IsNamed()
    {
        Environment.SetEnvironmentVariable(Secret, "short");
        Assert.Equal($"credentials.caller.jwt.secret: the variable {Secret} of loopd has 5 bytes; HS256 needs at least 32.", CredentialRules.Fault(File($"jwt: {{secret: {Secret}}}"))!.Value.Detail);
        Environment.SetEnvironmentVariable(Secret, null);
        Assert.Equal($"credentials.caller: the variable {Secret} of loopd is empty.", CredentialRules.Fault(File($"jwt: {{secret: {Secret}}}"))!.Value.Detail);
        Assert.Null(CredentialRules.Fault(File($"jwt: {{keySet: {KeySet}}}")));
    }

    private static TokenValidationParameters Parameters(IEnumerable<SecurityKey> keys) => new()
    {
        ValidIssuer = "https://login",
        ValidAudience = "web",
        IssuerSigningKeys = keys,
        LifetimeValidator = (notBefore, expires, _, _) => Start.UtcDateTime < expires,
    };

    private static BackgroundStub Stub(TokenMint mint, string path) => mint.KeySets.Single(stub => stub.Answers("web", "GET", "login.example", path));

    private static TokenMint Mint(string rule, string clock = "clock: shifted", string header = "authorization", HeaderField? recorded = null)
    {
        SandboxFile file = File(rule, clock, header);
        Exchange[] exchanges = recorded is { } field ? [new() { Id = new ExchangeId("n", 1, 1), Input = CaptureInput.ExternalProcessor, View = ExchangeView.Server, Instance = "w", StartedAt = Start, End = ExchangeEnd.Complete, Request = new HttpMessagePart { Headers = [field], Body = BodyInfo.Empty } }] : [];
        return TokenMint.Of(file, exchanges, TokenTimes.Of(file.Clock, Start, Start.AddDays(1)), "0123456789ab")!;
    }

    private static SandboxFile File(string rule, string clock = "clock: shifted", string header = "authorization") =>
        SandboxFileReader.Read($"version: 1\nservices:\n  web: {{command: [w], port: 1}}\n  mail: {{command: [m], port: 1}}\ncredentials:\n  caller: {{header: {header}, {rule}}}\n{clock}\n").File!;

    private static JsonObject Rsa() => new() { ["alg"] = "RS256" };

    private static JsonObject Claims() => new() { ["iss"] = "https://login", ["aud"] = new JsonArray("web"), ["iat"] = 1793534100, ["exp"] = 1793535000, ["scope"] = "read" };

    private static HeaderField Redacted(JsonObject header, JsonObject claims, string signature = "c2lnbmF0dXJl") =>
        Redactor.Redact([new HeaderField("authorization", $"Bearer {Encode(header)}.{Encode(claims)}.{signature}")], out _)[0];

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static JsonObject Read(string bearer) => JsonNode.Parse(Base64Url.DecodeFromChars(bearer.Split('.')[1]))!.AsObject();

    private static string Only(JsonObject all, params string[] names) => new JsonObject(names.Select(name => KeyValuePair.Create(name, all[name]?.DeepClone()))).ToJsonString();
}
