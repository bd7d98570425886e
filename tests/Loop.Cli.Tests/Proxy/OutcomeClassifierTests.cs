using System.Net.Http;
using System.Net.Sockets;
using Loop.Cli.Proxy;
using Yarp.ReverseProxy.Forwarder;

namespace Loop.Cli.Tests.Proxy;

/// <summary>Ends that depend on which of two tasks notices first, so that no server brings them about at will.</summary>
public sealed class OutcomeClassifierTests
{
    [Fact]
    public void Upstream_ResettingAStreamWhoseRequestIsStillSent_IsARemoteReset() =>
        Assert.Equal("upstream_reset_before_response_started{remote_reset}", DetailsOf(new AggregateException(new TaskCanceledException(), new TaskCanceledException())));

    [Fact]
    public void Upstream_HangingUpWhileTheRequestIsStillSent_IsATerminatedConnection() =>
        Assert.Equal(
            "upstream_reset_before_response_started{connection_termination}",
            DetailsOf(new AggregateException(new TaskCanceledException(), new HttpRequestException("sending failed", new IOException("reset", new SocketException((int)SocketError.ConnectionReset))))));

    private static string DetailsOf(Exception exception) =>
        OutcomeClassifier.Classify(ForwarderError.RequestBodyClient, exception, hasResponseStarted: false, hasTimedOut: false, isClientGone: false).CodeDetails;
}
