using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Xunit;

namespace Loop.Contracts.Tests.Redaction;

/// <summary>What names a session once secrets are tokens.</summary>
public sealed class SessionTokensTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly HeaderRedactor Redactor = new(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"), "k1");

    [Fact]
    public void MarkOf_CookieThatIsSetAndSentBack_IsOneSession()
    {
        Exchange login = Sketch([], [("set-cookie", "sid=s1; Path=/; HttpOnly")]);
        Exchange cart = Sketch([("cookie", "theme=dark; sid=s1")], []);
        Exchange other = Sketch([("cookie", "theme=dark; sid=s2")], []);

        SessionMark mark = SessionTokens.MarkOf([cart])!;
        Assert.Equal(["sid"], mark.Names);
        Assert.False(mark.NeedsAll);
        Assert.Equal(mark.Tokens, SessionTokens.MarkOf([login])!.Tokens);
        Assert.Contains(mark.Tokens[0], SessionTokens.Of(login));
        Assert.DoesNotContain(mark.Tokens[0], SessionTokens.Of(other));
        Assert.Contains(SessionTokens.Of(other), token => SessionTokens.Of(cart).Contains(token));
    }

    [Theory]
    [InlineData("connect.sid")]
    [InlineData("JSESSIONID")]
    [InlineData("PHPSESSID")]
    [InlineData("ASP.NET_SessionId")]
    [InlineData("__Host-session")]
    [InlineData("auth_token")]
    [InlineData("remember_me")]
    public void MarkOf_NameThatSpeaksOfASession_StandsAlone(string name)
    {
        SessionMark mark = SessionTokens.MarkOf([Sketch([("cookie", $"theme=dark; {name}=x; lang=en")], [])])!;
        Assert.Equal([name], mark.Names);
        Assert.False(mark.NeedsAll);
    }

    [Fact]
    public void MarkOf_CookiesOfNoKnownName_AreNeededTogether()
    {
        SessionMark mark = SessionTokens.MarkOf([Sketch([("cookie", "theme=dark; q7=x")], [])])!;
        Assert.Equal(["theme", "q7"], mark.Names);
        Assert.True(mark.NeedsAll);
        Assert.Equal(2, mark.Tokens.Count);
    }

    [Fact]
    public void MarkOf_Credentials_AreASession()
    {
        SessionMark mark = SessionTokens.MarkOf([Sketch([("authorization", "Bearer abc"), ("cookie", "theme=dark")], [])])!;
        Assert.Equal(["authorization"], mark.Names);
        Assert.Equal(mark.Tokens, SessionTokens.MarkOf([Sketch([("cookie", "access_token=abc")], [])])!.Tokens);
    }

    [Theory]
    [InlineData("sid=deleted; Max-Age=0")]
    [InlineData("sid=deleted; Path=/; Max-Age=-1")]
    [InlineData("sid=deleted; Expires=Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData("sid=; Path=/")]
    public void MarkOf_CookieThatIsTakenBack_IsNone(string setCookie) => Assert.Null(SessionTokens.MarkOf([Sketch([], [("set-cookie", setCookie)])]));

    [Fact]
    public void MarkOf_CookieThatLives_IsOne() =>
        Assert.NotNull(SessionTokens.MarkOf([Sketch([], [("set-cookie", "sid=x; Expires=Thu, 26 Nov 2026 00:00:00 GMT; Max-Age=60")])]));

    [Fact]
    public void MarkOf_NeitherCookieNorCredentials_IsNone() => Assert.Null(SessionTokens.MarkOf([Sketch([("x-api-key", "k")], [("content-type", "text/plain")])]));

    private static Exchange Sketch((string Name, string Value)[] request, (string Name, string Value)[] response) => Redactor.Redact(new Exchange
    {
        Id = new ExchangeId("node", 1, 1),
        Input = CaptureInput.ExternalProcessor,
        View = ExchangeView.Server,
        Instance = "web-1",
        StartedAt = Start,
        End = ExchangeEnd.Complete,
        Request = new HttpMessagePart { Headers = [.. request.Select(header => new HeaderField(header.Name, header.Value))], Body = BodyInfo.Empty },
        Response = new HttpMessagePart { Headers = [.. response.Select(header => new HeaderField(header.Name, header.Value))], Body = BodyInfo.Empty },
    });
}
