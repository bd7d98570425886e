namespace Loop.Capture.Core.Decoding;

/// <summary>What a recorded part is. The values are written into the ring's pages.</summary>
public enum PartKind : byte
{
    /// <summary>A serialised <c>envoy.config.core.v3.HeaderMap</c>.</summary>
    RequestHeaders = 1,

    /// <summary>Body bytes as they crossed the wire.</summary>
    RequestBody,

    /// <summary>A serialised HeaderMap.</summary>
    RequestTrailers,

    /// <summary>A serialised HeaderMap.</summary>
    ResponseHeaders,

    /// <summary>Body bytes as they crossed the wire.</summary>
    ResponseBody,

    /// <summary>A serialised HeaderMap.</summary>
    ResponseTrailers,

    /// <summary>A serialised <c>google.protobuf.Struct</c> with Envoy's attribute names.</summary>
    RequestAttributes,

    /// <summary>The same, sent with the response.</summary>
    ResponseAttributes,

    /// <summary>A serialised <c>envoy.data.accesslog.v3.HTTPAccessLogEntry</c>; the only part of its record.</summary>
    AccessLogEntry,

    /// <summary>A serialised <c>envoy.data.tap.v3.HttpBufferedTrace</c> with nothing but its connections; every exchange from a buffered tap has it, be it empty.</summary>
    TapConnections,
}
