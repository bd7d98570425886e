using System.Text;
using CsCheck;
using Loop.Cli.Conversations;
using Loop.Cli.Terminal;

namespace Loop.Cli.Tests.Terminal;

public sealed class TextTests
{
    [Fact]
    public void SafeText_OfAnything_HasNoControlCharacter() =>
        Gen.String.Sample(text => SafeText.Line(text).All(symbol => !char.IsControl(symbol)));

    [Fact]
    public void BodyText_OfAnyBytes_HasNoControlCharacterButTabs() =>
        Gen.Byte.Array[0, 200].Sample(bytes => BodyText.Lines(bytes).SelectMany(line => line).All(symbol => symbol == '\t' || !char.IsControl(symbol)));

    [Theory]
    [InlineData("h\u00e9llo €", 1, false)]
    [InlineData("h\u00e9llo €", 2, false)]
    [InlineData("h\u00e9llo €", 0, false)]
    [InlineData("\u0000", 0, true)]
    public void BodyText_CutWithinASymbol_IsStillText(string text, int cut, bool isBinary)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(isBinary, BodyText.IsBinary(bytes.AsMemory(0, bytes.Length - cut)));
    }

    [Fact]
    public void BodyText_OfInvalidUtf8InTheMiddle_IsBinary() => Assert.True(BodyText.IsBinary(new byte[] { 0x61, 0xff, 0x61 }));

    [Fact]
    public void ShortestPrefix_OfAnyIds_TellsThemApart() =>
        Gen.String[Gen.Char["0123"], 12, 12].Array[1, 30].Sample(ids =>
        {
            IReadOnlyDictionary<string, string> prefixes = ShortestPrefix.Of(ids);
            return ids.Distinct().All(id => prefixes[id].Length >= 4 && ids.Distinct().Count(other => other.StartsWith(prefixes[id], StringComparison.Ordinal)) == 1);
        });

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5242880, "5.0 MiB")]
    public void Units_OfBytes_AreReadable(long bytes, string text) => Assert.Equal(text, Units.Bytes(bytes));

    [Theory]
    [InlineData(0.04, "0.0 ms")]
    [InlineData(132.4, "132 ms")]
    [InlineData(4210, "4.21 s")]
    [InlineData(125000, "2 min 5 s")]
    public void Units_OfMilliseconds_AreReadable(double milliseconds, string text) => Assert.Equal(text, Units.Milliseconds(milliseconds));
}
