using System.Diagnostics;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;

namespace Loop.Store.Conversations;

/// <summary>Waiting for the end: one timer, set to the next moment at which something can change by itself.</summary>
public sealed partial class ConversationGrain
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    private Dictionary<ExchangeId, Exchange>? _incoming;
    private CollectionProgress? _progress;
    private IGrainTimer? _timer;
    private DateTimeOffset? _mergeUntil;
    private DateTimeOffset? _unwatchAt;

    private void StartCollecting(bool isResumed)
    {
        DateTimeOffset now = time.GetUtcNow();
        _progress = new CollectionProgress(options.Value.Times, _conversation.KeptAt);
        if (isResumed)
            _progress.Resumed(_conversation.Nodes.Keys, now);
        Claim();
        AskNodes();
        ScheduleCheck();
    }

    private void AskNodes()
    {
        using Activity? span = StoreActivities.Collect(Id);
        _progress?.Asked(surroundings.Nodes.Collect(Id, _conversation.Keys));
    }

    private void StopCollecting()
    {
        _progress = null;
        _unwatchAt = null;
        _timer?.Dispose();
        _timer = null;
    }

    private void ScheduleCheck()
    {
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan wait;
        if (_progress is not null)
            wait = _mergeUntil > now ? _mergeUntil.Value - now : _progress.NextCheck(now);
        else if (_unwatchAt is { } unwatchAt)
            wait = unwatchAt > now ? unwatchAt - now : TimeSpan.FromMilliseconds(1);
        else
            return;
        if (_timer is null)
            _timer = this.RegisterGrainTimer(Check, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        else
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private async Task Check(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (_progress is null)
        {
            if (_unwatchAt <= now)
            {
                surroundings.Nodes.Unwatch(Id);
                StopCollecting();
                return;
            }

            ScheduleCheck();
            return;
        }

        try
        {
            await GiveUpAndSeal(_progress, now);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A store that cannot be written now may be writable later; the next check tries again.
            telemetry.SealFailed(Id, exception);
            _timer?.Change(RetryAfterFailure, Timeout.InfiniteTimeSpan);
            return;
        }

        ScheduleCheck();
    }

    private async Task GiveUpAndSeal(CollectionProgress progress, DateTimeOffset now)
    {
        foreach (string node in progress.GiveUp(now))
            await Apply(new LoseNode(node, "it did not come back after the store restarted", now));
        if (_mergeUntil > now || progress.ReasonToSeal(now) is not { } reason)
            return;
        using Activity? span = StoreActivities.Seal(Id, reason);
        await CountRefused(isFinal: true);
        int stillOpen = progress.StillOpen;
        await Apply(new SealConversation(reason, stillOpen, now));
        _progress = null;
        _unwatchAt = now + options.Value.LateWatch;
        surroundings.Directory.Sealed(_conversation.Id!.Value, now);
        telemetry.Instruments.OnSealed(reason);
        telemetry.Sealed(Id, reason, _conversation.Recorded.Count, stillOpen);
    }
}
