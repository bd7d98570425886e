using System.Threading.Channels;
using Loop.Contracts.Conversations;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Microsoft.Extensions.Options;
using CapturedExchange = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Nodes;

/// <summary>
/// Records what one node sends, in its order: exchanges in batches per watch, an answer after the exchanges before it. Each link has its own, so that a node
/// waits for the disk, never for another node.
/// </summary>
public sealed class ArrivalPump(
    ArrivalRecorder recorder,
    PendingKeeps keeps,
    NodeRegistry nodes,
    IGrainFactory grains,
    IOptions<NodeLinkOptions> options,
    NodeLinkTelemetry telemetry,
    TimeProvider time)
{
    /// <summary>Runs until the queue is complete; throws when the store cannot write, which ends the link.</summary>
    public async Task Run(NodeSession session, ChannelReader<NodeMessage> arrivals, CancellationToken cancellationToken)
    {
        var batches = new Dictionary<string, Batch>(StringComparer.Ordinal);
        Task<bool>? next = null;
        while (true)
        {
            next ??= arrivals.WaitToReadAsync(cancellationToken).AsTask();
            if (batches.Count > 0 && !next.IsCompleted)
            {
                using var cancelDelay = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                TimeSpan wait = batches.Values.Min(batch => batch.Due) - time.GetUtcNow();
                await Task.WhenAny(next, Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, cancelDelay.Token));
                await cancelDelay.CancelAsync();
                await FlushDue(session, batches, cancellationToken);
                if (!next.IsCompleted)
                    continue;
            }

            bool isMore = await next;
            next = null;
            if (!isMore)
                break;
            while (arrivals.TryRead(out NodeMessage? message))
                await Take(session, message, batches, cancellationToken);
        }

        foreach (string watchId in batches.Keys.ToArray())
            await Flush(session, watchId, batches, cancellationToken);
    }

    private async Task Take(NodeSession session, NodeMessage message, Dictionary<string, Batch> batches, CancellationToken cancellationToken)
    {
        try
        {
            switch (message.MessageCase)
            {
                case NodeMessage.MessageOneofCase.Exchange:
                    await Add(session, message.Exchange.WatchId, LinkMessages.Read(message.Exchange), batches, cancellationToken);
                    break;
                case NodeMessage.MessageOneofCase.CollectAnswer:
                    NodeAnswer answer = LinkMessages.Read(message.CollectAnswer, session, time.GetUtcNow());
                    await Flush(session, message.CollectAnswer.WatchId, batches, cancellationToken);
                    await Answer(session, message.CollectAnswer.WatchId, answer);
                    break;
                case NodeMessage.MessageOneofCase.OpenChanged:
                    await Flush(session, message.OpenChanged.WatchId, batches, cancellationToken);
                    if (IsConversation(message.OpenChanged.WatchId))
                        await OpenChanged(session, message.OpenChanged);
                    break;
            }
        }
        catch (InvalidDataException exception)
        {
            telemetry.Malformed(session.Node, exception.Message);
        }
    }

    private async Task Add(NodeSession session, string watchId, CapturedExchange exchange, Dictionary<string, Batch> batches, CancellationToken cancellationToken)
    {
        if (!IsConversation(watchId) && !watchId.StartsWith(ArrivalRecorder.ReplayPrefix, StringComparison.Ordinal))
            throw new InvalidDataException($"'{watchId}' is no watch of this store.");
        session.Heard(watchId);
        if (!batches.TryGetValue(watchId, out Batch? batch))
            batches[watchId] = batch = new Batch(time.GetUtcNow() + options.Value.BatchDelay);
        batch.Exchanges.Add(exchange);
        batch.Bytes += exchange.RequestBody.Length + exchange.ResponseBody.Length;
        if (batch.Exchanges.Count >= options.Value.BatchExchanges || batch.Bytes >= options.Value.BatchBytes)
            await Flush(session, watchId, batches, cancellationToken);
    }

    private async Task FlushDue(NodeSession session, Dictionary<string, Batch> batches, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (string watchId in batches.Where(pair => pair.Value.Due <= now).Select(pair => pair.Key).ToArray())
            await Flush(session, watchId, batches, cancellationToken);
    }

    private async Task Flush(NodeSession session, string watchId, Dictionary<string, Batch> batches, CancellationToken cancellationToken)
    {
        if (!batches.Remove(watchId, out Batch? batch))
            return;
        if (await recorder.Record(watchId, batch.Exchanges, cancellationToken) is ArrivalOutcome.Recorded)
            return;

        // A watch that outlived its conversation, or a keep that nobody waits for any more.
        nodes.Unwatch(watchId);
        session.Send(new StoreMessage { Unwatch = new Unwatch { WatchId = watchId } });
    }

    private async Task Answer(NodeSession session, string watchId, NodeAnswer answer)
    {
        session.Heard(watchId);
        session.Settle(watchId);
        keeps.Answered(watchId, session.Node);
        if (IsConversation(watchId))
            await grains.GetGrain<IConversationGrain>(watchId).NodeAnswered(answer);
    }

    private async Task OpenChanged(NodeSession session, OpenChanged message)
    {
        if (message.HasLost)
            await grains.GetGrain<IConversationIntake>(message.WatchId).HeardOfLoss();
        await grains.GetGrain<IConversationGrain>(message.WatchId).OpenChanged(session.Node, Math.Max(0, message.OpenCount));
    }

    private static bool IsConversation(string watchId) => ConversationId.TryParse(watchId, out _);

    private sealed class Batch(DateTimeOffset due)
    {
        public List<CapturedExchange> Exchanges { get; } = [];

        public long Bytes { get; set; }

        public DateTimeOffset Due { get; } = due;
    }
}
