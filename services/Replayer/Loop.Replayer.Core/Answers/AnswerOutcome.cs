namespace Loop.Replayer.Core.Answers;

/// <summary>How a sent request ended, as stage × party × kind. Expected outcomes are values, never exceptions.</summary>
public enum AnswerOutcome
{
    /// <summary>Nothing was sent: the recording does not allow it.</summary>
    NotSent,

    /// <summary>Headers and the whole body came (also when we stopped reading at our own cap).</summary>
    Answered,

    /// <summary>Connect, destination, refused: nothing listens there.</summary>
    ConnectRefused,

    /// <summary>Connect, network, no way to the destination.</summary>
    ConnectUnreachable,

    /// <summary>Connect, destination, silent until the time limit.</summary>
    ConnectTimedOut,

    /// <summary>Handshake, destination: TLS could not be agreed or its certificate is not trusted.</summary>
    TlsFailed,

    /// <summary>Response headers, destination: the connection or stream was closed or reset before them.</summary>
    HeadersReset,

    /// <summary>Response headers, our limit: none came in time.</summary>
    HeadersTimedOut,

    /// <summary>Response headers, destination: bytes that are not HTTP of the asked version.</summary>
    HeadersGarbage,

    /// <summary>Response body, destination: broken off before its end.</summary>
    BodyReset,

    /// <summary>Response body, our limit: it did not end in time.</summary>
    BodyTimedOut,

    /// <summary>Response body, destination: framing that is not HTTP.</summary>
    BodyGarbage,
}
