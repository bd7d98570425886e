using System.Threading.Channels;
using Grpc.Core;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Diagnostics;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Link;

/// <summary>
/// One link, from Hello to its break. A reader takes what the store says and answers nothing itself; one sender writes everything. So a collection and
/// the signals of its watch cannot overtake each other: an open count that is older than the answer would keep a conversation from being sealed.
/// </summary>
internal sealed partial class NodeLinkSession(
    IConversationCollector collector, TriggerLedger triggers, CaptureInstruments instruments, NodeLinkState state, CaptureOptions options, TimeProvider time, ILogger logger)
{
    // The store asks a node for a handful of conversations at a time; when it asks faster than it reads, it waits.
    private const int MaximumRequests = 1024;

    // One runs at a time. What finds no room here is not answered, and the store goes on without this node.
    private const int MaximumSearches = 16;
    private const string ReplayWatchPrefix = "replay-";

    private static readonly TimeSpan WelcomeLimit = TimeSpan.FromSeconds(30);
    private static readonly string Version = typeof(NodeLinkSession).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly Channel<StoreMessage> _requests = Channel.CreateBounded<StoreMessage>(
        new BoundedChannelOptions(MaximumRequests) { SingleReader = true, SingleWriter = true });

    private readonly Channel<NodeMessage> _confirmations = Channel.CreateBounded<NodeMessage>(
        new BoundedChannelOptions(MaximumRequests) { SingleReader = true });

    private readonly Channel<Find> _searches = Channel.CreateBounded<Find>(
        new BoundedChannelOptions(MaximumSearches) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly HashSet<string> _watches = [];

    /// <summary>True once the store said Welcome.</summary>
    public bool WasWelcomed { get; private set; }

    /// <summary>Serves the link until it breaks or the process stops.</summary>
    /// <exception cref="RpcException">It broke.</exception>
    public async Task Run(AsyncDuplexStreamingCall<NodeMessage, StoreMessage> call, CancellationToken stopping)
    {
        await Greet(call, stopping);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task reading = Read(call.ResponseStream, ends.Token);
        Task sending = Send(call.RequestStream, ends.Token);
        Task searching = Search(ends.Token);
        Task first = await Task.WhenAny(reading, sending, searching);
        await ends.CancelAsync();
        await Task.WhenAll(reading, sending, searching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    /// <summary>
    /// The link is over. Its watches are forgotten, so that the store, when it asks again, gets everything: what was written into a broken link is
    /// delivered nowhere, and a watch that lives on would answer only with what is newer.
    /// </summary>
    public void End()
    {
        foreach (string watchId in _watches)
            collector.Unwatch(watchId);
        _watches.Clear();
    }

    private async Task Greet(AsyncDuplexStreamingCall<NodeMessage, StoreMessage> call, CancellationToken stopping)
    {
        NodeStatusView self = collector.Snapshot();
        await call.RequestStream.WriteAsync(new NodeMessage { Hello = new Hello { Node = self.Node, Epoch = self.Epoch, Version = Version } }, stopping);
        using var limit = new CancellationTokenSource(WelcomeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        if (!await call.ResponseStream.MoveNext(either.Token) || call.ResponseStream.Current.Welcome is not { } welcome)
            throw new NodeLinkException("the store did not begin with Welcome");
        SetKey(welcome);
        WasWelcomed = true;
        state.OnConnected();
        instruments.OnLinkConnected();
        NodeLinkLog.Linked(logger, options.StoreUrl, self.Node);
    }

    private async Task Read(IAsyncStreamReader<StoreMessage> store, CancellationToken ends)
    {
        while (await store.MoveNext(ends))
        {
            StoreMessage message = store.Current;
            switch (message.MessageCase)
            {
                case StoreMessage.MessageOneofCase.TriggerAcknowledged:
                    Acknowledge(message.TriggerAcknowledged);
                    break;
                case StoreMessage.MessageOneofCase.Welcome:
                    // A rotated key.
                    SetKey(message.Welcome);
                    break;
                case StoreMessage.MessageOneofCase.Collect or StoreMessage.MessageOneofCase.Unwatch:
                    await _requests.Writer.WriteAsync(message, ends);
                    break;
                case StoreMessage.MessageOneofCase.Find:
                    _searches.Writer.TryWrite(message.Find);
                    break;
                case StoreMessage.MessageOneofCase.RegisterReplayKeys:
                    await RegisterReplay(message.RegisterReplayKeys, ends);
                    break;
                case StoreMessage.MessageOneofCase.UnregisterReplayKeys:
                    collector.UnregisterReplay(message.UnregisterReplayKeys.ReplayId);
                    break;
                default:
                    // A newer store; what it wants is not known here.
                    break;
            }
        }
    }

    private void SetKey(Welcome welcome)
    {
        try
        {
            collector.SetRedactionKey(welcome.RedactionKey.Span, welcome.RedactionKeyId);
        }
        catch (ArgumentException unfit)
        {
            throw new NodeLinkException($"the store's redaction key is unfit: {unfit.Message}", unfit);
        }
    }

    private void Acknowledge(TriggerAcknowledged acknowledged)
    {
        if (triggers.Acknowledge(acknowledged.TriggerId) && acknowledged.ConversationId.Length == 0)
            NodeLinkLog.TriggerRefused(logger, acknowledged.TriggerId, acknowledged.RefusedReason);
    }

    // At once and not in the sender's turn: the replay's first byte waits for the confirmation.
    private async ValueTask RegisterReplay(RegisterReplayKeys request, CancellationToken ends)
    {
        collector.RegisterReplay(request.ReplayId, ReadKeys(request.Keys, "RegisterReplayKeys"));
        var confirmation = new NodeMessage { ReplayKeysRegistered = new ReplayKeysRegistered { RequestId = request.RequestId } };
        await _confirmations.Writer.WriteAsync(confirmation, ends);
    }

    private List<TraceKey> ReadKeys(IReadOnlyCollection<string> texts, string request)
    {
        var keys = new List<TraceKey>(texts.Count);
        foreach (string text in texts)
        {
            if (TraceKey.TryParse(text, out TraceKey key))
                keys.Add(key);
        }

        if (keys.Count < texts.Count)
            NodeLinkLog.UnreadableKeys(logger, texts.Count - keys.Count, request);
        return keys;
    }
}
