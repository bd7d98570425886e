using System.Buffers;
using System.Text;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>Reads header maps and attributes into what an exchange holds.</summary>
internal static class HeaderMapDecoder
{
    /// <summary>Appends the headers of a serialised HeaderMap: names in lower case, values one character per byte.</summary>
    /// <exception cref="InvalidDataException">It is not a HeaderMap.</exception>
    public static void AddHeaders(List<HeaderField> headers, in ReadOnlySequence<byte> headerMap)
    {
        using var bytes = new ContiguousBytes(headerMap);
        var walker = new HeaderMapWalker(bytes.Span);
        while (walker.Next())
            headers.Add(new HeaderField(Encoding.Latin1.GetString(walker.Name).ToLowerInvariant(), Encoding.Latin1.GetString(walker.Value)));
        if (walker.IsMalformed)
            throw new InvalidDataException("A part that should be a HeaderMap is not one.");
    }

    /// <summary>Adds the attributes of a serialised Struct; a later one of the same name wins.</summary>
    /// <exception cref="InvalidDataException">It is not a Struct.</exception>
    public static void AddAttributes(Dictionary<string, AttributeValue> attributes, in ReadOnlySequence<byte> structBytes)
    {
        using var bytes = new ContiguousBytes(structBytes);
        var walker = new AttributeWalker(bytes.Span);
        while (walker.Next())
            attributes[Encoding.UTF8.GetString(walker.Name)] = new AttributeValue(Encoding.UTF8.GetString(walker.Text), walker.Number);
        if (walker.IsMalformed)
            throw new InvalidDataException("A part that should be a Struct of attributes is not one.");
    }
}

/// <summary>Value of an attribute.</summary>
/// <param name="Text">Text, empty when it came as a number.</param>
/// <param name="Number">Whole number, from a number or from digits.</param>
internal readonly record struct AttributeValue(string Text, ulong? Number);
