using System.Text;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Xunit;

namespace Loop.Contracts.Tests.Redaction;

public sealed class HeaderRedactorTests
{
    private const string Token = "loop:k1:[A-Za-z0-9_-]{22}";
    private static readonly HeaderRedactor Redactor = new(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"), "k1");

    [Theory]
    [InlineData("authorization", "Bearer eyJhbGciOi.J9.x", "Bearer " + Token)]
    [InlineData("Authorization", "basic dXNlcjpwYXNz", "basic " + Token)]
    [InlineData("authorization", "s3cret part", Token)]
    [InlineData("authorization", "AWS4-HMAC-SHA256 Credential=AKIA/2026, Signature=ab", "AWS4-HMAC-SHA256 " + Token)]
    [InlineData("proxy-authorization", "Basic dXNlcjpwYXNz", "Basic " + Token)]
    [InlineData("x-api-key", "secret-abc", Token)]
    [InlineData("X-Auth-Token", "caf\u00e9", Token)]
    [InlineData("x-amz-security-token", "secret-abc", Token)]
    [InlineData("x-csrf-token", "secret-abc", Token)]
    [InlineData("cookie", "sid=secret-abc; theme=dark", "sid=" + Token + "; theme=" + Token)]
    [InlineData("cookie", "sid=a=b;flag", "sid=" + Token + ";" + Token)]
    [InlineData("set-cookie", "sid=secret-abc; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly", "sid=" + Token + "; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly")]
    [InlineData("set-cookie", "sid=secret-abc; Path=/,other=secret-abc; Secure,third=secret-abc", "sid=" + Token + "; Path=" + Token + "; Secure,third=" + Token)]
    [InlineData("set-cookie", "sid=x; Expires=Wed, 21 Oct 2026 07:28:00 GMT,b=secret-abc", "sid=" + Token + "; Expires=" + Token)]
    public void Redact_SecretHeader_KeepsOnlyItsForm(string name, string value, string expected)
    {
        IReadOnlyList<HeaderField> redacted = Redactor.Redact([new HeaderField(name, value)], out IReadOnlyList<string> names);

        Assert.Matches($"^{expected.Replace("+", "\\+", StringComparison.Ordinal)}$", redacted[0].Value);
        Assert.Equal([name.ToLowerInvariant()], names);
        Assert.True(HeaderRedactor.IsToken(redacted[0].Value));
    }

    [Theory]
    [InlineData("content-type", "application/json")]
    [InlineData("x-request-id", "b5f8c2ba-7a8b-4f0e-8d5c-0123456789ab")]
    [InlineData("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("authorization", "")]
    public void Redact_OtherHeader_IsUntouched(string name, string value)
    {
        HeaderField[] headers = [new(name, value)];

        Assert.Same(headers, Redactor.Redact(headers, out IReadOnlyList<string> names));
        Assert.Empty(names);
        Assert.False(HeaderRedactor.IsToken(value));
    }

    [Fact]
    public void Redact_EqualValues_GiveEqualTokensWhereverTheyStand()
    {
        IReadOnlyList<HeaderField> redacted = Redactor.Redact(
            [new("set-cookie", "sid=v"), new("cookie", "a=v"), new("authorization", "Bearer v"), new("x-api-key", "v"), new("x-api-key", "w")], out _);

        Assert.Equal(["sid", "a"], redacted.Take(2).Select(header => header.Value.Split('=')[0]));
        string token = redacted[3].Value;
        Assert.Equal([$"sid={token}", $"a={token}", $"Bearer {token}", token], redacted.Take(4).Select(header => header.Value));
        Assert.NotEqual(token, redacted[4].Value);
    }

    [Fact]
    public void Redact_OtherKey_GivesOtherTokens()
    {
        var other = new HeaderRedactor(Encoding.ASCII.GetBytes("ffffffffffffffffffffffffffffffff"), "k1");

        Assert.NotEqual(Redactor.Redact([new("x-api-key", "v")], out _)[0], other.Redact([new("x-api-key", "v")], out _)[0]);
    }

    [Fact]
    public void Redact_Exchange_CoversBothDirectionsHeadersAndTrailersAndNamesThem()
    {
        Exchange redacted = Redactor.Redact(Exchange(
            Part([new(":path", "/"), new("authorization", "Bearer a"), new("cookie", "a=1"), new("cookie", "b=2")], []),
            Part([new("set-cookie", "a=1")], [new("x-api-key", "k"), new("grpc-status", "0")])));

        Assert.Equal(["request:authorization", "request:cookie", "response:set-cookie", "response:x-api-key"], redacted.Redacted);
        Assert.Equal("/", redacted.Request!.Header(":path"));
        Assert.Equal("0", redacted.Response!.Trailer("grpc-status"));
        Assert.True(HeaderRedactor.IsToken(redacted.Response.Trailer("x-api-key")!));
    }

    [Fact]
    public void Redact_WithoutSecretsOrParts_IsTheSameExchange()
    {
        Exchange exchange = Exchange(null, Part([new(":status", "200")], []));

        Assert.Same(exchange, Redactor.Redact(exchange));
    }

    [Fact]
    public void Redact_Twice_IsOnceAndHidesEveryValue() =>
        Gen.Select(OneOf("authorization", "cookie", "set-cookie", "x-api-key", "Proxy-Authorization"), Gen.Char[' ', '\u00ff'].Array[0, 60]).Array[0, 5].Sample(fields =>
        {
            Exchange exchange = Exchange(Part([.. fields.Select(field => new HeaderField(field.Item1, new string(field.Item2)))], []), null);

            Exchange once = Redactor.Redact(exchange);
            Exchange twice = Redactor.Redact(once);

            Assert.Equal(once.Request!.Headers, twice.Request!.Headers);
            Assert.Equal(once.Redacted, twice.Redacted);
            Assert.Equal(exchange.Request!.Headers.Count, once.Request.Headers.Count);
        });

    [Fact]
    public void Redact_AnySecretInAnyForm_IsNowhereLeft() =>
        Gen.Select(
            OneOf("authorization|Bearer {0}", "authorization|{0}", "cookie|a={0}; b={0}", "cookie|{0}", "set-cookie|a={0}; Path=/", "set-cookie|a=b,c={0}", "set-cookie|a=b; x={0}", "set-cookie|a=b; {0}", "x-api-key|{0}"),
            Gen.Char["abcdefghij0123456789"].Array[12, 40]).Sample((form, secret) =>
        {
            string[] parts = form.Split('|');
            string text = new(secret);

            string value = Redactor.Redact([new(parts[0], string.Format(parts[1], text))], out _)[0].Value;

            Assert.DoesNotContain(text, value, StringComparison.Ordinal);
        });

    [Theory]
    [InlineData(15, "k1")]
    [InlineData(32, "")]
    [InlineData(32, "k:1")]
    public void Constructor_WeakKeyOrBadName_IsRefused(int length, string keyId) => Assert.Throws<ArgumentException>(() => new HeaderRedactor(new byte[length], keyId));

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static HttpMessagePart Part(IReadOnlyList<HeaderField> headers, IReadOnlyList<HeaderField> trailers) => new() { Headers = headers, Trailers = trailers, Body = BodyInfo.Empty };

    private static Exchange Exchange(HttpMessagePart? request, HttpMessagePart? response) => new()
    {
        Id = new ExchangeId("node", 1, 1),
        Input = CaptureInput.ExternalProcessor,
        View = ExchangeView.Server,
        Instance = "node/1",
        StartedAt = DateTimeOffset.UnixEpoch,
        End = ExchangeEnd.Complete,
        Request = request,
        Response = response,
    };
}
