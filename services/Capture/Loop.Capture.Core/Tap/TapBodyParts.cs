using System.Buffers;
using System.Text;
using Loop.Capture.Core.Decoding;

namespace Loop.Capture.Core.Tap;

/// <summary>One <c>envoy.data.tap.v3.Body</c> as a slice.</summary>
internal readonly struct TapBodyParts
{
    private TapBodyParts(in ReadOnlySequence<byte> bytes, bool isText, bool isTruncated) => (Bytes, IsText, IsTruncated) = (bytes, isText, isTruncated);

    /// <summary>As they crossed the wire, or what became of them as text.</summary>
    public ReadOnlySequence<byte> Bytes { get; }

    /// <summary>Made text by the proxy (JSON_BODY_AS_STRING), which puts a blank for what is not UTF-8.</summary>
    public bool IsText { get; }

    /// <summary>The proxy left bytes out after these.</summary>
    public bool IsTruncated { get; }

    /// <summary>False when a blank may stand for several bytes.</summary>
    public bool IsLengthKnown => !IsTruncated && (!IsText || IsPlain(Bytes));

    /// <summary>Splits a message; false when it is damaged.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> message, out TapBodyParts body)
    {
        ReadOnlySequence<byte> bytes = default;
        bool isText = false;
        bool isTruncated = false;
        var walker = new ProtobufWalker(message);
        while (walker.Next())
        {
            if (walker.Field is 1 or 2 && walker.IsBytes)
                (bytes, isText) = (walker.Bytes, walker.Field == 2);
            else if (walker.Field == 3 && !walker.IsBytes)
                isTruncated = walker.Varint != 0;
        }

        body = new TapBodyParts(bytes, isText && !bytes.IsEmpty, isTruncated);
        return !walker.IsMalformed;
    }

    private static bool IsPlain(in ReadOnlySequence<byte> text)
    {
        foreach (ReadOnlyMemory<byte> segment in text)
        {
            if (!Ascii.IsValid(segment.Span) || segment.Span.Contains((byte)' '))
                return false;
        }

        return true;
    }
}
