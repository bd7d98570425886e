using System.Net.Sockets;
using Yarp.ReverseProxy.Forwarder;

namespace Loop.Cli.Proxy;

/// <summary>Reads what the forwarder reports as Envoy would have named it.</summary>
internal static class OutcomeClassifier
{
    public static ForwardOutcome Classify(ForwarderError error, Exception? exception, bool hasResponseStarted, bool hasTimedOut, bool isClientGone)
    {
        if (error is ForwarderError.None)
            return ForwardOutcome.ViaUpstream;
        if (hasTimedOut && !hasResponseStarted)
            return ForwardOutcome.TimedOut;
        if (isClientGone)
            return ForwardOutcome.ClientGone;
        (ResponseFlag flag, string reason, int status) = Upstream(exception);
        return hasResponseStarted
            ? new ForwardOutcome(flag, $"upstream_reset_after_response_started{{{reason}}}", null)
            : new ForwardOutcome(flag, $"upstream_reset_before_response_started{{{reason}}}", status);
    }

    private static (ResponseFlag Flag, string Reason, int Status) Upstream(Exception? exception)
    {
        List<Exception> chain = [.. Chain(exception)];
        if (chain.OfType<UpstreamConnectException>().FirstOrDefault() is { } connect)
            return (ResponseFlag.UpstreamConnectionFailure, connect.InnerException is SocketException socket ? $"remote_connection_failure|{socket.SocketErrorCode}" : "connection_timeout", 503);
        if (chain.OfType<HttpProtocolException>().Any())
            return (ResponseFlag.UpstreamRemoteReset, "remote_reset", 503);
        HttpRequestError? kind = chain.OfType<HttpRequestException>().FirstOrDefault()?.HttpRequestError ?? chain.OfType<HttpIOException>().FirstOrDefault()?.HttpRequestError;
        // Neither a client nor a time limit cancelled: an HTTP/2 stream was reset while its request was sent, and the library says no more than that it gave the request up.
        if (kind is null && chain.OfType<OperationCanceledException>().Any() && !chain.OfType<IOException>().Any())
            return (ResponseFlag.UpstreamRemoteReset, "remote_reset", 503);
        return kind switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                => (ResponseFlag.UpstreamConnectionFailure, "remote_connection_failure", 503),
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError
                => (ResponseFlag.UpstreamProtocolError, "protocol_error", 502),
            _ => (ResponseFlag.UpstreamConnectionTermination, "connection_termination", 503),
        };
    }

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (Exception? current = exception; current is not null; current = current.InnerException)
        {
            yield return current;
            if (current is AggregateException aggregate)
            {
                foreach (Exception inner in aggregate.InnerExceptions.SelectMany(Chain))
                    yield return inner;
            }
        }
    }
}
