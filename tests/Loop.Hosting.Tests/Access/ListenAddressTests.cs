using Loop.Hosting.Access;
using Xunit;

namespace Loop.Hosting.Tests.Access;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:5678", "127.0.0.1:5678", true)]
    [InlineData("localhost:0", "127.0.0.1:0", true)]
    [InlineData("127.9.9.9:1", "127.9.9.9:1", true)]
    [InlineData("[::1]:5678", "[::1]:5678", true)]
    [InlineData("[::]:5678", "[::]:5678", false)]
    [InlineData("*:5678", "0.0.0.0:5678", false)]
    [InlineData("192.0.2.1:65535", "192.0.2.1:65535", false)]
    public void TryParse_Address_IsReadAndSaysWhetherItIsLoopback(string text, string expected, bool isLoopback)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress? address, out _));
        Assert.Equal((expected, isLoopback), (address.ToString(), address.IsLoopback));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("127.0.0.1")]
    [InlineData("5678")]
    [InlineData(":5678")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.0.0.1: 80")]
    [InlineData("::1:5678")]
    [InlineData("[127.0.0.1]:5678")]
    [InlineData("[::1:5678")]
    [InlineData("host.example:5678")]
    public void TryParse_AnythingElse_SaysWhatIsExpected(string? text)
    {
        Assert.False(ListenAddress.TryParse(text, out _, out string fault));
        Assert.Contains("ip:port", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:5679", "http://127.0.0.1:5679")]
    [InlineData("[::]:5679", "http://[::1]:5679")]
    [InlineData("[::1]:5679", "http://[::1]:5679")]
    [InlineData("10.1.2.3:5679", "http://10.1.2.3:5679")]
    public void LocalUrl_OfEveryAddress_IsOneThatCanBeDialled(string text, string url)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress? address, out _));
        Assert.Equal(url, address.LocalUrl);
    }
}
