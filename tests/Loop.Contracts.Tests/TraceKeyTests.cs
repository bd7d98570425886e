using Loop.Contracts.Exchanges;
using Xunit;

namespace Loop.Contracts.Tests;

public sealed class TraceKeyTests
{
    [Theory]
    [InlineData("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "trace:0af7651916cd43dd8448eb211c80319c")]
    public void FromTraceParent_ValidHeader_IsLowerCaseTraceId(string header, string expected) =>
        Assert.Equal(expected, TraceKey.FromTraceParent(header).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01")]
    public void FromTraceParent_MalformedOrZero_IsNull(string header) => Assert.Null(TraceKey.FromTraceParent(header));

    [Fact]
    public void FromTraceId_64Bit_IsPaddedTo128() =>
        Assert.Equal("trace:0000000000000000463ac35c9f6413ad", TraceKey.FromTraceId("463ac35c9f6413ad").ToString());

    [Theory]
    [InlineData("b5f8c2ba-7a8b-9f0e-8d5c-0123456789ab", "request:b5f8c2ba-7a8b-4f0e-8d5c-0123456789ab")]
    [InlineData("B5F8C2BA-7A8B-AF0E-8D5C-0123456789AB", "request:b5f8c2ba-7a8b-4f0e-8d5c-0123456789ab")]
    [InlineData("my-own-id", "request:my-own-id")]
    [InlineData("My-Own-Id-0123-9", "request:My-Own-Id-0123-9")]
    public void FromRequestId_NormalisesDigit14OnlyOfUuids(string id, string expected) =>
        Assert.Equal(expected, TraceKey.FromRequestId(id).ToString());

    [Fact]
    public void TryParse_OfToString_IsIdentity()
    {
        TraceKey key = TraceKey.FromRequestId("my:own:id")!.Value;
        Assert.True(TraceKey.TryParse(key.ToString(), out TraceKey parsed));
        Assert.Equal(key, parsed);
    }
}
