using System.Diagnostics;
using Grpc.Core;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Diagnostics;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Capture.Link;

/// <summary>The sender: confirmations first, then signals, then one request of the store, again and again.</summary>
internal sealed partial class NodeLinkSession
{
    // A storm of triggers must not keep the store from its collections.
    private const int SignalsPerTurn = 256;

    private long _statusSentAt;

    private async Task Send(IClientStreamWriter<NodeMessage> store, CancellationToken ends)
    {
        using var ticks = new PeriodicTimer(options.StatusInterval, time);
        await SendStatus(store, ends);
        await SendTriggers(store, isNewLink: true, ends);
        var waits = new Task<bool>?[4];
        while (true)
        {
            await SendConfirmations(store, ends);
            bool isBusy = await SendSignals(store, ends);
            if (await ServeRequest(store, ends) || isBusy)
                continue;
            await WaitForWork(waits, ticks, ends);
            await SendTriggers(store, isNewLink: false, ends);
            await SendStatusWhenDue(store, ends);
        }
    }

    // Each wait is kept until it ends: a channel remembers every waiter, so that a new one per turn would be a leak.
    private async Task WaitForWork(Task<bool>?[] waits, PeriodicTimer ticks, CancellationToken ends)
    {
        waits[0] ??= ticks.WaitForNextTickAsync(ends).AsTask();
        waits[1] ??= _confirmations.Reader.WaitToReadAsync(ends).AsTask();
        waits[2] ??= _requests.Reader.WaitToReadAsync(ends).AsTask();
        if (!triggers.IsFull && !collector.Signals.Completion.IsCompleted)
            waits[3] ??= collector.Signals.WaitToReadAsync(ends).AsTask();
        await Task.WhenAny(waits.OfType<Task<bool>>());
        for (int index = 0; index < waits.Length; index++)
        {
            if (waits[index] is { IsCompleted: true } done)
            {
                waits[index] = null;
                await done;
            }
        }
    }

    private async ValueTask<bool> SendSignals(IClientStreamWriter<NodeMessage> store, CancellationToken ends)
    {
        int count = 0;
        while (count < SignalsPerTurn && !triggers.IsFull && collector.Signals.TryRead(out NodeSignal? signal))
        {
            count++;
            await Write(store, ToMessage(signal), ends);
        }

        return count > 0;
    }

    private NodeMessage ToMessage(NodeSignal signal)
    {
        if (signal is TriggerFired fired)
            triggers.Add(fired);
        return signal switch
        {
            TriggerFired trigger => NodeMessages.Triggered(trigger),
            WatchedExchangeCompleted completed => NodeMessages.Exchange(completed.WatchId, completed.Exchange),
            OpenCountChanged changed => NodeMessages.Open(changed),
            _ => throw new NodeLinkException($"{signal.GetType().Name} has no wire form."),
        };
    }

    private async ValueTask<bool> ServeRequest(IClientStreamWriter<NodeMessage> store, CancellationToken ends)
    {
        if (!_requests.Reader.TryRead(out StoreMessage? request))
            return false;
        if (request.Unwatch is { } unwatch)
        {
            _watches.Remove(unwatch.WatchId);
            collector.Unwatch(unwatch.WatchId);
        }
        else
        {
            await Collect(store, request.Collect, ends);
        }

        return true;
    }

    private async Task Collect(IClientStreamWriter<NodeMessage> store, Collect request, CancellationToken ends)
    {
        List<TraceKey> keys = ReadKeys(request.Keys, "Collect");

        // A replay's watch belongs to its registration, which outlives the link.
        if (!request.WatchId.StartsWith(ReplayWatchPrefix, StringComparison.Ordinal))
            _watches.Add(request.WatchId);
        using Activity? span = CaptureActivities.Collect(request.WatchId);
        CollectResult result = collector.Collect(request.WatchId, keys, request.IncludeOpen);
        span?.SetTag("loop.exchange.count", result.Exchanges.Count);
        foreach (Captured exchange in result.Exchanges)
        {
            await Write(store, NodeMessages.Exchange(request.WatchId, exchange), ends);
            await SendConfirmations(store, ends);
            await SendStatusWhenDue(store, ends);
        }

        await Write(store, NodeMessages.Answer(request.CollectId, request.WatchId, result.Answer), ends);
    }

    private async ValueTask SendConfirmations(IClientStreamWriter<NodeMessage> store, CancellationToken ends)
    {
        while (_confirmations.Reader.TryRead(out NodeMessage? confirmation))
            await Write(store, confirmation, ends);
    }

    private async ValueTask SendTriggers(IClientStreamWriter<NodeMessage> store, bool isNewLink, CancellationToken ends)
    {
        foreach (TriggerFired trigger in triggers.TakeDue(isNewLink))
            await Write(store, NodeMessages.Triggered(trigger), ends);
    }

    private ValueTask SendStatusWhenDue(IClientStreamWriter<NodeMessage> store, CancellationToken ends) =>
        time.GetElapsedTime(_statusSentAt) >= options.StatusInterval * 0.9 ? SendStatus(store, ends) : ValueTask.CompletedTask;

    private async ValueTask SendStatus(IClientStreamWriter<NodeMessage> store, CancellationToken ends)
    {
        _statusSentAt = time.GetTimestamp();
        await Write(store, NodeMessages.Status(collector.Snapshot(), instruments.Counts()), ends);
    }

    private static Task Write(IClientStreamWriter<NodeMessage> store, NodeMessage message, CancellationToken ends) => store.WriteAsync(message, ends);
}
