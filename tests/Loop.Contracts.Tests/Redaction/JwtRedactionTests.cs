using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Xunit;

namespace Loop.Contracts.Tests.Redaction;

public sealed class JwtRedactionTests
{
    private const string Signature = "c2lnbmF0dXJlLW9mLWEtdG9rZW4";
    private static readonly HeaderRedactor Redactor = new(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"), "k1");

    [Theory]
    [InlineData("authorization", "Bearer {0}")]
    [InlineData("authorization", "DPoP {0}")]
    [InlineData("x-access-token", "{0}")]
    [InlineData("cookie", "theme=dark; session={0}")]
    [InlineData("set-cookie", "session={0}; Path=/; HttpOnly")]
    public void Redact_Jwt_KeepsHeaderAndListedClaims(string name, string form)
    {
        string value = Value(name, string.Format(form, Jwt("""{"alg":"RS256","kid":"2026-11","typ":"JWT","x5t":"aaaa"}""", """{"iss":"https://login","sub":"ann","aud":["web","api"],"exp":1793966400,"admin":true,"scope":"read write"}""")));

        RedactedJwt jwt = Single(value);
        Assert.Matches("^loop:k1:[A-Za-z0-9_-]{22}$", jwt.Token);
        Assert.Equal("RS256 2026-11 JWT", $"{jwt.Header["alg"]} {jwt.Header["kid"]} {jwt.Header["typ"]}");
        Assert.Equal("""["web","api"]""", jwt.Claims["aud"]!.ToJsonString());
        Assert.Equal("https://login 1793966400 read write", $"{jwt.Claims["iss"]} {jwt.Claims["exp"]} {jwt.Claims["scope"]}");
        Assert.True(RedactedJwt.IsTokenised(jwt.Header["x5t"]) && RedactedJwt.IsTokenised(jwt.Claims["sub"]) && RedactedJwt.IsTokenised(jwt.Claims["admin"]));
        Assert.False(RedactedJwt.IsTokenised(jwt.Claims["iss"]));
        Assert.DoesNotContain(Signature, value, StringComparison.Ordinal);
        Assert.Equal(value, Value(name, value));
        Assert.True(HeaderRedactor.IsToken(value));
    }

    [Fact]
    public void Redact_EqualValues_HaveEqualTokensWhateverIsAroundThem()
    {
        RedactedJwt first = Single(Value("authorization", "Bearer " + Jwt("""{"alg":"ES256"}""", """{"sub":"ann","name":"ann"}""")));
        RedactedJwt second = Single(Value("authorization", "Bearer " + Jwt("""{"alg":"ES256"}""", """{"sub":"ann"}""")));

        Assert.NotEqual(first.Token, second.Token);
        Assert.Equal((string?)first.Claims["sub"], (string?)second.Claims["sub"]);
        Assert.Equal((string?)first.Claims["sub"], (string?)first.Claims["name"]);
        Assert.Equal(Value("x-api-key", "ann"), (string?)first.Claims["sub"]);
    }

    [Theory]
    [InlineData("""{"alg":"RS256"}""", """["sub"]""")]
    [InlineData("""{"kid":"1"}""", """{"sub":"ann"}""")]
    [InlineData("""{"alg":1}""", """{"sub":"ann"}""")]
    [InlineData("""{"alg":"RS256"}""", "{\"sub\":\"ann\"")]
    [InlineData("""{"alg":"RS256"}""", """{"sub":"\ud800"}""")]
    public void Redact_WhatIsNoJwt_IsATokenAlone(string header, string claims) =>
        Assert.Matches("^loop:k1:[A-Za-z0-9_-]{22}$", Value("x-api-key", Jwt(header, claims)));

    [Fact]
    public void Redact_TextThatOnlyLooksRedacted_IsRedacted()
    {
        string honest = Value("x-api-key", Jwt("""{"alg":"RS256"}""", """{"iss":"i","sub":"ann"}"""));
        foreach (string claims in new[] { """{"iss":"i","sub":"a secret"}""", """{"iss":{"secret":1}}""", """{ "iss":"i"}""", """{"iss":"i","iss":"a secret"}""" })
        {
            string forged = $"{honest[..honest.LastIndexOf('.')]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
            Assert.Matches("^loop:k1:[A-Za-z0-9_-]{22}$", Value("x-api-key", forged));
        }
    }

    [Fact]
    public void Redact_AnyJwt_LeavesNothingOfItsSignatureAndItsOtherClaims() =>
        Gen.Select(Secret, Secret.Array[0, 3], Secret, Gen.Int[0, 3], Gen.Bool).Sample((signature, secrets, name, kind, isHeader) =>
        {
            JsonNode Claim(string secret) => kind switch
            {
                0 => JsonValue.Create(secret),
                1 => new JsonObject { ["of"] = secret },
                2 => new JsonArray(secret, 7),
                _ => JsonNode.Parse($"7{string.Concat(secret.Select(symbol => (char)('0' + (symbol % 10))))}")!,
            };
            JsonObject header = new() { ["alg"] = "RS256", ["kid"] = "k" };
            JsonObject claims = new() { ["iss"] = "issuer", ["exp"] = 1793966400 };
            List<string> hidden = [signature];
            foreach ((int index, string secret) in secrets.Index())
            {
                JsonNode claim = Claim(secret);
                hidden.Add(kind is 3 ? claim.ToJsonString() : secret);
                (isHeader ? header : claims)[$"x{index}"] = claim;
            }

            // A listed name does not make an object harmless.
            claims["scope"] = new JsonObject { ["of"] = name };
            string raw = $"{Encode(header.ToJsonString())}.{Encode(claims.ToJsonString())}.{signature}";

            string value = Value("authorization", $"Bearer {raw}");

            string all = string.Join('\n', value.Split('.').Prepend(value).Select(part => Base64Url.IsValid(part) ? part + Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part)) : part));
            Assert.All(hidden.Append(name), secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
            RedactedJwt jwt = Single(value);
            Assert.Equal(("issuer", 1793966400L), ((string?)jwt.Claims["iss"], (long)jwt.Claims["exp"]!));
            Assert.Equal(value, Value("authorization", value));
        });

    private static Gen<string> Secret => Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789"].Array[14, 40].Select(symbols => new string(symbols));

    private static string Value(string name, string value) => Redactor.Redact([new HeaderField(name, value)], out _)[0].Value;

    private static RedactedJwt Single(string value)
    {
        List<RedactedJwt> found = [];
        RedactedJwt.Replace(value, jwt =>
        {
            found.Add(jwt);
            return null;
        });
        return Assert.Single(found);
    }

    private static string Jwt(string header, string claims) => $"{Encode(header)}.{Encode(claims)}.{Signature}";

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
