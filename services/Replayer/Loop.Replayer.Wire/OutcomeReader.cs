using System.Net.Sockets;
using System.Security.Authentication;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Wire.Http1;

namespace Loop.Replayer.Wire;

/// <summary>The one place that turns exceptions of the HTTP stack into outcomes.</summary>
internal static class OutcomeReader
{
    /// <summary>What happened before response headers.</summary>
    public static (AnswerOutcome Outcome, string Detail) BeforeHeaders(Exception error, WireConnector connector)
    {
        if (connector.Failure is { } failure)
            return failure;
        AnswerOutcome outcome = Kind(error) switch
        {
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError when !IsStreamReset(error) => AnswerOutcome.HeadersGarbage,
            // A connection that was given up before its first request could use it: the stack keeps no reason, only that HTTP/2 was not agreed on.
            HttpRequestError.Unknown when error is HttpRequestException { InnerException: null } => AnswerOutcome.HeadersGarbage,
            HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported => AnswerOutcome.HeadersGarbage,
            _ => AnswerOutcome.HeadersReset,
        };
        return (outcome, Innermost(error).Message);
    }

    /// <summary>What happened within the response body.</summary>
    public static (AnswerOutcome Outcome, string Detail) WithinBody(Exception error) =>
        (Kind(error) is HttpRequestError.InvalidResponse && Innermost(error) is not SocketException ? AnswerOutcome.BodyGarbage : AnswerOutcome.BodyReset, Innermost(error).Message);

    /// <summary>True for what the network and the HTTP stack throw.</summary>
    public static bool IsExpected(Exception error) => error is HttpRequestException or IOException or SocketException or AuthenticationException;

    /// <summary>True when the other end reset the connection, and did not end it.</summary>
    public static bool IsReset(Exception? error) => error is SocketException { SocketErrorCode: SocketError.ConnectionReset } || (error is not null && IsReset(error.InnerException));

    // A request that meets a connection which was given up a moment before carries the reason further in.
    private static HttpRequestError Kind(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            HttpRequestError kind = error switch
            {
                HttpRequestException request => request.HttpRequestError,
                HttpIOException body => body.HttpRequestError,
                NotHttpException => HttpRequestError.InvalidResponse,
                _ => HttpRequestError.Unknown,
            };
            if (kind is not HttpRequestError.Unknown)
                return kind;
        }

        return HttpRequestError.Unknown;
    }

    // RST_STREAM and GOAWAY are HTTP/2's way to break off; codes that say "cannot be parsed" are garbage
    // (RFC 9113 §7: PROTOCOL_ERROR 1, FLOW_CONTROL_ERROR 3, FRAME_SIZE_ERROR 6, COMPRESSION_ERROR 9).
    private static bool IsStreamReset(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is HttpProtocolException protocol)
                return protocol.ErrorCode is not (1 or 3 or 6 or 9);
        }

        return false;
    }

    private static Exception Innermost(Exception error) => error.InnerException is null ? error : Innermost(error.InnerException);
}
