namespace Loop.Capture.Diagnostics;

/// <summary>Why an input refused a request.</summary>
public enum RefusalReason
{
    /// <summary>A client spoke HTTP/1.x, or something else that is not HTTP/2, on the gRPC port.</summary>
    NotHttp2,

    /// <summary>The content type is not gRPC's.</summary>
    NotGrpc,

    /// <summary>No such service or method.</summary>
    UnknownMethod,

    /// <summary>A compressed message.</summary>
    Compressed,

    /// <summary>A message over the limit.</summary>
    Oversized,

    /// <summary>The request comes from a browser's page.</summary>
    ForeignOrigin,
}
