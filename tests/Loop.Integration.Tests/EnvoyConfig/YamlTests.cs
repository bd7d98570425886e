using CsCheck;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Templates;
using Xunit;

namespace Loop.Integration.Tests.EnvoyConfig;

public sealed class YamlTests
{
    [Fact]
    public void Quote_AnyText_StaysOnOneLineBetweenItsQuotes() => Gen.String.Sample(text =>
    {
        string quoted = Yaml.Quote(text);
        return !quoted.Any(char.IsControl) && !quoted[1..^1].Replace("\\\\", "", StringComparison.Ordinal).Replace("\\\"", "", StringComparison.Ordinal).Contains('"');
    });

    [Theory]
    [InlineData("127.0.0.1:80", "127.0.0.1", 80)]
    [InlineData("9000", "127.0.0.1", 9000)]
    [InlineData("http://web.shop:8080/", "web.shop", 8080)]
    [InlineData("http://web.shop", "web.shop", 80)]
    [InlineData("[::1]:5678", "::1", 5678)]
    public void AddressTryParse_KnownForms_AreRead(string text, string host, int port)
    {
        Assert.True(EnvoyAddress.TryParse(text, out EnvoyAddress address));
        Assert.Equal(new EnvoyAddress(host, port), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("web:")]
    [InlineData("web:70000")]
    [InlineData("::1:80")]
    [InlineData("we b:80")]
    [InlineData("https://web:80")]
    [InlineData("http://web:80/path")]
    public void AddressTryParse_OtherForms_AreRefused(string text) => Assert.False(EnvoyAddress.TryParse(text, out _));
}
