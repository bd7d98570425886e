using Grpc.Core;
using Grpc.Net.Client;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Diagnostics;
using Loop.Hosting.Access;
using Loop.Protocols.Capture.V1;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Link;

/// <summary>
/// Keeps one link to the store: dials, serves it until it breaks, waits, dials again. The ring goes on meanwhile; a store that is away or slow costs what
/// its watches would have got, never an exchange at arrival.
/// </summary>
internal sealed class NodeLinkClient(
    IConversationCollector collector,
    CaptureInstruments instruments,
    NodeLinkState state,
    IOptions<CaptureOptions> options,
    IOptions<LinkAccessOptions> access,
    TimeProvider time,
    ILogger<NodeLinkClient> logger)
    : BackgroundService
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    // Notices a store that vanished without closing, so that its triggers are repeated to its successor. A store on a crowded machine may take long to answer a
    // ping, and a link that is cut costs all its watches: one that ends is noticed at once anyway.
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(20);

    private readonly CaptureOptions _options = options.Value;
    private readonly TriggerLedger _triggers = new(instruments, time, options.Value.TriggerRepeatInterval);

    private bool _isRefusalTold;
    private bool _isBreakTold;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using GrpcChannel channel = CreateChannel();
        TimeSpan wait = _options.LinkRetryMinimum;
        while (!stoppingToken.IsCancellationRequested)
        {
            var session = new NodeLinkSession(collector, _triggers, instruments, state, _options, time, logger);
            Exception? failure = await Serve(channel, session, stoppingToken);
            if (stoppingToken.IsCancellationRequested)
                return;
            if (session.WasWelcomed)
                (wait, _isRefusalTold, _isBreakTold) = (_options.LinkRetryMinimum, false, false);
            OnFailure(failure, wait);
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, _options.LinkRetryMaximum.Ticks));
        }
    }

    private async Task<Exception?> Serve(GrpcChannel channel, NodeLinkSession session, CancellationToken stopping)
    {
        try
        {
            using AsyncDuplexStreamingCall<NodeMessage, StoreMessage> call = new NodeLink.NodeLinkClient(channel).Attach(Headers(), cancellationToken: stopping);
            await session.Run(call, stopping);
            return null;
        }
        catch (Exception broken)
        {
            // The loop's boundary: whatever the store sent, the link is dialled again and the ring goes on.
            return broken;
        }
        finally
        {
            session.End();
        }
    }

    // As plain metadata: gRPC's own call credentials refuse a connection without TLS, which loopback is.
    private Metadata Headers() => access.Value.Token is { Length: > 0 } token ? new Metadata { { "authorization", $"Bearer {token}" } } : [];

    private GrpcChannel CreateChannel()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectLimit,
            KeepAlivePingDelay = PingInterval,
            KeepAlivePingTimeout = PingLimit,
            UseProxy = false,
        };
        return GrpcChannel.ForAddress(_options.StoreUrl, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    // An outage is one warning, and a refusal one error, not one per try: until a store says Welcome neither is told again. They may take turns, since a
    // refused call can also fail at its first write.
    private void OnFailure(Exception? failure, TimeSpan wait)
    {
        (StatusCode code, string words) = failure is RpcException rpc
            ? (rpc.StatusCode, $"{rpc.StatusCode}: {rpc.Status.Detail}")
            : (StatusCode.Unknown, failure?.Message ?? "the store closed the link");
        state.OnBroken(words);
        bool isRefused = code is StatusCode.Unauthenticated;
        if (isRefused ? _isRefusalTold : _isBreakTold)
            NodeLinkLog.StillBroken(logger, _options.StoreUrl, words, wait);
        else if (isRefused)
            NodeLinkLog.Refused(logger, _options.StoreUrl, words, wait);
        else
            NodeLinkLog.Broken(logger, _options.StoreUrl, words, wait);
        _isRefusalTold |= isRefused;
        _isBreakTold |= !isRefused;
    }
}
