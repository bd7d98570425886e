using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Tests.Comparison;

public sealed class XmlBodyTests
{
    private const string Xml = "application/xml";

    [Theory]
    [InlineData("<o a='1' b='2'/>", "<o b=\"2\" a=\"1\"></o>", null)]
    [InlineData("<o><i>1</i><i>2</i></o>", "<o>\n  <i>1</i>\n  <i>2</i>\n</o>", null)]
    [InlineData("<o><!-- x --><i>1</i></o>", "<?xml version='1.0'?><o><i>1</i></o>", null)]
    [InlineData("<o><i>a&amp;b</i></o>", "<o><i><![CDATA[a&b]]></i></o>", null)]
    [InlineData("<p:o xmlns:p='urn:x'/>", "<o xmlns='urn:x'/>", null)]
    [InlineData("<o><i>1</i><i>2</i></o>", "<o><i>1</i><i>3</i></o>", "body /o/i[2]/text()")]
    [InlineData("<o><i id='1'/></o>", "<o><i id='2'/></o>", "body /o/i[1]/@id")]
    [InlineData("<o><i id='1'/></o>", "<o><i/></o>", "body /o/i[1]/@id")]
    [InlineData("<o><a/><b/></o>", "<o><b/><a/></o>", "body /o/a[1]")]
    [InlineData("<o><a/></o>", "<o><a/><b/></o>", "body /o/b[1]")]
    [InlineData("<o xmlns='urn:x'/>", "<o xmlns='urn:y'/>", "body /o/@xmlns")]
    [InlineData("<o>a <b>c</b> d</o>", "<o>a <b>c</b>d</o>", "body /o/text()[2]")]
    [InlineData("<o> </o>", "<o/>", "body /o/text()")]
    [InlineData("<o xml:space='preserve'> <a/></o>", "<o xml:space='preserve'><a/></o>", "body /o/text()")]
    [InlineData("<o/>", "<p/>", "body /o")]
    [InlineData("<o/>", "<o>", "body line 1")]
    public void Xml_FirstDifference_HasItsPath(string recorded, string replayed, string? place) =>
        Assert.Equal(place, Bodies.FirstPlace(Bodies.Answer(Xml, recorded), Bodies.Answer(Xml, replayed)));

    [Theory]
    [InlineData("application/soap+xml; charset=utf-8")]
    [InlineData("text/xml")]
    public void Xml_OfOtherMediaTypes_IsRead(string contentType) =>
        Assert.Equal("body /o/a[1]/text()", Assert.Single(Bodies.Places(Bodies.Answer(contentType, "<o><a>1</a></o>"), Bodies.Answer(contentType, "<o><a>2</a></o>"))));

    [Fact]
    public void Xml_WithADocumentType_IsNeverExpanded()
    {
        const string Attack = "<!DOCTYPE o [<!ENTITY f SYSTEM 'file:///etc/hostname'>]><o>&f;</o>";
        Assert.Equal("body line 1", Assert.Single(Bodies.Places(Bodies.Answer(Xml, Attack), Bodies.Answer(Xml, Attack.Replace("&f;", "&f; ", StringComparison.Ordinal)))));
    }

    [Fact]
    public void Xml_TooDeep_IsComparedAsText()
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 5000)) + string.Concat(Enumerable.Repeat("</a>", 5000));
        Assert.Equal("body line 1", Assert.Single(Bodies.Places(Bodies.Answer(Xml, deep), Bodies.Answer(Xml, deep + " "))));
    }
}
