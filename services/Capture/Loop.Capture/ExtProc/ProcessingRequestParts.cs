using System.Buffers;
using Loop.Capture.Core.Decoding;

namespace Loop.Capture.ExtProc;

/// <summary>The parts of one <c>envoy.service.ext_proc.v3.ProcessingRequest</c> as slices of the message. Field numbers are Envoy's.</summary>
internal ref struct ProcessingRequestParts
{
    /// <summary>Which part it is: the field number of the oneof, 2–7, or 0 when a newer Envoy sent something else.</summary>
    public ProcessingPart Part { get; private set; }

    /// <summary>A serialised HeaderMap, or the bytes of a body.</summary>
    public ReadOnlySequence<byte> Content { get; private set; }

    /// <summary>True when the direction ends with this message.</summary>
    public bool EndOfStream { get; private set; }

    /// <summary>True when <see cref="Attributes"/> is there.</summary>
    public bool HasAttributes { get; private set; }

    /// <summary>A serialised <c>google.protobuf.Struct</c>.</summary>
    public ReadOnlySequence<byte> Attributes { get; private set; }

    /// <summary>False means that Envoy waits for an answer.</summary>
    public bool ObservabilityMode { get; private set; }

    // Envoy puts all attributes below this one key.
    private static ReadOnlySpan<byte> AttributesKey => "envoy.filters.http.ext_proc"u8;

    /// <summary>Splits a message; false when it is damaged.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> message, out ProcessingRequestParts parts)
    {
        parts = default;
        var walker = new ProtobufWalker(message);
        while (walker.Next())
        {
            bool isWhole = walker.Field switch
            {
                >= 2 and <= 7 => walker.IsBytes && parts.TryReadPart((ProcessingPart)walker.Field, walker.Bytes),
                9 => walker.IsBytes && parts.TryReadAttributes(walker.Bytes),
                10 => parts.SetObservabilityMode(walker.Varint != 0),
                _ => true,
            };
            if (!isWhole)
                return false;
        }

        return !walker.IsMalformed;
    }

    /// <summary>Which part the start of a message announces; None when it does not tell.</summary>
    public static ProcessingPart Peek(in ReadOnlySequence<byte> start)
    {
        var reader = new SequenceReader<byte>(start);
        return reader.TryRead(out byte tag) && (tag & 7) == 2 && tag >> 3 is >= 2 and <= 7 ? (ProcessingPart)(tag >> 3) : ProcessingPart.None;
    }

    private bool TryReadPart(ProcessingPart part, in ReadOnlySequence<byte> bytes)
    {
        Part = part;
        Content = default;
        EndOfStream = part is ProcessingPart.RequestTrailers or ProcessingPart.ResponseTrailers;
        int endField = part is ProcessingPart.RequestBody or ProcessingPart.ResponseBody ? 2 : 3;
        var walker = new ProtobufWalker(bytes);
        while (walker.Next())
        {
            if (walker.Field == 1 && walker.IsBytes)
                Content = walker.Bytes;
            else if (walker.Field == 1)
                return false;
            else if (walker.Field == endField || walker.Field == 3)
                EndOfStream |= walker.Varint != 0;
        }

        return !walker.IsMalformed;
    }

    private bool TryReadAttributes(in ReadOnlySequence<byte> entry)
    {
        ReadOnlySequence<byte> key = default;
        ReadOnlySequence<byte> value = default;
        var walker = new ProtobufWalker(entry);
        while (walker.Next())
        {
            if (walker.Field == 1)
                key = walker.Bytes;
            else if (walker.Field == 2)
                value = walker.Bytes;
        }

        if (!walker.IsMalformed && IsAttributesKey(key))
        {
            HasAttributes = true;
            Attributes = value;
        }

        return !walker.IsMalformed;
    }

    private static bool IsAttributesKey(in ReadOnlySequence<byte> key)
    {
        if (key.Length != AttributesKey.Length)
            return false;
        Span<byte> copy = stackalloc byte[AttributesKey.Length];
        key.CopyTo(copy);
        return copy.SequenceEqual(AttributesKey);
    }

    private bool SetObservabilityMode(bool value)
    {
        ObservabilityMode = value;
        return true;
    }
}

/// <summary>Field numbers of the oneof <c>request</c>.</summary>
internal enum ProcessingPart
{
    /// <summary>None that we know.</summary>
    None = 0,

    /// <summary>Headers of the request.</summary>
    RequestHeaders = 2,

    /// <summary>Headers of the response.</summary>
    ResponseHeaders = 3,

    /// <summary>A chunk of the request's body.</summary>
    RequestBody = 4,

    /// <summary>A chunk of the response's body.</summary>
    ResponseBody = 5,

    /// <summary>Trailers of the request.</summary>
    RequestTrailers = 6,

    /// <summary>Trailers of the response.</summary>
    ResponseTrailers = 7,
}
