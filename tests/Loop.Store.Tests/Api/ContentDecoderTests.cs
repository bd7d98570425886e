using System.IO.Compression;
using System.Text;
using Loop.Store.Api;
using Xunit;
using ZstdSharp;

namespace Loop.Store.Tests.Api;

/// <summary>Content codings of foreign bytes.</summary>
public sealed class ContentDecoderTests
{
    private static readonly byte[] Plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5_000).Select(number => $"line {number};")));

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("identity")]
    [InlineData("gzip, br")]
    [InlineData("GZIP")]
    public void Decode_OfACoding_UndoesIt(string coding) => Assert.Equal(Plain, ContentDecoder.Decode(Encode(Plain, coding), coding, isTruncated: false).Bytes);

    [Fact]
    public void Decode_OfBareDeflate_UndoesIt() =>
        Assert.Equal(Plain, ContentDecoder.Decode(Pack(Plain, target => new DeflateStream(target, CompressionLevel.Fastest)), "deflate", isTruncated: false).Bytes);

    [Theory]
    [InlineData("compress", "unknown")]
    [InlineData("gzip", "It is not gzip")]
    [InlineData("br", "It is not br")]
    [InlineData("zstd", "It is not zstd")]
    [InlineData("gzip,gzip,gzip,gzip,gzip", "at most 4")]
    public void Decode_OfWhatItIsNot_SaysWhy(string coding, string fault) =>
        Assert.Contains(fault, ContentDecoder.Decode(Encoding.UTF8.GetBytes("{\"not\":\"compressed at all\"}"), coding, isTruncated: false).Fault, StringComparison.Ordinal);

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    public void Decode_OfABomb_StopsAtTheLimit(string coding)
    {
        byte[] bomb = Encode(new byte[ContentDecoder.MaxDecodedBytes + 1], coding);
        Assert.Contains("larger than", ContentDecoder.Decode(bomb, coding, isTruncated: false).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_OfATruncatedBody_GoesAsFarAsItCan()
    {
        byte[] random = new byte[200_000];
        new Random(7).NextBytes(random);
        byte[] half = Encode(random, "gzip")[..100_000];
        byte[] decoded = ContentDecoder.Decode(half, "gzip", isTruncated: true).Bytes!;
        Assert.NotEmpty(decoded);
        Assert.Equal(random[..decoded.Length], decoded);
    }

    private static byte[] Encode(byte[] bytes, string codings)
    {
        foreach (string coding in codings.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries))
        {
            bytes = coding switch
            {
                "gzip" or "x-gzip" => Pack(bytes, target => new GZipStream(target, CompressionLevel.Fastest)),
                "br" => Pack(bytes, target => new BrotliStream(target, CompressionLevel.Fastest)),
                "deflate" => Pack(bytes, target => new ZLibStream(target, CompressionLevel.Fastest)),
                "zstd" => Pack(bytes, target => new CompressionStream(target)),
                _ => bytes,
            };
        }

        return bytes;
    }

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> open)
    {
        using var target = new MemoryStream();
        using (Stream encoder = open(target))
            encoder.Write(bytes);
        return target.ToArray();
    }
}
